// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package v1alpha1 is the contract of Roster: the kinds Tenant, Operator, Group and ChannelPolicy of
// identity.roster.dev/v1alpha1, their conditions and their annotations. It holds types and constants only: no logic, and
// no import but the Kubernetes API machinery.
//
// All kinds are namespaced; the namespace is the company. References are names of objects in the same namespace. An
// absent list means none unless its field says otherwise. Operator always means a person who serves customers; the
// program that reconciles these kinds is called the manager.
//
// +kubebuilder:object:generate=true
// +groupName=identity.roster.dev
package v1alpha1
