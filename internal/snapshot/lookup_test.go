// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package snapshot

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/testkit"
)

const company = "acme"

// over is the snapshot of a cache that holds objects.
func over(t testing.TB, objects ...client.Object) *Snapshot {
	t.Helper()
	indexer := func(kind string) toolscache.Indexer {
		return toolscache.NewIndexer(toolscache.MetaNamespaceKeyFunc, Indexes[kind])
	}
	s := Over(indexer("Tenant"), indexer("Group"), indexer("Operator"), indexer("ChannelPolicy"))
	for _, object := range objects {
		if err := s.of(t, object).Add(object); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// of is where a snapshot holds objects of a kind.
func (s *Snapshot) of(t testing.TB, object client.Object) toolscache.Indexer {
	t.Helper()
	switch object.(type) {
	case *v1alpha1.Tenant:
		return s.tenants
	case *v1alpha1.Group:
		return s.groups
	case *v1alpha1.Operator:
		return s.operators
	case *v1alpha1.ChannelPolicy:
		return s.policies
	}
	t.Fatalf("a snapshot holds no %T", object)
	return nil
}

// leaving marks an object as being deleted.
func leaving[T client.Object](object T) T {
	object.SetDeletionTimestamp(&metav1.Time{Time: time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)})
	return object
}

func sortedNames[T client.Object](objects []T) []string {
	var found []string
	for _, o := range objects {
		found = append(found, o.GetNamespace()+"/"+o.GetName())
	}
	slices.Sort(found)
	return found
}

func policyNames(s *Snapshot, company, tenant string) []string {
	var found []string
	for p := range s.Policies(company, tenant) {
		found = append(found, p.Company+"/"+p.Name)
	}
	slices.Sort(found)
	return found
}

func TestWhatIsBeingDeletedIsNotFoundButForGroups(t *testing.T) {
	t.Parallel()
	s := over(t,
		testkit.Tenant(company, "here"), leaving(testkit.Tenant(company, "going")),
		testkit.Group(company, "here", "sales"), leaving(testkit.Group(company, "going", "sales")),
		testkit.Operator(company, "here"), leaving(testkit.Operator(company, "going")),
		testkit.ChannelPolicy(company, "here", "sales"), leaving(testkit.ChannelPolicy(company, "going", "sales")),
	)
	tenant := func(name string) bool { found, ok := s.Tenant(company, name); return ok && found.Record.Tenant == name }
	group := func(name string) bool { found, ok := s.Group(company, name); return ok && found.Name == name }
	operator := func(name string) bool { found, ok := s.Operator(company, name); return ok && found.Name == name }
	policy := func(name string) bool {
		return slices.Contains(policyNames(s, company, "sales"), company+"/"+name)
	}
	for _, tc := range []struct {
		reason, kind string
		look         func(string) bool
		going        bool
	}{
		{"its people lose it at once", "Tenant", tenant, false},
		{"its members keep what it says until it is gone", "Group", group, true},
		{"no team counts somebody who leaves", "Operator", operator, false},
		{"it grants nothing any more", "ChannelPolicy", policy, false},
	} {
		if !tc.look("here") {
			t.Errorf("a %s that is there should be found", tc.kind)
		}
		if got := tc.look("going"); got != tc.going {
			t.Errorf("that a %s being deleted is found should be %t, as %s", tc.kind, tc.going, tc.reason)
		}
		if tc.look("absent") {
			t.Errorf("a %s that is not there should not be found", tc.kind)
		}
	}
}

func TestIndexes(t *testing.T) {
	t.Parallel()
	s := over(t,
		testkit.Operator(company, "anna", testkit.InTenant("sales", testkit.InGroups("desk", "back"), testkit.Leading("bert"))),
		testkit.Operator(company, "bert", testkit.InTenant("sales", testkit.InGroups("desk")), testkit.InTenant("care", testkit.InGroups("desk"))),
		testkit.Operator(company, "carl"),
		leaving(testkit.Operator(company, "dora", testkit.InTenant("sales"))),
		testkit.Group(company, "desk", "sales"), testkit.Group(company, "back", "sales"), testkit.Group(company, "hall", "care"),
		testkit.ChannelPolicy(company, "named", "sales", testkit.For(v1alpha1.PolicySubject{Operator: "bert"}, v1alpha1.PolicySubject{Role: v1alpha1.RoleWorker})),
		testkit.ChannelPolicy(company, "other", "care"),
	)
	for name, tc := range map[string]struct {
		reason string
		got    []string
		want   []string
	}{
		"operators of a tenant":      {"who is leaving counts until gone", sortedNames(s.OperatorsOf(company, "sales")), []string{"acme/anna", "acme/bert", "acme/dora"}},
		"operators of another":       {"an entry for each tenant is indexed", sortedNames(s.OperatorsOf(company, "care")), []string{"acme/bert"}},
		"operators of none":          {"nobody is there", sortedNames(s.OperatorsOf(company, "absent")), nil},
		"members":                    {"the group is the tenant's", sortedNames(s.MembersOf(company, "sales", "desk")), []string{"acme/anna", "acme/bert"}},
		"members in another tenant":  {"a group of the same name is another", sortedNames(s.MembersOf(company, "care", "desk")), []string{"acme/bert"}},
		"leaders":                    {"by the member's name", sortedNames(s.LeadersOf(company, "bert")), []string{"acme/anna"}},
		"leaders of a leader":        {"nobody leads anna", sortedNames(s.LeadersOf(company, "anna")), nil},
		"groups":                     {"of the tenant only", sortedNames(s.GroupsOf(company, "sales")), []string{"acme/back", "acme/desk"}},
		"policies":                   {"of the tenant only", sortedNames(s.PoliciesOf(company, "sales")), []string{"acme/named"}},
		"policies naming somebody":   {"a subject names bert", sortedNames(s.PoliciesNaming(company, "bert")), []string{"acme/named"}},
		"policies naming nobody":     {"a subject without a name is no key", sortedNames(s.PoliciesNaming(company, "")), nil},
		"policies as the core's own": {"the tenant need not exist", policyNames(s, company, "care"), []string{"acme/other"}},
	} {
		if diff := cmp.Diff(tc.want, tc.got); diff != "" {
			t.Errorf("%s: %s (-want +got):\n%s", name, tc.reason, diff)
		}
	}
}

func TestWhoClaimsAUserOfKubernetes(t *testing.T) {
	t.Parallel()
	as := func(user string) func(*v1alpha1.Operator) {
		return func(o *v1alpha1.Operator) { o.Spec.KubernetesUser = user }
	}
	s := over(t,
		testkit.Operator(company, "anna", as("anna@idp")), leaving(testkit.Operator(company, "anna-before", as("anna@idp"))),
		testkit.Operator(company, "bert", as("shared")), testkit.Operator(company, "carl", as("shared")),
		testkit.Operator(company, "dora"), testkit.Operator("other", "emil", as("anna@idp")),
	)
	for _, tc := range []struct {
		reason, user string
		want         []string
	}{
		{"who is leaving claims nobody any more, and another company's claim is its own", "anna@idp", []string{"acme/anna"}},
		{"both who claim one user are told", "shared", []string{"acme/bert", "acme/carl"}},
		{"a user is compared as it is written", "Anna@idp", nil},
		{"to claim nobody is not to claim the user without a name", "", nil},
	} {
		if diff := cmp.Diff(tc.want, sortedNames(s.OperatorsByKubernetesUser(company, tc.user))); diff != "" {
			t.Errorf("who claims %q: %s (-want +got):\n%s", tc.user, tc.reason, diff)
		}
	}
}

func TestWhoMayBeThereForATenant(t *testing.T) {
	t.Parallel()
	administrator := func(o *v1alpha1.Operator) { o.Spec.CompanyAdministrator = true }
	s := over(t,
		testkit.Tenant(company, "sales"), testkit.Tenant(company, "care"), leaving(testkit.Tenant(company, "going")), testkit.Tenant("other", "sales"),
		testkit.Operator(company, "anna", testkit.InTenant("sales")), leaving(testkit.Operator(company, "bert", testkit.InTenant("sales"))),
		testkit.Operator(company, "carl", testkit.InTenant("care")),
		testkit.Operator(company, "boss", administrator), leaving(testkit.Operator(company, "boss-before", administrator)),
		testkit.Operator("other", "boss-of-another", administrator),
	)
	people := func(company, tenant string) []string {
		var found []string
		for o := range s.People(company, tenant) {
			found = append(found, o.Name)
		}
		return found
	}
	for _, tc := range []struct{ reason, company, tenant, want string }{
		{"company administrators come first, and who is leaving is not there", company, "sales", "[boss anna]"},
		{"nothing crosses tenants but a company administrator", company, "care", "[boss carl]"},
		{"nothing crosses companies", "other", "sales", "[boss-of-another]"},
		{"a company without people has none", "third", "sales", "[]"},
	} {
		if got := fmt.Sprint(people(tc.company, tc.tenant)); got != tc.want {
			t.Errorf("for the tenant %s of %s there should be %s, as %s; got %s", tc.tenant, tc.company, tc.want, tc.reason, got)
		}
	}
	for range s.People(company, "sales") {
		break // A reader who stops is not asked again: the iterator would panic.
	}
	if diff := cmp.Diff([]string{"acme/care", "acme/going", "acme/sales"}, sortedNames(s.TenantsOf(company))); diff != "" {
		t.Errorf("the tenants of a company are its own, until they are gone (-want +got):\n%s", diff)
	}
}

func TestWhatGroupsThereAre(t *testing.T) {
	t.Parallel()
	s := over(t,
		testkit.Group(company, "desk", "with-group"), leaving(testkit.Group(company, "back", "with-group-that-leaves")),
		testkit.Operator(company, "anna", testkit.InTenant("with-name", testkit.InGroups("absent"))),
		leaving(testkit.Operator(company, "bert", testkit.InTenant("with-name-that-leaves", testkit.InGroups("absent")))),
		testkit.Operator(company, "carl", testkit.InTenant("with-general", testkit.InGroups(v1alpha1.GeneralGroup)), testkit.InTenant("with-nothing")),
		testkit.Group("other", "desk", "with-general"),
	)
	for _, tc := range []struct {
		reason, tenant string
		want           bool
	}{
		{"a Group of it is there", "with-group", true},
		{"a Group is there until it is gone", "with-group-that-leaves", true},
		{"somebody names one that is not there", "with-name", true},
		{"somebody counts until gone", "with-name-that-leaves", true},
		{"every tenant has the general group, and another company's Group is its own", "with-general", false},
		{"nobody names any", "with-nothing", false},
		{"nobody knows it", "absent", false},
	} {
		if got := s.HasGroups(company, tc.tenant); got != tc.want {
			t.Errorf("%s: that %s has groups should be %t, is %t", tc.reason, tc.tenant, tc.want, got)
		}
	}
}

func TestAnObjectIsFoundByWhatItSaysNow(t *testing.T) {
	t.Parallel()
	before := testkit.Operator(company, "anna", testkit.InTenant("sales"))
	s := over(t, before)
	if err := s.operators.Update(testkit.Operator(company, "anna", testkit.InTenant("care"))); err != nil {
		t.Fatal(err)
	}
	if got := s.OperatorsOf(company, "sales"); len(got) != 0 {
		t.Errorf("somebody who left a tenant should not be found in it, found %v", sortedNames(got))
	}
	if got := s.OperatorsOf(company, "care"); len(got) != 1 {
		t.Errorf("somebody who came to a tenant should be found in it, found %v", sortedNames(got))
	}
}

func TestCompaniesNeverSeeEachOther(t *testing.T) {
	t.Parallel()
	world := func(namespace string) []client.Object {
		return []client.Object{
			testkit.Tenant(namespace, "sales"),
			testkit.Group(namespace, "desk", "sales"),
			testkit.Operator(namespace, "anna", testkit.InTenant("sales", testkit.InGroups("desk"), testkit.Leading("bert"))),
			testkit.ChannelPolicy(namespace, "all", "sales", testkit.For(v1alpha1.PolicySubject{Operator: "bert"})),
		}
	}
	// The second name ends as the first; neither is the other's.
	s := over(t, append(world(company), world("acme-2")...)...)
	for _, namespace := range []string{company, "acme-2"} {
		for what, got := range map[string][]string{
			"OperatorsOf":    sortedNames(s.OperatorsOf(namespace, "sales")),
			"MembersOf":      sortedNames(s.MembersOf(namespace, "sales", "desk")),
			"LeadersOf":      sortedNames(s.LeadersOf(namespace, "bert")),
			"GroupsOf":       sortedNames(s.GroupsOf(namespace, "sales")),
			"PoliciesOf":     sortedNames(s.PoliciesOf(namespace, "sales")),
			"PoliciesNaming": sortedNames(s.PoliciesNaming(namespace, "bert")),
			"Policies":       policyNames(s, namespace, "sales"),
		} {
			if len(got) != 1 || got[0][:len(namespace)+1] != namespace+"/" {
				t.Errorf("%s of %s should be its own one, is %v", what, namespace, got)
			}
		}
	}
	if _, found := s.Tenant("other", "sales"); found {
		t.Error("a company without objects should have no tenant")
	}
}

func TestWhatIsHandedOutIsTheCachesOwn(t *testing.T) {
	t.Parallel()
	anna := testkit.Operator(company, "anna", testkit.InTenant("sales", testkit.InGroups("desk")))
	policy := testkit.ChannelPolicy(company, "all", "sales")
	s := over(t, anna, policy)
	if got := s.OperatorsOf(company, "sales"); len(got) != 1 || got[0] != anna {
		t.Error("OperatorsOf should hand out the cache's own object, not a copy")
	}
	if got := s.PoliciesOf(company, "sales"); len(got) != 1 || got[0] != policy {
		t.Error("PoliciesOf should hand out the cache's own object, not a copy")
	}
	before := anna.DeepCopy()
	_, _ = s.Operator(company, "anna")
	s.MembersOf(company, "sales", "desk")
	policyNames(s, company, "sales")
	if diff := cmp.Diff(before, anna); diff != "" {
		t.Errorf("looking something up should change nothing (-before +after):\n%s", diff)
	}
}

func TestTheStreamOfPoliciesEndsWhenAsked(t *testing.T) {
	t.Parallel()
	s := over(t, testkit.ChannelPolicy(company, "a", "sales"), testkit.ChannelPolicy(company, "b", "sales"))
	var seen int
	for range s.Policies(company, "sales") {
		seen++
		break
	}
	if seen != 1 {
		t.Errorf("a reader who stops should see no more, saw %d", seen)
	}
}

func TestAnIndexRefusesWhatIsOfAnotherKind(t *testing.T) {
	t.Parallel()
	for kind, indexers := range Indexes {
		for name, index := range indexers {
			if _, err := index(&metav1.PartialObjectMetadata{}); err == nil {
				t.Errorf("the index %s of %s should refuse another kind", name, kind)
			}
		}
	}
}
