// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/lifecycle"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/testkit"
)

// samples are the objects of config/samples as kubectl builds them, for another namespace, in the order they are applied.
func samples(t *testing.T, namespace string) []*unstructured.Unstructured {
	t.Helper()
	var objects []*unstructured.Unstructured
	decoder := yaml.NewYAMLOrJSONDecoder(strings.NewReader(mustKubectl(t, "kustomize", "config/samples")), 4096)
	for {
		object := &unstructured.Unstructured{}
		if err := decoder.Decode(&object.Object); err != nil {
			break
		}
		if object.GetKind() == "Namespace" || object.Object == nil {
			continue
		}
		object.SetNamespace(namespace)
		objects = append(objects, object)
	}
	if len(objects) < 50 {
		t.Fatalf("config/samples should hold a whole contact centre, found %d objects", len(objects))
	}
	return objects
}

// createAll creates objects one at a time, in their order.
func (c *company) createAll(objects []*unstructured.Unstructured) {
	c.t.Helper()
	for _, o := range objects {
		c.create(o)
	}
}

// allReady waits until every object of the company is Ready.
func (c *company) allReady() {
	c.t.Helper()
	testkit.Eventually(c.t, "every object becomes Ready", func(ctx context.Context) (bool, string) {
		waiting, total := c.notReady(ctx)
		return total > 0 && len(waiting) == 0, fmt.Sprintf("%d of %d not Ready: %s", len(waiting), total, strings.Join(waiting, "; "))
	})
}

func (c *company) notReady(ctx context.Context) (waiting []string, total int) {
	objects, err := c.objects(ctx)
	if err != nil {
		return []string{err.Error()}, 1
	}
	for _, o := range objects {
		if !isReady(o) {
			waiting = append(waiting, describe(o)+" "+reason(o, v1alpha1.ConditionReady))
		}
	}
	return waiting, len(objects)
}

// objects are all objects of the company.
func (c *company) objects(ctx context.Context) ([]lifecycle.Object, error) {
	var objects []lifecycle.Object
	for _, list := range []client.ObjectList{&v1alpha1.TenantList{}, &v1alpha1.OperatorList{}, &v1alpha1.GroupList{}, &v1alpha1.ChannelPolicyList{}} {
		if err := c.List(ctx, list, client.InNamespace(c.namespace)); err != nil {
			return nil, err
		}
		items, err := meta.ExtractList(list)
		if err != nil {
			return nil, err
		}
		for _, item := range items {
			objects = append(objects, item.(lifecycle.Object))
		}
	}
	return objects, nil
}

// content is everything a company has in its store, but for what differs from one company or run to the next: the company's own
// name, IDs, and the information in stamps.
type content struct {
	Tenants  []roster.TenantRecord
	Groups   []roster.Group
	Policies []roster.Policy
	People   []roster.Person
	Owners   []store.Owner
}

func (c *company) content() content {
	c.t.Helper()
	var all content
	ctx := c.t.Context()
	for _, r := range listed(c, c.store.Tenants().List(ctx, c.namespace)) {
		r.Value.Company = ""
		all.Tenants, all.Owners = append(all.Tenants, r.Value), append(all.Owners, r.Stamp.Owner)
	}
	for _, r := range listed(c, c.store.Groups().List(ctx, c.namespace)) {
		r.Value.Company = ""
		all.Groups, all.Owners = append(all.Groups, r.Value), append(all.Owners, r.Stamp.Owner)
	}
	for _, r := range listed(c, c.store.Policies().List(ctx, c.namespace)) {
		r.Value.Company = ""
		all.Policies, all.Owners = append(all.Policies, r.Value), append(all.Owners, r.Stamp.Owner)
	}
	for _, r := range listed(c, c.store.People().List(ctx, c.namespace)) {
		r.Value.User.Company = ""
		all.People, all.Owners = append(all.People, r.Value), append(all.Owners, r.Stamp.Owner)
	}
	for i := range all.Owners {
		all.Owners[i].Namespace = ""
	}
	return all
}

func listed[V any](c *company, list iter.Seq2[store.Stored[V], error]) []store.Stored[V] {
	c.t.Helper()
	var records []store.Stored[V]
	for record, err := range list {
		if err != nil {
			c.t.Fatalf("listing the store: %v", err)
		}
		records = append(records, record)
	}
	return records
}
