// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/testkit"
	"github.com/roster-dev/roster/internal/webhook/registration"
)

// requester is somebody who asks for a change, and what he is, as the page on admission has it.
type requester struct {
	name, user string
	// company says that he is a company administrator, and companyVerb that he is by RBAC; tenants are those he is Administrator of.
	company, companyVerb bool
	tenants              []string
	// readsSecrets says that he may read the Secrets that are named; self that he is the person who is edited.
	readsSecrets, self bool
}

func (r requester) administers(tenant string) bool {
	return r.company || slices.Contains(r.tenants, tenant)
}

var requesters = []requester{
	{name: "whoever administers the company by RBAC", user: "platform", company: true, companyVerb: true, readsSecrets: true},
	{name: "whoever administers the company by RBAC and reads no Secret", user: "platform-blind", company: true, companyVerb: true},
	{name: "a company administrator", user: "chief@idp", company: true},
	{name: "whoever administers one tenant by RBAC", user: "north-verb", tenants: []string{"north"}, readsSecrets: true},
	{name: "whoever administers another tenant by RBAC", user: "south-verb", tenants: []string{"south"}},
	{name: "whoever administers both tenants by RBAC", user: "both-verb", tenants: []string{"north", "south"}, readsSecrets: true},
	{name: "whoever administers every tenant by RBAC", user: "all-verb", tenants: []string{"north", "south", "west"}},
	{name: "an Administrator of one tenant", user: "north-admin@idp", tenants: []string{"north"}},
	{name: "an Administrator of both tenants", user: "both-admin@idp", tenants: []string{"north", "south"}},
	{name: "an Administrator who is deactivated", user: "former-admin@idp"},
	{name: "an Administrator in a tenant where he is deactivated", user: "absent-admin@idp"},
	{name: "one of two who claim to be one user", user: "claimed-twice@idp"},
	{name: "somebody with the Manager role", user: "north-manager@idp"},
	{name: "a Worker", user: "north-worker@idp"},
	{name: "the person himself", user: "edited@idp", self: true},
	{name: "a stranger", user: "stranger"},
}

// people are the requesters who are somebody in Roster.
func people(namespace string) []client.Object {
	person := func(name string, changes ...func(*v1alpha1.Operator)) *v1alpha1.Operator {
		return testkit.Operator(namespace, name, append([]func(*v1alpha1.Operator){func(o *v1alpha1.Operator) { o.Spec.KubernetesUser = name + "@idp" }}, changes...)...)
	}
	administrator := testkit.As(v1alpha1.RoleAdministrator)
	return []client.Object{
		person("chief", func(o *v1alpha1.Operator) { o.Spec.CompanyAdministrator = true }),
		person("north-admin", testkit.InTenant("north", administrator)),
		person("both-admin", testkit.InTenant("north", administrator), testkit.InTenant("south", administrator)),
		person("former-admin", testkit.InTenant("north", administrator), testkit.InTenant("south", administrator), func(o *v1alpha1.Operator) {
			o.Spec.Active = new(false)
		}),
		person("absent-admin", testkit.InTenant("north", administrator, func(t *v1alpha1.OperatorTenant) { t.Active = new(false) })),
		person("claimed-twice", testkit.InTenant("north", administrator), testkit.InTenant("south", administrator)),
		person("claimed-again", func(o *v1alpha1.Operator) { o.Spec.KubernetesUser = "claimed-twice@idp" }),
		person("north-manager", testkit.InTenant("north", testkit.As(v1alpha1.RoleManager))),
		person("north-worker", testkit.InTenant("north")),
	}
}

// empower gives the requesters what they have by RBAC.
func (c *company) empower() {
	c.t.Helper()
	for i, r := range requesters {
		var rules []rbacv1.PolicyRule
		if r.companyVerb {
			rules = append(rules, rbacv1.PolicyRule{APIGroups: []string{v1alpha1.GroupVersion.Group}, Resources: []string{"companies"}, Verbs: []string{"administer"}})
		}
		if strings.HasSuffix(r.user, "-verb") {
			rules = append(rules, rbacv1.PolicyRule{APIGroups: []string{v1alpha1.GroupVersion.Group}, Resources: []string{"tenants"}, ResourceNames: r.tenants, Verbs: []string{"administer"}})
		}
		if r.readsSecrets {
			rules = append(rules, rbacv1.PolicyRule{APIGroups: []string{""}, Resources: []string{"secrets"}, ResourceNames: []string{"first", "second"}, Verbs: []string{"get"}})
		}
		c.allow(fmt.Sprintf("requester-%d", i), r.user, rules...)
	}
	// Whoever may write a status, as far as RBAC goes: what is refused, admission refuses.
	var statuses []string
	for _, kind := range []string{"tenants", "operators", "groups", "channelpolicies"} {
		statuses = append(statuses, kind+"/status")
	}
	for i, r := range requesters {
		c.allow(fmt.Sprintf("status-%d", i), r.user, rbacv1.PolicyRule{
			APIGroups: []string{v1alpha1.GroupVersion.Group}, Resources: statuses, Verbs: []string{"get", "update", "patch"},
		})
	}
}

// allow gives a user rights in the company's namespace.
func (c *company) allow(name, user string, rules ...rbacv1.PolicyRule) {
	c.t.Helper()
	if len(rules) == 0 {
		return
	}
	named := metav1.ObjectMeta{Namespace: c.namespace, Name: name}
	c.create(&rbacv1.Role{ObjectMeta: named, Rules: rules}, &rbacv1.RoleBinding{
		ObjectMeta: named, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: name},
		Subjects: []rbacv1.Subject{{Kind: rbacv1.UserKind, APIGroup: rbacv1.GroupName, Name: user}},
	})
}

// outcome is what came of a request, as far as the table tells it.
type outcome string

const (
	allowed   outcome = "allowed"
	forbidden outcome = "403"
	invalid   outcome = "422"
)

// outcomeOf is what a client was answered. What RBAC refuses, and anything else, is none of the outcomes of admission.
func outcomeOf(err error) outcome {
	switch {
	case err == nil:
		return allowed
	case apierrors.IsForbidden(err) && strings.Contains(err.Error(), registration.Webhook):
		return forbidden
	case apierrors.IsInvalid(err):
		return invalid
	}
	return outcome(err.Error())
}

// cell is one request of the table.
type cell struct {
	what string
	want outcome
	ask  func(ctx context.Context, c client.Client) error
}

func decision(may bool) outcome {
	if may {
		return allowed
	}
	return forbidden
}

// ways are the ways in which an edit is sent.
var ways = []string{"update", "merge patch", "JSON patch", "apply"}

// send sends an edited object as a dry run.
func send(ctx context.Context, c client.Client, way string, before, after client.Object) error {
	switch way {
	case "update":
		return newest(ctx, c, after, func() error { return c.Update(ctx, after, client.DryRunAll) })
	case "merge patch":
		return c.Patch(ctx, after, client.MergeFrom(before), client.DryRunAll)
	case "JSON patch":
		patch, err := replacing(before, after)
		if err != nil {
			return err
		}
		return c.Patch(ctx, before.DeepCopyObject().(client.Object), client.RawPatch(types.JSONPatchType, patch), client.DryRunAll)
	}
	applied, err := applicable(c.Scheme(), after)
	if err != nil {
		return err
	}
	return c.Apply(ctx, client.ApplyConfigurationFromUnstructured(applied), client.FieldOwner("somebody"), client.ForceOwnership, client.DryRunAll)
}

// newest writes an object, and does so again as of its newest version where the manager wrote its status meanwhile.
func newest(ctx context.Context, c client.Client, object client.Object, write func() error) error {
	return retry.RetryOnConflict(retry.DefaultRetry, func() error {
		err := write()
		if !apierrors.IsConflict(err) {
			return err
		}
		now := object.DeepCopyObject().(client.Object)
		if missing := c.Get(ctx, client.ObjectKeyFromObject(object), now); missing != nil {
			return missing
		}
		object.SetResourceVersion(now.GetResourceVersion())
		return err
	})
}

// replacing is a JSON patch that makes one object of another, part by part.
func replacing(before, after client.Object) ([]byte, error) {
	was, err := runtime.DefaultUnstructuredConverter.ToUnstructured(before)
	if err != nil {
		return nil, err
	}
	is, err := runtime.DefaultUnstructuredConverter.ToUnstructured(after)
	if err != nil {
		return nil, err
	}
	var operations []map[string]any
	for _, path := range [][]string{{"spec"}, {"metadata", "labels"}, {"metadata", "annotations"}, {"metadata", "finalizers"}, {"metadata", "ownerReferences"}} {
		old, _, _ := unstructured.NestedFieldNoCopy(was, path...)
		now, _, _ := unstructured.NestedFieldNoCopy(is, path...)
		at := "/" + strings.Join(path, "/")
		switch {
		case reflect.DeepEqual(old, now):
		case now == nil:
			operations = append(operations, map[string]any{"op": "remove", "path": at})
		default:
			operations = append(operations, map[string]any{"op": "add", "path": at, "value": now})
		}
	}
	return json.Marshal(operations)
}

// applicable is an object as somebody would apply it.
func applicable(scheme *runtime.Scheme, object client.Object) (*unstructured.Unstructured, error) {
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	if err != nil {
		return nil, err
	}
	applied := &unstructured.Unstructured{Object: content}
	kind, err := apiutil.GVKForObject(object, scheme)
	if err != nil {
		return nil, err
	}
	applied.SetGroupVersionKind(kind)
	delete(content, "status")
	for _, kept := range []string{"managedFields", "resourceVersion", "uid", "creationTimestamp", "generation"} {
		unstructured.RemoveNestedField(content, "metadata", kept)
	}
	return applied, nil
}

// cellsOf are the requests of one requester for every edit of an object, in every way.
func cellsOf[T client.Object](r requester, current T, edits []attempt[T]) []cell {
	var cells []cell
	for _, e := range edits {
		for _, way := range ways {
			if way == "apply" && e.takesAway {
				continue
			}
			want := invalid
			if !e.immutable {
				want = decision(e.who(r))
			}
			cells = append(cells, cell{
				what: fmt.Sprintf("%s %T %s", way, current, e.path), want: want,
				ask: func(ctx context.Context, c client.Client) error {
					before := current.DeepCopyObject().(T)
					after := current.DeepCopyObject().(T)
					e.make(after)
					return send(ctx, c, way, before, after)
				},
			})
		}
	}
	return cells
}

// wholes are requests for whole objects: what is created, and what is deleted, alone or with others.
func wholes(r requester, namespace string) []cell {
	var cells []cell
	creating := func(may who, what string, object client.Object) {
		cells = append(cells, cell{what: "create " + what, want: decision(may(r)), ask: func(ctx context.Context, c client.Client) error {
			return c.Create(ctx, object.DeepCopyObject().(client.Object), client.DryRunAll)
		}})
	}
	deleting := func(may who, what string, object client.Object) {
		cells = append(cells,
			cell{what: "delete " + what, want: decision(may(r)), ask: func(ctx context.Context, c client.Client) error {
				return c.Delete(ctx, object.DeepCopyObject().(client.Object), client.DryRunAll)
			}},
			cell{what: "deletecollection of " + what, want: decision(may(r)), ask: func(ctx context.Context, c client.Client) error {
				return c.DeleteAllOf(ctx, object.DeepCopyObject().(client.Object), client.InNamespace(namespace), client.DryRunAll,
					client.MatchingFieldsSelector{Selector: fields.OneTermEqualSelector(metav1.ObjectNameField, object.GetName())})
			}})
	}
	in := func(tenants ...string) *v1alpha1.Operator {
		o := testkit.Operator(namespace, "created")
		for _, t := range tenants {
			testkit.InTenant(t)(o)
		}
		return o
	}
	with := func(o *v1alpha1.Operator, change func(*v1alpha1.Operator)) *v1alpha1.Operator {
		change(o)
		return o
	}
	creating(ofNorth, "an Operator of one tenant", in("north"))
	creating(ofBoth, "an Operator of two tenants", in("north", "south"))
	creating(ofCompany, "an Operator of no tenant", in())
	creating(ofCompany, "a company administrator", with(in("north"), func(o *v1alpha1.Operator) { o.Spec.CompanyAdministrator = true }))
	creating(ofCompany, "an Operator who is a Kubernetes user", with(in("north"), func(o *v1alpha1.Operator) { o.Spec.KubernetesUser = "platform" }))
	creating(ofCompany, "an Operator who takes up a record", with(in("north"), func(o *v1alpha1.Operator) { annotate(o, v1alpha1.AnnotationAdopt, "true") }))
	creating(and(ofNorth, ofCompanyVerb), "an Operator with notifications", with(in("north"), func(o *v1alpha1.Operator) { o.Spec.Notifications.AfterCall = new(true) }))
	creating(and(ofNorth, readsFirst), "an Operator with a password from a Secret", with(in("north"), func(o *v1alpha1.Operator) {
		o.Spec.Credential = edited(namespace).Spec.Credential
	}))
	creating(ofCompany, "a Tenant", testkit.Tenant(namespace, "created"))
	creating(ofNorth, "a Group", testkit.Group(namespace, "created", "north"))
	creating(ofNorth, "a ChannelPolicy", testkit.ChannelPolicy(namespace, "created", "north"))
	deleting(ofBoth, "an Operator of two tenants", edited(namespace))
	deleting(ofNorth, "an Operator of one tenant", testkit.Operator(namespace, "north-worker"))
	deleting(ofCompany, "an Operator of no tenant", testkit.Operator(namespace, "nowhere"))
	deleting(ofCompany, "a company administrator", testkit.Operator(namespace, "chief"))
	deleting(ofCompany, "a Tenant", north(namespace))
	deleting(ofNorth, "a Group", desk(namespace))
	deleting(ofNorth, "a ChannelPolicy", grants(namespace))
	return cells
}

// statuses are writes of the status of every kind.
func statuses(objects ...client.Object) []cell {
	var cells []cell
	for _, o := range objects {
		patch := client.RawPatch(types.MergePatchType, []byte(`{"status":{"observedGeneration":77}}`))
		cells = append(cells,
			cell{what: fmt.Sprintf("status patch %T", o), want: forbidden, ask: func(ctx context.Context, c client.Client) error {
				return c.Status().Patch(ctx, o.DeepCopyObject().(client.Object), patch, client.DryRunAll)
			}},
			cell{what: fmt.Sprintf("status update %T", o), want: forbidden, ask: func(ctx context.Context, c client.Client) error {
				written := o.DeepCopyObject().(client.Object)
				observed, _ := written.(interface {
					LifecycleStatus() (*int64, *[]metav1.Condition)
				}).LifecycleStatus()
				*observed = 77
				return newest(ctx, c, written, func() error { return c.Status().Update(ctx, written, client.DryRunAll) })
			}})
	}
	return cells
}

// tally counts the cells of the table by what came of them.
type tally struct {
	mu     sync.Mutex
	counts map[outcome]int
}

func (t *tally) add(o outcome) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts[o]++
}

// TestTheTableOfAuthorityOnTheAPIServer asks, for every requester and every field of every kind, in every way there is to ask. What is
// expected is written down beside each edit from the words of docs/admission.md, not taken from the code.
func TestTheTableOfAuthorityOnTheAPIServer(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	c.empower()
	c.create(north(c.namespace), testkit.Tenant(c.namespace, "south"), testkit.Tenant(c.namespace, "west"), desk(c.namespace), testkit.Group(c.namespace, "hall", "north"))
	all := append(people(c.namespace), edited(c.namespace), testkit.Operator(c.namespace, "nowhere"), grants(c.namespace))
	for _, o := range all {
		c.create(o)
	}
	operator, tenant, group, policy := edited(c.namespace), north(c.namespace), desk(c.namespace), grants(c.namespace)
	becomesReady(c, operator)
	becomesReady(c, tenant)
	becomesReady(c, group)
	becomesReady(c, policy)
	c.quiet(operator, tenant, group, policy)

	count := &tally{counts: map[outcome]int{}}
	t.Run("cells", func(t *testing.T) {
		for _, r := range requesters {
			t.Run(r.name, func(t *testing.T) {
				t.Parallel()
				user := as(t, r.user)
				cells := slices.Concat(
					cellsOf(r, operator, operatorEdits), cellsOf(r, tenant, tenantEdits), cellsOf(r, group, groupEdits), cellsOf(r, policy, policyEdits),
					wholes(r, c.namespace), statuses(operator, tenant, group, policy),
				)
				for _, cell := range cells {
					err := cell.ask(t.Context(), user)
					got := outcomeOf(err)
					count.add(got)
					if got != cell.want {
						t.Errorf("%s of %s should be %s, it is %s: %v", cell.what, r.name, cell.want, got, err)
					}
				}
			})
		}
	})
	total := 0
	for _, n := range count.counts {
		total += n
	}
	t.Logf("%d requesters, %d edits, %d requests: %v", len(requesters), len(operatorEdits)+len(tenantEdits)+len(groupEdits)+len(policyEdits), total, count.counts)
	if count.counts[allowed] < 500 || count.counts[forbidden] < 500 {
		t.Errorf("the table should allow and refuse many times, it did %v", count.counts)
	}
}

// quiet waits until objects are not written any more, and reads them.
func (c *company) quiet(objects ...client.Object) {
	c.t.Helper()
	for _, o := range objects {
		last := ""
		testkit.Eventually(c.t, describe(o)+" is not written any more", func(ctx context.Context) (bool, string) {
			if err := c.Get(ctx, client.ObjectKeyFromObject(o), o); err != nil {
				return false, err.Error()
			}
			same := last == o.GetResourceVersion()
			last = o.GetResourceVersion()
			return same, last
		})
	}
}

// TestTheManagerAlonePassesUnasked: the table's last line.
func TestTheManagerAlonePassesUnasked(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	c.create(testkit.Tenant(c.namespace, "north"))
	tenant := testkit.Tenant(c.namespace, "north")
	becomesReady(c, tenant)
	config := plane.Config(t)
	config.Impersonate = rest.ImpersonationConfig{UserName: managersAccount, Groups: []string{"system:serviceaccounts", "system:serviceaccounts:roster-system", "system:authenticated"}}
	manager, err := client.New(config, client.Options{Scheme: testkit.Scheme()})
	must(t, err)
	c.stop()
	patch := client.RawPatch(types.MergePatchType, []byte(`{"status":{"groups":3}}`))
	if err := manager.Status().Patch(t.Context(), tenant, patch); err != nil {
		t.Errorf("while nobody answers, the manager's own writes should go through, got %v", err)
	}
	if err := c.Patch(t.Context(), tenant, client.RawPatch(types.MergePatchType, []byte(`{"spec":{"suspend":true}}`)), client.DryRunAll); err == nil {
		t.Error("while nobody answers, everybody else's should be refused")
	}
}

// TestEveryFieldIsInTheTable: a row of the table of fields without an edit here would go unasked.
func TestEveryFieldIsInTheTable(t *testing.T) {
	t.Parallel()
	asked := map[string][]string{
		roster.KindOperator: pathsOf(operatorEdits), roster.KindTenant: pathsOf(tenantEdits),
		roster.KindGroup: pathsOf(groupEdits), roster.KindChannelPolicy: pathsOf(policyEdits),
	}
	// What the API server keeps itself cannot be edited, and the status is asked about apart.
	kept := []string{"apiVersion", "kind", "status", "metadata.managedFields", "metadata.resourceVersion", "metadata.generation"}
	for kind, paths := range asked {
		for rule := range roster.FieldRules(kind) {
			for _, field := range rule.Fields {
				row := strings.TrimSuffix(field, "?")
				covered := func(path string) bool {
					rest, within := strings.CutPrefix(path, row)
					return within && (rest == "" || strings.ContainsAny(rest[:1], ".[{"))
				}
				if !slices.Contains(kept, row) && !slices.ContainsFunc(paths, covered) {
					t.Errorf("the table should have an edit of %s %s", kind, row)
				}
			}
		}
		for _, path := range paths {
			if !hasRow(kind, path) {
				t.Errorf("%s of %s is edited here, and has no row in the table of fields", path, kind)
			}
		}
	}
}

func pathsOf[T client.Object](edits []attempt[T]) []string {
	var paths []string
	for _, e := range edits {
		paths = append(paths, e.path)
	}
	return paths
}

func hasRow(kind, path string) bool {
	for rule := range roster.FieldRules(kind) {
		for _, field := range rule.Fields {
			// A kind may have one row for all annotations.
			if row := strings.TrimSuffix(field, "?"); row == path || row == "metadata.annotations{*}" && strings.HasPrefix(path, "metadata.annotations{") {
				return true
			}
		}
	}
	return false
}
