// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package provision

import (
	"context"
	"time"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// Memory is what an object remembers of its record in the store.
type Memory struct {
	// Owner is the object, and UID its own.
	Owner store.Owner
	UID   string
	// Synced is the digest of what was written in full; empty is that not all was, or that a pass over the object is due anyway.
	Synced string
	// Beside is what it remembers besides the record, as in Claim.
	Beside string
	// ID is the store's own name of the record; empty is not known.
	ID string
	// Drifted says that the object tells of a change that somebody else made.
	Drifted bool
}

// Declared is what the objects of a company remember, by the keys of their records.
type Declared struct {
	Tenants  map[roster.TenantKey]Memory
	Groups   map[roster.GroupKey]Memory
	Policies map[roster.PolicyKey]Memory
	People   map[roster.PersonKey]Memory
}

// Finding is one thing a sweep came upon.
type Finding struct {
	What Found
	// Owner is whose the record is, or was when it is gone; Key is the record's, such as a roster.PersonKey.
	Owner store.Owner
	Key   any
	// Purge says that a Left record is one whose object was deleted, and whose time of purge has come; else its object vanished.
	Purge bool
	// Held and Tenants are, for a Waiting record, why and in which tenants it keeps what it has; Held is empty for one whose purge is to
	// come.
	Held    roster.HoldReason
	Tenants []string
	// Due is when a Waiting record that is not held is purged; zero is never.
	Due time.Time
}

// Found is what a sweep can come upon.
type Found int

const (
	// Differs is a record that is not what its object remembers, or that its object remembers nothing of.
	Differs Found = iota
	// Left is a record of this installation that no object declares and that something is to be done about now.
	Left
	// Waiting is a record that no object declares and that waits for its purge, or for a confirmation.
	Waiting
	// Foreign is a record of another installation or namespace, or of nobody.
	Foreign
)

// Sweep compares all records of a company with what its objects remember of them, a page at a time, and tells what it finds. It writes
// nothing. What is changed while it lasts may be told of as well, or not: whoever is told looks again. It uses declared up.
//
// Rest is called after each page with the time that was spent on it, so that a sweep leaves time to others; an error of it ends the sweep.
func (p *Provisioner) Sweep(
	ctx context.Context, company string, declared Declared, now time.Time, rest func(context.Context, time.Duration) error, found func(Finding),
) error {
	id, err := p.identity.Learn(ctx)
	if err != nil {
		return err
	}
	s := sweep{
		installation: p.writer.installation, company: company, store: id, now: now,
		found: found, rest: rest, generals: map[roster.TenantKey]owned{},
	}
	return firstError(
		func() error { return sweepKind(ctx, s, p.store.Groups(), declared.Groups, s.group) },
		func() error { return s.tenants(ctx, p.store.Tenants(), declared.Tenants) },
		func() error { return sweepKind(ctx, s, p.store.Policies(), declared.Policies, s.policy) },
		func() error { return sweepKind(ctx, s, p.store.People(), declared.People, s.person) },
	)
}

func firstError(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// sweep is one sweep of a company.
type sweep struct {
	installation, company, store string
	now                          time.Time
	found                        func(Finding)
	rest                         func(context.Context, time.Duration) error
	// generals are the general groups, which belong to what a tenant remembers.
	generals map[roster.TenantKey]owned
}

// owned is a general group and whose it is.
type owned struct {
	group  roster.Group
	owner  store.Owner
	marred bool
}

// judged is what a kind says of one of its records.
type judged struct {
	// records are what the object remembers the sum of; nil is that this record is no object's alone.
	records []Record
	// another says that something besides the sum is not as the object remembers.
	another bool
	// uid is that of the object a person's record was last written for; empty tells nothing.
	uid string
	// left is what is to be said where no object declares the record.
	left Finding
}

func sweepKind[K comparable, V store.Record[K, V]](
	ctx context.Context, s sweep, in store.Records[K, V], declared map[K]Memory, judge func(store.Stored[V]) judged,
) error {
	begun, read := time.Now(), 0
	for stored, err := range in.List(ctx, s.company) {
		if err != nil {
			return err
		}
		if read++; read%store.PageSize == 0 {
			if err := s.rest(ctx, time.Since(begun)); err != nil {
				return err
			}
			begun = time.Now()
		}
		key, owner := stored.Value.Key(), stored.Stamp.Owner
		j := judge(stored)
		memory, isDeclared := declared[key]
		delete(declared, key)
		if isDeclared && (owner != memory.Owner || len(stored.Marred) > 0 || s.differs(memory, stored.ID, j)) {
			s.found(Finding{What: Differs, Owner: memory.Owner, Key: key})
		}
		if !isDeclared || owner != memory.Owner {
			s.tellLeft(key, owner, j)
		}
	}
	for key, memory := range declared {
		s.found(Finding{What: Differs, Owner: memory.Owner, Key: key})
	}
	return nil
}

// differs tells whether a record is not what its object remembers.
func (s sweep) differs(memory Memory, id string, j judged) bool {
	remembered, ok := parseDigest(memory.Synced)
	if !ok || memory.Drifted || j.another || remembered.compile != roster.CompileVersion || remembered.store != s.store {
		return true
	}
	have, err := Claim{Stamp: store.Stamp{Owner: memory.Owner}, Beside: memory.Beside}.sum(j.records)
	return err != nil || have != remembered.sum || memory.ID != "" && memory.ID != id || j.uid != "" && memory.UID != j.uid
}

// tellLeft says what becomes of a record that no object declares. A general group is its tenant's, as long as that has a record.
func (s sweep) tellLeft(key any, owner store.Owner, j judged) {
	switch {
	case !s.ours(owner):
		s.found(Finding{What: Foreign, Owner: owner, Key: key})
	case j.records != nil:
		j.left.Owner, j.left.Key = owner, key
		s.found(j.left)
	}
}

func (s sweep) ours(owner store.Owner) bool {
	return owner.Installation == s.installation && owner.Namespace == s.company
}

func (s sweep) group(stored store.Stored[roster.Group]) judged {
	group := stored.Value
	if group.Name == roster.GeneralGroup {
		s.generals[roster.TenantKey{Company: group.Company, Tenant: group.Tenant}] = owned{group, stored.Stamp.Owner, len(stored.Marred) > 0}
		return judged{}
	}
	return judged{records: []Record{Group(group)}, left: Finding{What: Left}}
}

// tenants sweeps the tenants, and then what is left of general groups whose tenant has no record any more.
func (s sweep) tenants(ctx context.Context, in store.Records[roster.TenantKey, roster.TenantRecord], declared map[roster.TenantKey]Memory) error {
	if err := sweepKind(ctx, s, in, declared, s.tenant); err != nil {
		return err
	}
	for tenant, general := range s.generals {
		// One of others was told of among the groups.
		if _, missing := declared[tenant]; !missing && s.ours(general.owner) {
			s.tellLeft(general.group.Key(), general.owner, judged{records: []Record{Group(general.group)}, left: Finding{What: Left}})
		}
	}
	return nil
}

func (s sweep) tenant(stored store.Stored[roster.TenantRecord]) judged {
	tenant := stored.Value
	general, found := s.generals[tenant.Key()]
	delete(s.generals, tenant.Key())
	j := judged{
		records: []Record{Tenant(tenant), GeneralGroup(general.group)},
		another: !found || general.owner != stored.Stamp.Owner || general.marred,
		left:    Finding{What: Left},
	}
	due := !tenant.PurgeAfter.IsZero() && !s.now.Before(tenant.PurgeAfter)
	switch {
	case tenant.Held != "":
		j.left = Finding{What: Waiting, Held: tenant.Held, Tenants: []string{tenant.Tenant}}
	case tenant.Retired && !due:
		j.left = Finding{What: Waiting, Due: tenant.PurgeAfter}
	case tenant.Retired:
		j.left.Purge = true
	}
	return j
}

func (s sweep) policy(stored store.Stored[roster.Policy]) judged {
	return judged{records: []Record{Policy(stored.Value)}, left: Finding{What: Left}}
}

func (s sweep) person(stored store.Stored[roster.Person]) judged {
	person := stored.Value
	j := judged{records: []Record{Person(person)}, uid: stored.Stamp.UID, left: Finding{What: Left}}
	switch {
	case person.User.Held != "":
		j.left = Finding{What: Waiting, Held: person.User.Held, Tenants: person.HeldFor()}
	case person.HasLeft() && s.now.Before(person.User.PurgeAfter):
		j.left = Finding{What: Waiting, Due: person.User.PurgeAfter}
	case person.HasLeft():
		j.left.Purge = true
	}
	return j
}
