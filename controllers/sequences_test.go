// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/testkit"
	"github.com/roster-dev/roster/internal/translate"
)

var (
	sequences = flag.Int("sequences", 300, "how many random sequences of steps are tried in this process")
	firstSeed = flag.Uint64("seed", 1, "the first of their seeds")
)

// step is one thing that people, programs or machines do.
type step struct {
	weight int
	name   string
	do     func(w *island) string
}

var userNames = []string{"ash", "birch", "cedar", "dogwood", "elm"}

var steps = []step{
	{8, "apply", func(w *island) string { return w.applyPerson(w.pick(userNames)) }},
	{4, "delete", func(w *island) string { return w.gone(w.pick(userNames), w.remove) }},
	{2, "force out", func(w *island) string { return w.gone(w.pick(userNames), w.vanish) }},
	{1, "rename", (*island).rename},
	{2, "suspend or resume", (*island).suspend},
	{2, "apply a tenant", (*island).applyTenant},
	{1, "delete a tenant", func(w *island) string {
		name := w.pick([]string{"north", "south"})
		w.remove(nameIn(kindTenant, name))
		return name
	}},
	{4, "edit by hand", (*island).handEdit},
	{1, "remove by hand", (*island).handRemove},
	{2, "take the store away", func(w *island) string { w.store.SetDown(true); return "" }},
	{3, "bring the store back", func(w *island) string { w.store.SetDown(false); return "" }},
	{3, "kill the manager", func(w *island) string { w.boot(); return "" }},
	{3, "let time pass", (*island).letTimePass},
	{2, "confirm", (*island).confirm},
	{10, "pass over some", func(w *island) string {
		all := w.names()
		for _, name := range all[:min(len(all), 1+w.random.IntN(4))] {
			w.pass(name)
		}
		return ""
	}},
	{3, "sweep", func(w *island) string { return fmt.Sprint(w.sweeper.sweepCompany(context.Background(), island1)) }},
}

func (w *island) pick(from []string) string { return from[w.random.IntN(len(from))] }

func (w *island) step() {
	total := 0
	for _, s := range steps {
		total += s.weight
	}
	n := w.random.IntN(total)
	for _, s := range steps {
		if n -= s.weight; n < 0 {
			w.steps = append(w.steps, strings.TrimSpace(s.name+" "+s.do(w)))
			return
		}
	}
}

func (w *island) applyPerson(name string) string {
	o := testkit.Operator(island1, name)
	if there := w.declares(name); there != nil {
		o.Name, o.Annotations, o.Spec.Suspend = there.Name, there.Annotations, there.Spec.Suspend
	}
	for _, tenant := range []string{"north", "south"} {
		if w.random.IntN(3) > 0 {
			role := v1alpha1.Role(w.pick([]string{"Administrator", "Worker", "Worker"}))
			testkit.InTenant(tenant, testkit.As(role), testkit.On(v1alpha1.ChannelChat))(o)
		}
	}
	o.Spec.Active = new(w.random.IntN(6) > 0)
	o.Spec.CompanyAdministrator = w.random.IntN(12) == 0
	o.Spec.DeletionPolicy = v1alpha1.OperatorDeletionPolicy(w.pick([]string{"Deactivate", "Deactivate", "Delete"}))
	w.apply(kindOperator, o)
	return fmt.Sprintf("%s %v active %t chief %t", o.Name, o.Spec.Tenants, *o.Spec.Active, o.Spec.CompanyAdministrator)
}

func (w *island) gone(name string, how func(objectName)) string {
	if o := w.declares(name); o != nil {
		how(nameIn(kindOperator, o.Name))
		return o.Name
	}
	return "nobody"
}

// rename deletes the object of somebody and applies another that adopts the record.
func (w *island) rename() string {
	before := w.declares(w.pick(userNames))
	if before == nil {
		return "nobody"
	}
	w.remove(nameIn(kindOperator, before.Name))
	o := testkit.Operator(island1, before.Name+"-x")
	before.Spec.DeepCopyInto(&o.Spec)
	o.Annotations = map[string]string{v1alpha1.AnnotationAdopt: "true"}
	w.apply(kindOperator, o)
	return o.Name
}

func (w *island) suspend() string {
	o := w.declares(w.pick(userNames))
	if o == nil {
		return "nobody"
	}
	changed := o.DeepCopy()
	changed.Spec.Suspend = !o.Spec.Suspend
	w.apply(kindOperator, changed)
	return fmt.Sprint(o.Name, " ", changed.Spec.Suspend)
}

func (w *island) applyTenant() string {
	t := testkit.Tenant(island1, w.pick([]string{"north", "south"}))
	t.Spec.Offboarding.Retention = &metav1.Duration{Duration: 6 * time.Hour}
	if limit := w.pick([]string{"", "1", "2", "50%"}); limit != "" {
		t.Spec.Offboarding.Budget = &v1alpha1.RemovalBudget{Max: intstr.Parse(limit), Window: metav1.Duration{Duration: 2 * time.Hour}}
	}
	w.apply(kindTenant, t)
	return fmt.Sprintf("%s %+v", t.Name, t.Spec.Offboarding.Budget)
}

// handEdit changes a stored person as another program would: nobody counts that.
func (w *island) handEdit() string {
	stored, found := w.somebody()
	if !found {
		return "nobody"
	}
	person := stored.Value
	person.Memberships = slices.Clone(person.Memberships)
	what := w.random.IntN(4)
	switch {
	case what == 0:
		person.User.Profile.Title += "!"
	case what == 1:
		person.User.Active = false
	case what == 2 && len(person.Memberships) > 0:
		person.Memberships[0].Role = roster.Manager
	default:
		person.Grants = nil
	}
	_, err := w.store.People().Put(context.Background(), person, stored.Stamp, store.Terms{})
	return fmt.Sprint(person.User.UserName, " ", what, " ", err)
}

func (w *island) handRemove() string {
	stored, found := w.somebody()
	if !found {
		return "nobody"
	}
	if w.store.People().Delete(context.Background(), stored.Value.Key(), stored.Stamp, store.Terms{}) == nil {
		delete(w.ids, stored.Value.User.UserName)
	}
	return stored.Value.User.UserName
}

func (w *island) somebody() (store.Stored[roster.Person], bool) {
	stored, found := w.stored()[w.pick(userNames)]
	return stored, found
}

func (w *island) letTimePass() string {
	d := []time.Duration{time.Minute, time.Hour, 2 * time.Hour, 7 * time.Hour}[w.random.IntN(4)]
	w.clock.Step(d)
	return d.String()
}

// confirm annotates a tenant for as many as are held there, or one too few.
func (w *island) confirm() string {
	name := nameIn(kindTenant, w.pick([]string{"north", "south"}))
	t, there := w.objects[name].(*v1alpha1.Tenant)
	if !there || t.DeletionTimestamp != nil {
		return "no tenant"
	}
	records, _ := w.shared.holds.in(island1, t.Name)
	count := max(1, len(records)-w.random.IntN(2))
	changed := t.DeepCopy()
	changed.Annotations = map[string]string{
		v1alpha1.AnnotationConfirmRemovals: fmt.Sprintf("%d@%s", count, w.clock.Now().Add(time.Hour).Format(time.RFC3339)),
	}
	w.show(name, changed)
	return fmt.Sprintf("%s %d", t.Name, count)
}

// watch has the model look at what a pass did to people: removals are counted, and IDs remembered.
func (w *island) watch(before, after world) {
	for _, tenant := range []string{"north", "south"} {
		w.watchTenant(tenant, before, after)
	}
	for name, was := range before.people {
		if _, there := after.people[name]; !there {
			w.mayBeGone(name, was)
		}
	}
	for name, is := range after.people {
		if id := w.ids[name]; id != "" && id != is.ID {
			w.complain("%s had the ID %s and has %s", name, id, is.ID)
		}
		w.ids[name] = is.ID
	}
}

// watchTenant counts who was removed from a tenant, and expects that it keeps an Administrator.
func (w *island) watchTenant(tenant string, before, after world) {
	was, is := before.tenants[tenant], after.tenants[tenant]
	if was.Tenant == "" || was.Retired {
		return
	}
	removed := w.removedFrom(tenant, before, after)
	if removed > 0 && was.Settings.RemovalBudget != nil {
		w.counted(tenant, *was.Settings.RemovalBudget, removed, before.live(tenant))
	}
	if before.administered(tenant) && !after.administered(tenant) && is.Tenant != "" && !is.Retired && w.confirmed(tenant).Count == 0 {
		w.complain("%s lost its last Administrator", tenant)
	}
}

// removedFrom is how many people a tenant lost by a pass, because objects were gone.
func (w *island) removedFrom(tenant string, before, after world) int {
	if after.tenants[tenant].Retired {
		return before.live(tenant)
	}
	removed := 0
	for name, person := range before.people {
		if person.Value.LiveMember(tenant) && !after.people[name].Value.LiveMember(tenant) && w.declares(name) == nil {
			removed++
		}
	}
	return removed
}

// confirmed is the confirmation in force for a tenant.
func (w *island) confirmed(tenant string) roster.Confirmation {
	t, there := w.objects[nameIn(kindTenant, tenant)].(*v1alpha1.Tenant)
	if !there {
		return roster.Confirmation{}
	}
	confirmation, err := roster.ParseConfirmation(t.Annotations[v1alpha1.AnnotationConfirmRemovals], w.clock.Now())
	if err != nil {
		return roster.Confirmation{}
	}
	return confirmation
}

// counted has the model count removals from a tenant, by its own rules: no window lets more go than its budget and what was confirmed.
func (w *island) counted(tenant string, budget roster.RemovalBudget, removed, live int) {
	l, now := w.removals[tenant], w.clock.Now()
	if l == nil {
		l = &ledgerOf{}
		w.removals[tenant] = l
	}
	if l.began.IsZero() || !now.Before(l.began.Add(2*time.Hour)) {
		*l = ledgerOf{began: now, live: live, confirmations: map[string]int{}}
	}
	if c := w.confirmed(tenant); c.Count > 0 {
		l.confirmations[c.Text] = c.Count
	}
	limit := budget.Max
	if limit == 0 {
		limit = max(1, (l.live*budget.Percent+99)/100)
	}
	l.gone += removed
	// A budget that is lowered meanwhile takes nothing back.
	l.spent = max(l.spent, min(l.gone, limit))
	may := max(limit, l.spent)
	for _, count := range l.confirmations {
		may += count
	}
	if l.gone > may {
		w.complain("%d were removed from %s in a window in which %d may be", l.gone, tenant, may)
	}
}

// mayBeGone expects of a record that a pass removed that it was to be purged, or that its object said so.
func (w *island) mayBeGone(name string, was store.Stored[roster.Person]) {
	delete(w.ids, name)
	due := was.Value.HasLeft() && !w.clock.Now().Before(was.Value.User.PurgeAfter)
	marked := was.Value.User.Held != "" && !was.Value.User.PurgeAfter.IsZero()
	if !due && !marked && !w.deletedForGood(name) {
		w.complain("%s is gone for good, and neither was it time nor did his object say so", name)
	}
}

// deletedForGood tells whether an object of somebody is being deleted, or was in the pass that is looked at, by the policy Delete.
func (w *island) deletedForGood(name string) bool {
	return slices.Contains(w.leavingForGood, name)
}

// check is the invariant at rest.
func (w *island) check() {
	all := w.stored()
	for _, name := range userNames {
		stored, there := all[name]
		o := w.declares(name)
		switch {
		case o != nil && !o.Spec.Suspend && !isHeld(o):
			w.equals(o, stored, there)
		case o == nil && there && stored.Value.User.Active && stored.Value.User.Held == "":
			w.complain("%s has no object, and is active in the store and not held", name)
		case o == nil && there && stored.Value.User.Held == roster.HeldAsLastAdministrator:
			w.isTheLast(name, stored.Value, all)
		}
	}
}

func (w *island) equals(o *v1alpha1.Operator, stored store.Stored[roster.Person], there bool) {
	want := roster.Want(translate.Operator(o), w.shared.Directory).Person
	if !there {
		w.complain("%s is not stored", o.Name)
		return
	}
	if diff := cmp.Diff(want, stored.Value); diff != "" {
		w.complain("the record of %s is not what its object says (-want +got):\n%s", o.Name, diff)
	}
}

// isTheLast expects that somebody who is held as the last Administrator is it, of a tenant that is there.
func (w *island) isTheLast(name string, held roster.Person, all map[string]store.Stored[roster.Person]) {
	for _, tenant := range []string{"north", "south"} {
		record, err := w.store.Tenants().Get(context.Background(), roster.TenantKey{Company: island1, Tenant: tenant})
		if err != nil || record.Value.Retired || !held.AdministratorOf(tenant) {
			continue
		}
		others := 0
		for other, p := range all {
			if other != name && p.Value.AdministratorOf(tenant) {
				others++
			}
		}
		if others == 0 {
			return
		}
	}
	w.complain("%s is held as the last Administrator, and is it of no tenant", name)
}

// regressions are seeds that failed once, and are always tried: 1658 lowers a budget in a window that was spent further already.
var regressions = []uint64{1658}

func TestWhateverHappensTheStoreComesToEqualTheManifests(t *testing.T) {
	seeds := slices.Clone(regressions)
	for i := range uint64(*sequences) {
		seeds = append(seeds, *firstSeed+i)
	}
	for _, seed := range seeds {
		w := newIsland(seed)
		w.plant(t)
		w.steps = append(w.steps, "apply a tenant "+w.applyTenant(), "apply a tenant "+w.applyTenant())
		for range 30 {
			w.step()
			if w.random.IntN(10) == 0 {
				w.steps = append(w.steps, "rest")
				w.rest()
				w.check()
			}
		}
		w.steps = append(w.steps, "rest")
		w.rest()
		w.check()
		w.foreignUntouched(t)
		if len(w.wrong) > 0 {
			t.Fatalf("seed %d (-run %s -seed %d -sequences 1):\n%s\nafter:\n  %s", seed, t.Name(), seed, strings.Join(w.wrong, "\n"), strings.Join(w.steps, "\n  "))
		}
	}
}

// others are records that are not the manager's.
func others() []store.Stored[roster.Person] {
	one, nobodys := roster.Person{User: roster.User{Company: island1, UserName: "foreign", Active: true}}, roster.Person{User: roster.User{Company: island1, UserName: "nobodys", Active: true}}
	return []store.Stored[roster.Person]{
		{Value: one, Stamp: store.Stamp{Owner: store.Owner{Installation: "two", Namespace: island1, Kind: kindOperator, Name: "foreign"}}},
		{Value: nobodys, Stamp: store.Stamp{Owner: store.Owner{Installation: "two", Namespace: island1, Kind: kindOperator, Name: "nobodys"}}},
	}
}

// plant puts records of others into the store.
func (w *island) plant(t *testing.T) {
	t.Helper()
	for _, o := range others() {
		if _, err := w.store.People().Put(t.Context(), o.Value, o.Stamp, store.Terms{}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.store.People().Release(t.Context(), roster.NewPersonKey(island1, "nobodys"), others()[1].Stamp); err != nil {
		t.Fatal(err)
	}
}

func (w *island) foreignUntouched(t *testing.T) {
	t.Helper()
	for _, o := range others() {
		stored, err := w.store.People().Get(t.Context(), o.Value.Key())
		if diff := cmp.Diff(o.Value.Canonical(), stored.Value); err != nil || diff != "" {
			w.complain("the record %s is not the manager's, and was touched: %v\n%s", o.Value.User.UserName, err, diff)
		}
	}
}
