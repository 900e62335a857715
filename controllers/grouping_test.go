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

// TestAPassNeverKeepsWhatItSawOnTheWay lets two kinds of objects come and go in a tenant, with events that reach their handlers late
// and passes at any moment, as two informers do: whoever saw a state that never was, or is no more, is woken once more.
func TestAPassNeverKeepsWhatItSawOnTheWay(t *testing.T) {
	key := roster.TenantKey{Company: "acme", Tenant: "sales"}
	for seed := range uint64(20_000) {
		draw := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // a test that can be repeated
		var indexed [2]int                     // what passes see
		var underway [2][]int                  // events that no handler has seen yet
		handled, woken := 0, true              // the first pass is due anyway
		g := newGrouping()
		counts := [2]map[roster.TenantKey]int{g.objects, g.declared}
		seen := false
		pass := func() { seen, woken = indexed[0]+indexed[1] > 0 || g.has(key), false }
		handle := func(i int) {
			change := underway[i][0]
			underway[i] = underway[i][1:]
			handled++
			woken = g.count(counts[i], key, change) || woken
		}
		for range 30 {
			i := draw.IntN(2)
			switch draw.IntN(4) {
			case 0:
				indexed[i]++
				underway[i] = append(underway[i], 1)
			case 1:
				if indexed[i] > 0 {
					indexed[i]--
					underway[i] = append(underway[i], -1)
				}
			case 2:
				if len(underway[i]) > 0 {
					handle(i)
				}
			case 3:
				pass()
			}
		}
		for i := range underway {
			for len(underway[i]) > 0 {
				handle(i)
			}
		}
		if woken {
			pass()
		}
		if truth := indexed[0]+indexed[1] > 0; seen != truth {
			t.Fatalf("seed %d: after %d events the last pass should have seen that the tenant has groups: %t, it saw %t", seed, handled, truth, seen)
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
