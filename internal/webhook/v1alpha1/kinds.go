// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	"fmt"

	"k8s.io/apimachinery/pkg/util/json"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/translate"
)

// findings are what the rules say of a change.
type findings struct {
	// refused keep the change out, and tolerated are told of only.
	refused, tolerated []roster.Violation
	// warnings are sentences on what the change brings about.
	warnings []string
}

// kind reviews changes of objects of one kind, given as JSON. There is nothing before a creation, and nothing after a deletion.
type kind interface {
	review(before, after []byte, directory Directory) (findings, error)
}

// kinds are the four kinds, each by what the core says of it.
var kinds = map[string]kind{
	roster.KindTenant: kindOf[v1alpha1.Tenant, roster.Tenant]{
		translate.Tenant, roster.CheckTenant, func(_, after *roster.Tenant, _ roster.Neighbours) []roster.Warning {
			if after == nil {
				return nil
			}
			return roster.WarnTenant(*after)
		}, nil,
	},
	roster.KindOperator: kindOf[v1alpha1.Operator, roster.Operator]{
		translate.Operator, roster.CheckOperator, roster.WarnOperator, claimants,
	},
	roster.KindGroup: kindOf[v1alpha1.Group, roster.Group]{
		translate.Group, roster.CheckGroup, roster.WarnGroup, nil,
	},
	roster.KindChannelPolicy: kindOf[v1alpha1.ChannelPolicy, roster.Policy]{
		translate.Policy, roster.CheckPolicy, func(_, after *roster.Policy, neighbours roster.Neighbours) []roster.Warning {
			if after == nil {
				return nil
			}
			return roster.WarnPolicy(*after, neighbours)
		}, nil,
	},
}

// kindOf is a kind with objects of type T, which declare a value V of the core.
type kindOf[T, V any] struct {
	translate func(*T) V
	check     func(before *V, after V) (refused, tolerated []roster.Violation)
	warn      func(before, after *V, neighbours roster.Neighbours) []roster.Warning
	// also are warnings on what the core's value does not hold.
	also func(after *T, directory Directory) []roster.Warning
}

func (k kindOf[T, V]) review(before, after []byte, directory Directory) (findings, error) {
	was, err := decode[T](before)
	if err != nil {
		return findings{}, fmt.Errorf("read the object as it is: %w", err)
	}
	is, err := decode[T](after)
	if err != nil {
		return findings{}, fmt.Errorf("read the object as it would be: %w", err)
	}
	old, now := k.declared(was), k.declared(is)
	warnings := k.warn(old, now, directory)
	found := findings{}
	if now != nil {
		found.refused, found.tolerated = k.check(old, *now)
	}
	if is != nil && k.also != nil {
		warnings = append(warnings, k.also(is, directory)...)
	}
	found.warnings = roster.Sentences(warnings)
	return found, nil
}

func (k kindOf[T, V]) declared(object *T) *V {
	if object == nil {
		return nil
	}
	return new(k.translate(object))
}

// decode reads an object; nil where there is none. Names of fields count as they are written, as for whoever decides by them.
func decode[T any](raw []byte) (*T, error) {
	if absent(raw) {
		return nil, nil
	}
	object := new(T)
	return object, json.Unmarshal(raw, object)
}

// claimants warns of others who claim the user of Kubernetes that an Operator claims.
func claimants(o *v1alpha1.Operator, directory Directory) []roster.Warning {
	if o.Spec.KubernetesUser == "" {
		return nil
	}
	var claiming []roster.Operator
	for _, other := range directory.OperatorsByKubernetesUser(o.Namespace, o.Spec.KubernetesUser) {
		claiming = append(claiming, translate.Operator(other))
	}
	return roster.WarnOfClaims(o.Name, claiming)
}
