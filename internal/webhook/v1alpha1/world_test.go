// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	admissionv1 "k8s.io/api/admission/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	toolscache "k8s.io/client-go/tools/cache"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/snapshot"
	"github.com/roster-dev/roster/internal/testkit"
	"github.com/roster-dev/roster/internal/webhook/requester"
)

const company = "acme"

// rights are what users may do by RBAC: "user verb resource/name".
type rights map[string]bool

// reviewer answers SubjectAccessReviews by rights, or with a failure.
type reviewer struct {
	client.Client
	rights  rights
	failure error
	asked   int
}

func (r *reviewer) Create(_ context.Context, o client.Object, _ ...client.CreateOption) error {
	r.asked++
	review := o.(*authorizationv1.SubjectAccessReview)
	a := review.Spec.ResourceAttributes
	review.Status.Allowed = r.rights[review.Spec.User+" "+a.Verb+" "+a.Resource+"/"+a.Name]
	return r.failure
}

// edge is a validator over objects, and how it is asked.
type edge struct {
	t        testing.TB
	reviewer *reviewer
	*Validator
}

// over is a validator for whom some objects are there.
func over(t testing.TB, allowed rights, objects ...client.Object) *edge {
	t.Helper()
	indexers := map[string]toolscache.Indexer{}
	for kind, indexes := range snapshot.Indexes {
		indexers[kind] = toolscache.NewIndexer(toolscache.MetaNamespaceKeyFunc, indexes)
	}
	for _, o := range objects {
		if err := indexers[kindOfObject(t, o)].Add(o); err != nil {
			t.Fatal(err)
		}
	}
	directory := snapshot.Over(indexers["Tenant"], indexers["Group"], indexers["Operator"], indexers["ChannelPolicy"])
	r := &reviewer{rights: allowed}
	clock := clocktesting.NewFakePassiveClock(time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC))
	return &edge{t: t, reviewer: r, Validator: &Validator{
		Directory: directory, Desk: requester.NewDesk(r, directory, clock), Synced: func(context.Context) bool { return true },
	}}
}

func kindOfObject(t testing.TB, o client.Object) string {
	t.Helper()
	switch o.(type) {
	case *v1alpha1.Tenant:
		return roster.KindTenant
	case *v1alpha1.Operator:
		return roster.KindOperator
	case *v1alpha1.Group:
		return roster.KindGroup
	case *v1alpha1.ChannelPolicy:
		return roster.KindChannelPolicy
	}
	t.Fatalf("there is no kind of ours for a %T", o)
	return ""
}

// request is what the API server sends when a user makes one object of another. Nothing before is a creation, nothing after a deletion.
func (e *edge) request(user string, before, after client.Object) admission.Request {
	e.t.Helper()
	request := admission.Request{AdmissionRequest: admissionv1.AdmissionRequest{
		Operation: admissionv1.Update, Namespace: company, UserInfo: authenticationv1.UserInfo{Username: user},
	}}
	for _, side := range []struct {
		object client.Object
		raw    *runtime.RawExtension
		absent admissionv1.Operation
	}{{before, &request.OldObject, admissionv1.Create}, {after, &request.Object, admissionv1.Delete}} {
		if side.object == nil {
			request.Operation = side.absent
			continue
		}
		kind := kindOfObject(e.t, side.object)
		side.object.GetObjectKind().SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(kind))
		request.Kind = metav1.GroupVersionKind{Group: v1alpha1.GroupVersion.Group, Version: v1alpha1.GroupVersion.Version, Kind: kind}
		request.Name = side.object.GetName()
		var err error
		if side.raw.Raw, err = json.Marshal(side.object); err != nil {
			e.t.Fatal(err)
		}
	}
	return request
}

// asks is the answer to a request.
func (e *edge) asks(user string, before, after client.Object) admission.Response {
	e.t.Helper()
	return e.Handle(e.t.Context(), e.request(user, before, after))
}

// everybodysRights are those of somebody for each authority there is.
func everybodysRights() rights {
	return rights{
		"platform administer companies/": true, "north-admin administer tenants/north": true, "south-admin administer tenants/south": true,
		"both-admin administer tenants/north": true, "both-admin administer tenants/south": true,
	}
}

// population are two tenants and somebody in each role.
func population() []client.Object {
	person := func(name, tenant string, role v1alpha1.Role) *v1alpha1.Operator {
		o := testkit.Operator(company, name, testkit.InTenant(tenant, testkit.As(role)))
		o.Spec.KubernetesUser = name + "@idp"
		return o
	}
	return []client.Object{
		testkit.Tenant(company, "north"), testkit.Tenant(company, "south"),
		person("ada", "north", v1alpha1.RoleAdministrator), person("max", "north", v1alpha1.RoleManager), person("wim", "north", v1alpha1.RoleWorker),
		testkit.Group(company, "desk", "north"),
	}
}
