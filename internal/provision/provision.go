// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package provision makes the identity store hold what objects compile to, and takes out what their deletion ends. It
// decides whether the store needs to be asked at all, by a digest of everything an object wants stored. It keeps no
// record itself and knows no Kubernetes.
package provision

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// Provisioner writes to one identity store. It is safe for concurrent use.
type Provisioner struct {
	store    store.Store
	identity *Identity
	writer   *Writer
}

// New is a Provisioner over a store whose lasting name is learned through identity, with the right of a writer.
func New(s store.Store, identity *Identity, writer *Writer) *Provisioner {
	return &Provisioner{store: s, identity: identity, writer: writer}
}

// Record is one record that an object wants in the store.
type Record struct {
	canonical any
	// terms are what a write of it depends on.
	terms store.Terms
	put   func(context.Context, store.Store, store.Stamp, store.Terms) (store.Written[any], error)
	get   func(context.Context, store.Store) (store.Stored[any], error)
	// within is where the record is in what the object declares, such as "generalGroup."; empty is the object itself.
	within string
}

// record is a Record of whichever aggregate of the store keeps such values.
func record[K comparable, V store.Record[K, V]](value V, in func(store.Store) store.Records[K, V]) Record {
	value = value.Canonical()
	return Record{
		canonical: value,
		put: func(ctx context.Context, s store.Store, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
			written, err := in(s).Put(ctx, value, stamp, terms)
			return untyped(written), err
		},
		get: func(ctx context.Context, s store.Store) (store.Stored[any], error) {
			stored, err := in(s).Get(ctx, value.Key())
			return store.Stored[any]{Value: stored.Value, Stamp: stored.Stamp, ID: stored.ID, Marred: stored.Marred}, err
		},
	}
}

// untyped is what a Put did to a record of any kind.
func untyped[V any](written store.Written[V]) store.Written[any] {
	some := store.Written[any]{ID: written.ID, Changed: written.Changed}
	if written.Before != nil {
		var before any = *written.Before
		some.Before = &before
	}
	return some
}

// Tenant is the record of a tenant.
func Tenant(t roster.TenantRecord) Record { return record(t, store.Store.Tenants) }

// GeneralGroup is the record of the general group of a tenant, beside that of the tenant.
func GeneralGroup(g roster.Group) Record {
	r := Group(g)
	r.within = "generalGroup."
	return r
}

// Group is the record of a group.
func Group(g roster.Group) Record { return record(g, store.Store.Groups) }

// Policy is the record of a channel policy.
func Policy(p roster.Policy) Record { return record(p, store.Store.Policies) }

// Person is the record of a person, which no tenant loses its last live Administrator by.
func Person(p roster.Person) Record {
	r := record(p, store.Store.People)
	r.terms.Administered = true
	return r
}

// narrowing is a value that a former one can be cut down to.
type narrowing[V any] interface{ Narrowed(wanted V) V }

// lessOf is a record in its former form, less what a value takes away that may not be written.
func lessOf[K comparable, V interface {
	store.Record[K, V]
	narrowing[V]
}](value V, in func(store.Store) store.Records[K, V]) Record {
	r := record(value, in)
	r.put = func(ctx context.Context, s store.Store, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
		stored, err := in(s).Get(ctx, value.Key())
		if errors.Is(err, store.ErrNotFound) {
			return store.Written[any]{}, nil
		}
		if err != nil {
			return store.Written[any]{}, err
		}
		written, err := in(s).Put(ctx, stored.Value.Narrowed(value), stamp, terms)
		return untyped(written), err
	}
	return r
}

// LessOfTenant takes away from the stored record of a tenant what one does that breaks a rule. Nothing of it is written otherwise.
func LessOfTenant(t roster.TenantRecord) Record { return lessOf(t, store.Store.Tenants) }

// LessOfGroup takes away from the stored record of a group what one does that breaks a rule. Nothing of it is written otherwise.
func LessOfGroup(g roster.Group) Record { return lessOf(g, store.Store.Groups) }

// Outcome is what Ensure came to.
type Outcome struct {
	// Digest is what to remember of the records, for the next pass to skip by. It is empty beside an error: even a write whose
	// answer was lost may have happened.
	Digest string
	// ID is the store's own name of the last record; empty where the store was not asked, or has none for its kind.
	ID string
	// Before is the value that was replaced, such as a roster.Person, of the first of the records that was there and was
	// written; nil where there is none. It is told beside an error as well, since what was written before it stays.
	Before any
	// Created says that the last record was not there before.
	Created bool
	// Believed says that the digest was taken at its word without comparing which store it names, since the store was not
	// reached yet.
	Believed bool
	// Drift is what somebody else had changed of what was stored; nil is nothing.
	Drift *Drift
}

// Claim is in whose name records are stored.
type Claim struct {
	// Stamp is whose the records are. Its epoch is the Provisioner's to fill in.
	Stamp store.Stamp
	// Synced is the digest the last complete pass remembered; empty is none.
	Synced string
	// Adoption says what of others may be taken over.
	Adoption Adoption
	// First are who comes first among the objects that want the same names. It is asked only before something is written; nil is nobody.
	First func() First
	// Doubted says that somebody else may have changed the records in the store: they are read, however well the digest speaks for them.
	Doubted bool
	// Beside is what else a complete pass is to remember, such as what an object asks for besides its records; empty is nothing.
	Beside string
	// Invitation makes a link for a person who needs one, in the transaction that writes the record; nil is none.
	Invitation *roster.Invitation
	// ReportsDrift says that what somebody else changed is told, and stays.
	ReportsDrift bool
}

// Ensure makes the store hold the records a claim is for, each in one transaction, and writes only what differs. While the
// claim's digest is equal and names this store, nothing is read. Errors are those of Put, AdoptingError, and ErrFenced where
// another manager is the writer; records after a failing one are not written.
func (p *Provisioner) Ensure(ctx context.Context, claim Claim, records ...Record) (Outcome, error) {
	wanted, err := claim.sum(records)
	if err != nil {
		return Outcome{}, err
	}
	outcome, settled, err := p.remembered(ctx, claim, wanted, records...)
	if settled || err != nil {
		return outcome, err
	}
	drift := outcome.Drift
	outcome, err = p.write(ctx, claim, records...)
	if err != nil {
		return outcome, err
	}
	outcome.Drift = drift
	return p.remember(ctx, outcome, wanted)
}

// remembered is the outcome of records that a digest speaks for, if that is settled without a write. Where they are doubted they are looked
// at: what somebody else changed is told beside what is still to be written.
func (p *Provisioner) remembered(ctx context.Context, claim Claim, wanted string, records ...Record) (outcome Outcome, settled bool, err error) {
	held, believed := p.holds(ctx, claim.Synced, wanted)
	if !held {
		return Outcome{}, false, nil
	}
	outcome = Outcome{Digest: claim.Synced, Believed: believed}
	if !claim.Doubted {
		return outcome, true, nil
	}
	id, drift, err := p.drift(ctx, claim, records)
	if err != nil {
		return Outcome{}, false, err
	}
	outcome.ID, outcome.Drift = id, drift
	return outcome, drift == nil || !drift.Corrected, nil
}

// write stores records, without anything to remember them by.
func (p *Provisioner) write(ctx context.Context, claim Claim, records ...Record) (Outcome, error) {
	var outcome Outcome
	err := p.writer.write(ctx, claim.Stamp, func(stamp store.Stamp) error {
		claim.Stamp = stamp
		for _, r := range records {
			written, err := claim.put(ctx, p.store, r)
			if err != nil {
				return err
			}
			outcome.ID, outcome.Created = written.ID, written.Changed && written.Before == nil
			if outcome.Before == nil && written.Before != nil {
				outcome.Before = *written.Before
			}
		}
		return nil
	})
	if err != nil {
		return Outcome{Before: outcome.Before}, err
	}
	return outcome, nil
}

// remember adds the digest to what was written of records with a sum.
func (p *Provisioner) remember(ctx context.Context, outcome Outcome, sum string) (Outcome, error) {
	id, err := p.identity.Learn(ctx)
	if err != nil {
		return Outcome{Before: outcome.Before}, err
	}
	outcome.Digest = digest{compile: roster.CompileVersion, store: id, sum: sum}.String()
	return outcome, nil
}

// Pending tells whether Ensure would ask the store.
func (p *Provisioner) Pending(ctx context.Context, claim Claim, records ...Record) (bool, error) {
	wanted, err := claim.sum(records)
	if err != nil {
		return false, err
	}
	outcome, settled, err := p.remembered(ctx, claim, wanted, records...)
	return !settled || outcome.Drift != nil, err
}

// holds tells whether a remembered digest says that the store holds what is wanted. Until the store was reached once its
// name is not compared: what was stored before a restart is believed however long the store is away.
func (p *Provisioner) holds(ctx context.Context, synced, wanted string) (held, believed bool) {
	remembered, ok := parseDigest(synced)
	if !ok || remembered.compile != roster.CompileVersion || remembered.sum != wanted {
		return false, false
	}
	id, err := p.identity.Learn(ctx)
	if err != nil {
		return true, true
	}
	return remembered.store == id, false
}

// digest is what an object remembers of its records: by which rules they were compiled, where they are, and their sum.
type digest struct {
	compile int
	store   string
	sum     string
}

// String is the form a status keeps: "<compile version>:<store id>:<sha256>".
func (d digest) String() string { return fmt.Sprintf("%d:%s:%s", d.compile, d.store, d.sum) }

func parseDigest(s string) (digest, bool) {
	parts := strings.Split(s, ":")
	if len(parts) != 3 {
		return digest{}, false
	}
	compile, err := strconv.Atoi(parts[0])
	return digest{compile: compile, store: parts[1], sum: parts[2]}, err == nil
}

// sum is that of the records of a claim and of what else it remembers.
func (c Claim) sum(records []Record) (string, error) {
	of, err := sum(c.Stamp.Owner, records)
	if err != nil || c.Beside == "" {
		return of, err
	}
	hash := sha256.Sum256([]byte(of + " " + c.Beside))
	return hex.EncodeToString(hash[:]), nil
}

// sum is the SHA-256 of the records and of whose they are, in hexadecimal.
func sum(owner store.Owner, records []Record) (string, error) {
	canonical := make([]any, 0, len(records)+1)
	canonical = append(canonical, owner)
	for _, r := range records {
		canonical = append(canonical, r.canonical)
	}
	encoded, err := json.Marshal(canonical)
	if err != nil {
		return "", fmt.Errorf("encode the records to compare them: %w", err)
	}
	hash := sha256.Sum256(encoded)
	return hex.EncodeToString(hash[:]), nil
}
