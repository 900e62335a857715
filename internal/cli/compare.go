// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/drivers"
	"github.com/roster-dev/roster/internal/translate"
)

// claimant is an object that wants a record.
type claimant[V any] struct {
	owner store.Owner
	// within is where the record is in what the object declares, such as "generalGroup."; empty is the object itself.
	within string
	// leaving says that the object is being deleted: nothing is said of its record.
	leaving bool
	because string
	// wants is what the record is to be over the one there is, nil being none; false where nothing is to be written.
	wants func(have *V) (V, bool)
}

// comparing is one comparison of a company with a store.
type comparing struct {
	company      *company
	installation string
	values       bool
	answer       driftAnswer
	// claimed are the keys of all records that an object wants.
	claimed map[any]bool
}

// drift compares the company with a store.
func (c *company) drift(ctx context.Context, at storeFlags, values bool) (answer driftAnswer, err error) {
	opened, err := drivers.OpenToLook(at.url)
	if err != nil {
		return driftAnswer{}, fmt.Errorf("--store: %w", err)
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	d := &comparing{
		company: c, installation: at.installation, values: values, claimed: map[any]bool{},
		answer: driftAnswer{Company: c.name, Installation: at.installation, Differences: []difference{}},
	}
	groups := d.groups()
	for _, compare := range []func() error{
		func() error { return compareKind(ctx, d, opened.Tenants(), d.tenants(groups)) },
		func() error { return compareKind(ctx, d, opened.Groups(), groups) },
		func() error { return compareKind(ctx, d, opened.Policies(), d.policies()) },
		func() error { return compareKind(ctx, d, opened.People(), d.people()) },
		func() error { return d.undeclared(ctx, opened) },
	} {
		if err := compare(); err != nil {
			return driftAnswer{}, err
		}
	}
	slices.SortStableFunc(d.answer.Differences, byKindAndName)
	return d.answer, nil
}

// claimantOf is what every claimant has: whose object it is, and what its status says.
func claimantOf[V any](d *comparing, kind string, object judgedObject, wants func(*V) (V, bool)) claimant[V] {
	return claimant[V]{
		owner:   store.Owner{Installation: d.installation, Namespace: object.GetNamespace(), Kind: kind, Name: object.GetName()},
		leaving: object.GetDeletionTimestamp() != nil, because: becauseOf(object), wants: wants,
	}
}

// becauseOf are the conditions of an object by which its record may well be another one than it declares.
func becauseOf(object judgedObject) string {
	_, conditions := object.LifecycleStatus()
	var said []string
	for _, name := range []string{v1alpha1.ConditionConflict, v1alpha1.ConditionHeld, v1alpha1.ConditionSuspended, v1alpha1.ConditionDrifted} {
		if is := meta.FindStatusCondition(*conditions, name); is != nil && is.Status == metav1.ConditionTrue {
			said = append(said, name+": "+is.Reason)
		}
	}
	return strings.Join(said, ", ")
}

// exactlyThis is a record that depends on no other.
func exactlyThis[V any](value V) func(*V) (V, bool) { return func(*V) (V, bool) { return value, true } }

// less is a record that is only cut down, since what declares it breaks a rule.
func less[V interface{ Narrowed(V) V }](value V) func(*V) (V, bool) {
	return func(have *V) (V, bool) {
		if have == nil {
			return value, false
		}
		return (*have).Narrowed(value), true
	}
}

// tenants are the claimants of tenants, beside whom those of the general groups are added.
func (d *comparing) tenants(groups map[roster.GroupKey][]claimant[roster.Group]) map[roster.TenantKey][]claimant[roster.TenantRecord] {
	found := map[roster.TenantKey][]claimant[roster.TenantRecord]{}
	d.company.directory.Of(d.company.name, func(t *v1alpha1.Tenant) {
		declared := translate.Tenant(t)
		record, general := declared.CompileRecord(d.company.directory), declared.General()
		wants, wantsGeneral := exactlyThis(record.Canonical()), exactlyThis(general.Canonical())
		if len(declared.Violations()) > 0 {
			// Of the general group nothing is written then.
			wants, wantsGeneral = less(record), func(have *roster.Group) (roster.Group, bool) {
				if have == nil {
					return general, false
				}
				return *have, true
			}
		}
		found[record.Key()] = []claimant[roster.TenantRecord]{claimantOf(d, "Tenant", t, wants)}
		beside := claimantOf(d, "Tenant", t, wantsGeneral)
		beside.within = "generalGroup."
		groups[general.Key()] = []claimant[roster.Group]{beside}
	}, ignore[*v1alpha1.Group], ignore[*v1alpha1.ChannelPolicy], ignore[*v1alpha1.Operator])
	return found
}

func ignore[T any](T) {}

func (d *comparing) groups() map[roster.GroupKey][]claimant[roster.Group] {
	found := map[roster.GroupKey][]claimant[roster.Group]{}
	d.company.directory.Of(d.company.name, ignore[*v1alpha1.Tenant], func(g *v1alpha1.Group) {
		group := translate.Group(g)
		wants := exactlyThis(group.Canonical())
		if len(group.Violations()) > 0 {
			wants = less(group)
		}
		found[group.Key()] = append(found[group.Key()], claimantOf(d, "Group", g, wants))
	}, ignore[*v1alpha1.ChannelPolicy], ignore[*v1alpha1.Operator])
	return found
}

func (d *comparing) policies() map[roster.PolicyKey][]claimant[roster.Policy] {
	found := map[roster.PolicyKey][]claimant[roster.Policy]{}
	d.company.directory.Of(d.company.name, ignore[*v1alpha1.Tenant], ignore[*v1alpha1.Group], func(p *v1alpha1.ChannelPolicy) {
		policy := translate.Policy(p)
		found[policy.Key()] = append(found[policy.Key()], claimantOf(d, "ChannelPolicy", p, exactlyThis(policy.Lawful().Canonical())))
	}, ignore[*v1alpha1.Operator])
	return found
}

// people are the claimants of people. Two of them may want one user name.
func (d *comparing) people() map[roster.PersonKey][]claimant[roster.Person] {
	found := map[roster.PersonKey][]claimant[roster.Person]{}
	d.company.directory.Of(d.company.name, ignore[*v1alpha1.Tenant], ignore[*v1alpha1.Group], ignore[*v1alpha1.ChannelPolicy], func(o *v1alpha1.Operator) {
		declared := translate.Operator(o)
		key := roster.NewPersonKey(declared.Company, declared.UserName)
		found[key] = append(found[key], claimantOf(d, "Operator", o, func(have *roster.Person) (roster.Person, bool) {
			wanted, whole := roster.Want(declared, d.company.directory), true
			if wanted.Partial() {
				wanted, whole = wanted.Over(have, roster.Impediments{})
			}
			return wanted.Person.Canonical(), whole
		}))
	})
	for key, rivals := range found {
		// Who is first among those who are not stored is who is older.
		slices.SortFunc(rivals, func(a, b claimant[roster.Person]) int { return cmp.Compare(a.owner.Name, b.owner.Name) })
		found[key] = rivals
	}
	return found
}

// compareKind compares the records of one kind with the objects that want them.
func compareKind[K comparable, V store.Record[K, V]](
	ctx context.Context, d *comparing, in store.Records[K, V], wanted map[K][]claimant[V],
) error {
	for key := range wanted {
		d.claimed[key] = true
	}
	for stored, err := range in.List(ctx, d.company.name) {
		if err != nil {
			return err
		}
		key := stored.Value.Key()
		for _, c := range wanted[key] {
			if err := compareOne(d, stored, c); err != nil {
				return err
			}
		}
		delete(wanted, key)
	}
	for _, claimants := range wanted {
		for _, c := range claimants {
			if !c.leaving {
				d.tell(difference{Kind: c.owner.Kind, Name: c.owner.Name, What: isMissing, Because: c.because, Fields: fieldsOf(c.within)})
			}
		}
	}
	return nil
}

// fieldsOf names a part of an object that is missing.
func fieldsOf(within string) []fieldDiffers {
	if within == "" {
		return []fieldDiffers{}
	}
	return []fieldDiffers{{Field: strings.TrimSuffix(within, ".")}}
}

func (d *comparing) tell(found difference) {
	d.answer.Differences = append(d.answer.Differences, found)
}

func compareOne[V any](d *comparing, stored store.Stored[V], c claimant[V]) error {
	if c.leaving {
		return nil
	}
	found := difference{Kind: c.owner.Kind, Name: c.owner.Name, What: isDifferent, Because: c.because, Fields: []fieldDiffers{}}
	if stored.Stamp.Owner != c.owner {
		found.What, found.Owner = isForeign, ownerOf(stored.Stamp.Owner)
		d.tell(found)
		return nil
	}
	value, _ := c.wants(&stored.Value)
	names, err := roster.Differences(stored.Value, value)
	if err != nil {
		return err
	}
	have, err := roster.Values(stored.Value, names)
	if err != nil {
		return err
	}
	want, err := roster.Values(value, names)
	if err != nil {
		return err
	}
	for _, name := range names {
		f := fieldDiffers{Field: c.within + name, Stored: have[name], Declared: want[name]}
		if c.owner.Kind == "Operator" && isPersonal(name) && !d.values {
			f.Personal, f.Stored, f.Declared = true, "", ""
		}
		found.Fields = append(found.Fields, f)
	}
	for _, name := range stored.Marred {
		// What is kept beside a record follows from it, and has no value of its own to be declared.
		found.Fields = append(found.Fields, fieldDiffers{Field: c.within + name})
	}
	if len(found.Fields) > 0 {
		d.tell(found)
	}
	return nil
}

// ownerOf is whose a record is, in words.
func ownerOf(owner store.Owner) string {
	if owner == (store.Owner{}) {
		return "nobody's"
	}
	return fmt.Sprintf("%s: %s %s/%s", owner.Installation, owner.Kind, owner.Namespace, owner.Name)
}

// impersonal are the fields of a person's record whose values say nothing but what the person may do.
var impersonal = []string{
	"user.active", "user.companyAdministrator", "user.credentialMode", "user.homeTenant", "user.purgeAfter", "user.held", "grants", "access",
}

// isPersonal tells whether the value of a field of a person's record is not to be shown unasked. A whole membership holds a profile, and a
// team user names.
func isPersonal(field string) bool {
	for _, known := range impersonal {
		if strings.HasPrefix(field, known) {
			return false
		}
	}
	_, within, nested := strings.Cut(field, "].")
	return !strings.HasPrefix(field, "memberships[") || !nested || strings.HasPrefix(within, "profile") || strings.HasPrefix(within, "team")
}

// undeclared tells of the records that no object declares, as the manager's own sweep finds them.
func (d *comparing) undeclared(ctx context.Context, s store.Store) error {
	p := provision.New(s, provision.NewIdentity(s), provision.NewWriter(s, d.installation, nil))
	unhurried := func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	return p.Sweep(ctx, d.company.name, provision.Declared{}, time.Now(), unhurried, func(f provision.Finding) {
		if d.claimed[f.Key] {
			return
		}
		switch f.What {
		case provision.Left:
			d.leftOver(f)
		case provision.Waiting:
			d.answer.Waiting++
		case provision.Foreign:
			d.answer.Foreign++
		}
	})
}

// leftOver tells of a record whose object vanished. One that is to be purged is none: its object was deleted.
func (d *comparing) leftOver(f provision.Finding) {
	if f.Purge {
		d.answer.Waiting++
		return
	}
	kind, name := recordOf(f.Key)
	d.tell(difference{Kind: kind, Name: name, What: isUndeclared, Owner: ownerOf(f.Owner), Fields: []fieldDiffers{}})
}

// recordOf is the kind that declares such a record, and what the record is called.
func recordOf(key any) (kind, name string) {
	switch key := key.(type) {
	case roster.TenantKey:
		return "Tenant", key.Tenant
	case roster.GroupKey:
		return "Group", key.Tenant + "/" + key.Group
	case roster.PolicyKey:
		return "ChannelPolicy", key.Tenant + "/" + key.Policy
	case roster.PersonKey:
		return "Operator", key.UserName
	}
	return "record", fmt.Sprint(key)
}
