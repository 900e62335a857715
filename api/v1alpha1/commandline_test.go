// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/testkit"
)

func TestPeopleAreSelectedByActiveAndState(t *testing.T) {
	t.Parallel()
	c, namespace := plane.Client(t), plane.Namespace(t)
	for name, state := range map[string]v1alpha1.OperatorState{
		"anna": v1alpha1.OperatorStateActive, "bob": v1alpha1.OperatorStateInvited, "cleo": v1alpha1.OperatorStateDeactivated,
	} {
		person := testkit.Operator(namespace, name, func(o *v1alpha1.Operator) {
			if state == v1alpha1.OperatorStateDeactivated {
				o.Spec.Active = new(false)
			}
		})
		if err := c.Create(t.Context(), person); err != nil {
			t.Fatalf("the operator should be admitted: %v", err)
		}
		person.Status.State = state
		if err := c.Status().Update(t.Context(), person); err != nil {
			t.Fatalf("the state should be admitted: %v", err)
		}
	}
	cases := []struct {
		reason, field, value string
		want                 []string
	}{
		{"active, defaulted, is selectable", "spec.active", "true", []string{"anna", "bob"}},
		{"inactive is selectable", "spec.active", "false", []string{"cleo"}},
		{"a state is selectable", "status.state", "Invited", []string{"bob"}},
		{"a state nobody has selects nobody", "status.state", "Gone", nil},
	}
	for _, tc := range cases {
		people := &v1alpha1.OperatorList{}
		if err := c.List(t.Context(), people, client.InNamespace(namespace), client.MatchingFields{tc.field: tc.value}); err != nil {
			t.Errorf("%s: %v", tc.reason, err)
			continue
		}
		var got []string
		for i := range people.Items {
			got = append(got, people.Items[i].Name)
		}
		slices.Sort(got)
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (- wanted, + found):\n%s", tc.reason, diff)
		}
	}
}

func TestNamesForTheCommandLine(t *testing.T) {
	t.Parallel()
	finder, err := discovery.NewDiscoveryClientForConfig(plane.Config(t))
	if err != nil {
		t.Fatalf("a discovery client should be made: %v", err)
	}
	resources, err := finder.ServerResourcesForGroupVersion(v1alpha1.GroupVersion.String())
	if err != nil {
		t.Fatalf("the group should be served: %v", err)
	}
	got := map[string][]string{}
	for i := range resources.APIResources {
		resource := &resources.APIResources[i]
		if len(resource.ShortNames) == 0 {
			continue
		}
		got[resource.Name] = slices.Concat([]string{resource.SingularName}, resource.ShortNames, resource.Categories)
		if !resource.Namespaced {
			t.Errorf("%s should be namespaced", resource.Name)
		}
	}
	want := map[string][]string{
		"tenants":         {"tenant", "rten", "roster"},
		"operators":       {"operator", "rop", "roster"},
		"groups":          {"group", "rgrp", "roster"},
		"channelpolicies": {"channelpolicy", "rcp", "roster"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("resources should have their singular, short name and category (- wanted, + found):\n%s", diff)
	}
}

func TestPrintedColumns(t *testing.T) {
	t.Parallel()
	c, namespace := plane.Client(t), plane.Namespace(t)
	person := testkit.Operator(namespace, "anna")
	if err := c.Create(t.Context(), person); err != nil {
		t.Fatalf("the operator should be admitted: %v", err)
	}
	person.Status.State = v1alpha1.OperatorStateInvited
	person.Status.Conditions = []metav1.Condition{ready(metav1.ConditionTrue)}
	if err := c.Status().Update(t.Context(), person); err != nil {
		t.Fatalf("the status should be admitted: %v", err)
	}
	want := map[string][]string{
		"tenants":         {"Name", "Channels", "Operators", "Active", "Invited", "Groups", "Ready", "Reason (wide)", "Age"},
		"operators":       {"Name", "User", "State", "Ready", "Reason (wide)", "Age"},
		"groups":          {"Name", "Tenant", "Members", "Live", "Ready", "Reason (wide)", "Age"},
		"channelpolicies": {"Name", "Tenant", "Channels", "Matched", "Ready", "Reason (wide)", "Age"},
	}
	got := map[string][]string{}
	for resource := range want {
		for _, column := range table(t, resource, namespace).ColumnDefinitions {
			name := column.Name
			if column.Priority > 0 {
				name += " (wide)"
			}
			got[resource] = append(got[resource], name)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("columns should be printed in this order (- wanted, + found):\n%s", diff)
	}
	cells := table(t, "operators", namespace).Rows[0].Cells
	if diff := cmp.Diff([]any{"anna", "anna", "Invited", "True", "Succeeded"}, cells[:5]); diff != "" {
		t.Errorf("a row should show the person (- wanted, + found):\n%s", diff)
	}
}

// table asks for what kubectl get prints.
func table(t *testing.T, resource, namespace string) *metav1.Table {
	t.Helper()
	config := plane.Config(t)
	browser, err := rest.HTTPClientFor(config)
	if err != nil {
		t.Fatalf("an HTTP client should be made: %v", err)
	}
	server, _, err := rest.DefaultServerUrlFor(config)
	if err != nil {
		t.Fatalf("the API server should have an address: %v", err)
	}
	address := server.JoinPath("apis", v1alpha1.GroupVersion.String(), "namespaces", namespace, resource).String()
	content := fetch(t.Context(), t, browser, address)
	answer := &metav1.Table{}
	if err := json.Unmarshal(content, answer); err != nil {
		t.Fatalf("the API server should answer with a table: %v", err)
	}
	return answer
}

func fetch(ctx context.Context, t *testing.T, browser *http.Client, address string) []byte {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatalf("a request should be made: %v", err)
	}
	request.Header.Set("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io")
	response, err := browser.Do(request)
	if err != nil {
		t.Fatalf("the API server should answer: %v", err)
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("the API server should answer 200, answered %s (%v)", response.Status, err)
	}
	return content
}
