// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/testkit"
)

// tenantsOf are the names of tenants, in order.
func tenantsOf(keys []roster.TenantKey) []string {
	var found []string
	for _, k := range keys {
		found = append(found, k.Tenant)
	}
	slices.Sort(found)
	return found
}

func TestATenantFlipsByItsFirstGroupAndItsLast(t *testing.T) {
	group := func(name, tenant string) *v1alpha1.Group { return testkit.Group("acme", name, tenant) }
	declaring := func(generation int64, tenants ...string) *v1alpha1.Operator {
		o := testkit.Operator("acme", "anna")
		o.Generation = generation
		for _, tenant := range tenants {
			testkit.InTenant(tenant, testkit.InGroups("absent"))(o)
		}
		return o
	}
	inNone := testkit.Operator("acme", "anna", testkit.InTenant("sales", testkit.InGroups(v1alpha1.GeneralGroup)))
	type step struct {
		reason        string
		before, after any // a Group or an Operator
		want          []string
	}
	var noGroup *v1alpha1.Group
	var nobody *v1alpha1.Operator
	for name, steps := range map[string][]step{
		"groups": {
			{"the first", noGroup, group("desk", "sales"), []string{"sales"}},
			{"the second changes nothing for those in none", noGroup, group("back", "sales"), nil},
			{"another tenant's first", noGroup, group("hall", "care"), []string{"care"}},
			{"an edit", group("desk", "sales"), edited(group("desk", "sales")), nil},
			{"its deletion begins, and it is there until it is gone", group("desk", "sales"), going(group("desk", "sales")), nil},
			{"one of two goes", going(group("desk", "sales")), noGroup, nil},
			{"the last goes", group("back", "sales"), noGroup, []string{"sales"}},
		},
		"declared names": {
			{"nobody declares one by being there", nobody, inNone, nil},
			{"the first", inNone, declaring(1, "sales"), []string{"sales"}},
			{"a status", declaring(1, "sales"), declaring(1, "sales"), nil},
			{"an edit of something else", declaring(1, "sales"), edited(declaring(1, "sales")), nil},
			{"from one tenant to another", declaring(2, "sales"), declaring(3, "care"), []string{"care", "sales"}},
			{"one more tenant", declaring(3, "care"), declaring(4, "care", "sales"), []string{"sales"}},
			{"whoever leaves counts until gone", declaring(4, "care", "sales"), going(declaring(4, "care", "sales")), nil},
			{"gone", going(declaring(4, "care", "sales")), nobody, []string{"care", "sales"}},
		},
		"both": {
			{"the first by name", nobody, declaring(1, "sales"), []string{"sales"}},
			{"a Group comes where a name is declared", noGroup, group("desk", "sales"), nil},
			{"the name goes where a Group is", declaring(1, "sales"), nobody, nil},
			{"a name comes where a Group is", nobody, declaring(1, "sales"), nil},
			{"the Group goes where a name is declared", group("desk", "sales"), noGroup, nil},
			{"and the name, too", declaring(1, "sales"), nobody, []string{"sales"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGrouping()
			for i, s := range steps {
				var got []roster.TenantKey
				switch before := s.before.(type) {
				case *v1alpha1.Group:
					got = g.byGroup(before, s.after.(*v1alpha1.Group))
				case *v1alpha1.Operator:
					got = g.byOperator(before, s.after.(*v1alpha1.Operator))
				}
				if diff := cmp.Diff(s.want, tenantsOf(got)); diff != "" {
					t.Errorf("step %d, %s (-want +got):\n%s", i, s.reason, diff)
				}
			}
		})
	}
}

// lagging are two informers of one tenant's groups and of who declares one: what passes see, what no handler was told yet, and what
// the last pass saw.
type lagging struct {
	*grouping
	indexed  [2]int
	underway [2][]int
	// woken says that a pass is due.
	woken, seen bool
}

var inSales = roster.TenantKey{Company: "acme", Tenant: "sales"}

// index lets an object come to the cache or go from it, where change is 1 or -1; nothing goes that is not there.
func (l *lagging) index(side, change int) {
	if l.indexed[side]+change < 0 {
		return
	}
	l.indexed[side] += change
	l.underway[side] = append(l.underway[side], change)
}

// handle tells the grouping of the next event, if there is one.
func (l *lagging) handle(side int) {
	if len(l.underway[side]) == 0 {
		return
	}
	change := l.underway[side][0]
	l.underway[side] = l.underway[side][1:]
	l.woken = l.count([]map[roster.TenantKey]int{l.objects, l.declared}[side], inSales, change) || l.woken
}

// truth is whether the tenant has groups.
func (l *lagging) truth() bool { return l.indexed[0]+l.indexed[1] > 0 }

func (l *lagging) pass() { l.seen, l.woken = l.truth() || l.has(inSales), false }

// settle brings every event to its handler, and makes the pass that is due.
func (l *lagging) settle() {
	for side := range l.underway {
		for range len(l.underway[side]) {
			l.handle(side)
		}
	}
	if l.woken {
		l.pass()
	}
}

// TestAPassNeverKeepsWhatItSawOnTheWay lets two kinds of objects come and go in a tenant, with events that reach their handlers late
// and passes at any moment, as two informers do: whoever saw a state that never was, or is no more, is woken once more.
func TestAPassNeverKeepsWhatItSawOnTheWay(t *testing.T) {
	for seed := range uint64(20_000) {
		draw := rand.New(rand.NewPCG(seed, 0))
		l := &lagging{grouping: newGrouping(), woken: true} // The first pass is due anyway.
		for range 30 {
			side := draw.IntN(2)
			[]func(){
				func() { l.index(side, 1) },
				func() { l.index(side, -1) },
				func() { l.handle(side) },
				l.pass,
			}[draw.IntN(4)]()
		}
		l.settle()
		if l.seen != l.truth() {
			t.Fatalf("seed %d: the last pass should have seen that the tenant has groups: %t, it saw %t", seed, l.truth(), l.seen)
		}
	}
}

func TestWhatIsCountedIsCountedFromTheBeginning(t *testing.T) {
	w := watching(t, testkit.Tenant("acme", "sales"), lead(), testkit.Operator("acme", "mate", testkit.InTenant("sales")), testkit.Operator("acme", "nurse", testkit.InTenant("care")))
	g := newGrouping()
	everybody := func(tenant roster.TenantKey) []types.NamespacedName {
		return append(tenantByGrouping(tenant), w.operatorsByGrouping(tenant)...)
	}
	waker, q := wakeCounting(each(g.byGroup, everybody)), &prioritized{}
	var queue workqueue.TypedRateLimitingInterface[reconcile.Request] = q
	first, second := testkit.Group("acme", "first", "sales"), testkit.Group("acme", "second", "sales")
	waker.Create(t.Context(), event.TypedCreateEvent[*v1alpha1.Group]{Object: first, IsInInitialList: true}, queue)
	if len(q.added) > 0 {
		t.Fatalf("the initial list should wake nobody, woke %v", q.added)
	}
	waker.Create(t.Context(), event.TypedCreateEvent[*v1alpha1.Group]{Object: second}, queue)
	waker.Delete(t.Context(), event.TypedDeleteEvent[*v1alpha1.Group]{Object: second}, queue)
	if len(q.added) > 0 {
		t.Fatalf("a tenant that had a group from the beginning should not come to have its first, woke %v", q.added)
	}
	waker.Delete(t.Context(), event.TypedDeleteEvent[*v1alpha1.Group]{Object: first}, queue)
	var names []string
	for _, a := range q.added {
		if a.After != 0 || a.Priority != handler.LowPriority {
			t.Errorf("whoever is touched should be woken at once and after what people edit, got %+v", a)
		}
		names = append(names, a.Name)
	}
	slices.Sort(names)
	if got := fmt.Sprint(names); got != "[lead mate sales]" {
		t.Errorf("the last group gone should wake the tenant and everybody in it, woke %s", got)
	}
}
