// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package snapshot

import (
	"fmt"
	"iter"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/testkit"
	"github.com/roster-dev/roster/internal/translate"
)

// counting is a Directory that counts what is looked up, and every policy it hands out.
type counting struct {
	behind  roster.Directory
	lookUps int
}

func (c *counting) Tenant(company, name string) (roster.Tenant, bool) {
	c.lookUps++
	return c.behind.Tenant(company, name)
}

func (c *counting) Group(company, name string) (roster.Group, bool) {
	c.lookUps++
	return c.behind.Group(company, name)
}

func (c *counting) HasGroups(company, tenant string) bool {
	c.lookUps++
	return c.behind.HasGroups(company, tenant)
}

func (c *counting) Operator(company, name string) (roster.Operator, bool) {
	c.lookUps++
	return c.behind.Operator(company, name)
}

func (c *counting) Policies(company, tenant string) iter.Seq[roster.Policy] {
	return func(yield func(roster.Policy) bool) {
		for p := range c.behind.Policies(company, tenant) {
			c.lookUps++
			if !yield(p) {
				return
			}
		}
	}
}

// tenantOf is a tenant of so many people, each with a team of two, a group and three policies around them.
func tenantOf(t testing.TB, people int) *Snapshot {
	t.Helper()
	objects := []client.Object{
		testkit.Tenant(company, "sales"),
		testkit.Group(company, "desk", "sales"),
		testkit.ChannelPolicy(company, "workers", "sales", testkit.For(v1alpha1.PolicySubject{Role: v1alpha1.RoleWorker})),
		testkit.ChannelPolicy(company, "desk", "sales", testkit.For(v1alpha1.PolicySubject{Group: "desk"})),
		testkit.ChannelPolicy(company, "phone", "sales", testkit.Granting(v1alpha1.ChannelPhone), testkit.For(v1alpha1.PolicySubject{Group: v1alpha1.GeneralGroup})),
	}
	for i := range people {
		objects = append(objects, testkit.Operator(company, fmt.Sprintf("person-%d", i),
			testkit.InTenant("sales", testkit.InGroups("desk"), testkit.Leading(fmt.Sprintf("person-%d", i+1), fmt.Sprintf("person-%d", i+2)))))
	}
	return over(t, objects...)
}

func TestCompilingOnePersonLooksUpAsMuchHoweverLargeTheTenantIs(t *testing.T) {
	t.Parallel()
	lookUps := func(people int) int {
		s := tenantOf(t, people)
		person, found := s.Operator(company, "person-0")
		if !found {
			t.Fatal("person-0 should be there")
		}
		c := &counting{behind: s}
		compiled := roster.Compile(person, c)
		if len(compiled.Person.Grants) != 2 || len(compiled.Person.Memberships) != 1 {
			t.Fatalf("the person should come to a membership with two grants, came to %+v", compiled.Person)
		}
		return c.lookUps
	}
	small, large := lookUps(10), lookUps(10_000)
	if small != large || small > 20 {
		t.Errorf("compiling one person should cost the same few look-ups in a tenant of 10 and of 10,000, costs %d and %d", small, large)
	}
}

func BenchmarkCompilingOnePerson(b *testing.B) {
	for _, people := range []int{10, 10_000} {
		b.Run(fmt.Sprintf("tenant of %d", people), func(b *testing.B) {
			s := tenantOf(b, people)
			person := testkit.Operator(company, "person-0", testkit.InTenant("sales", testkit.InGroups("desk"), testkit.Leading("person-1", "person-2")))
			b.ReportAllocs()
			for b.Loop() {
				roster.Compile(translate.Operator(person), s)
			}
		})
	}
}

func BenchmarkCompilingAWholeTenantOf10000(b *testing.B) {
	s := tenantOf(b, 10_000)
	people := s.OperatorsOf(company, "sales")
	b.ReportAllocs()
	for b.Loop() {
		for _, o := range people {
			roster.Compile(translate.Operator(o), s)
		}
	}
}

// BenchmarkWhoIsThereForATenantOf10000 is the worst case: nobody is, so that everybody is asked.
func BenchmarkWhoIsThereForATenantOf10000(b *testing.B) {
	var objects []client.Object
	for i := range 10_000 {
		objects = append(objects, testkit.Operator(company, fmt.Sprintf("person-%d", i),
			testkit.InTenant("sales", func(e *v1alpha1.OperatorTenant) { e.OfflineMessages = new(false) })))
	}
	s := over(b, objects...)
	b.ReportAllocs()
	for b.Loop() {
		if a := roster.Attend("sales", s.People(company, "sales")); a != (roster.Attendance{}) {
			b.Fatalf("nobody should be there, got %+v", a)
		}
	}
}
