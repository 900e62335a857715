// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/store"
)

// DefaultSweepInterval is the time from the end of one sweep to the next.
const DefaultSweepInterval = 10 * time.Minute

// DefaultOffboardAfter leaves time to apply the manifests to a cluster that was rebuilt.
const DefaultOffboardAfter = 15 * time.Minute

const (
	// share is what part of the time a sweep works: it rests so many times as long as it worked.
	share = 4
	// longestRest bounds the rest after one page.
	longestRest = 2 * time.Second
	// listening is how often namespaces are asked for their confirmations, while something is held of tenants that are gone.
	listening = 15 * time.Second
	// between is how long a sweep that is asked for waits, so that many who ask get one.
	between = time.Second
)

// Sweeper compares every record in the store with what the objects remember of it, again and again, and wakes those that differ. It only
// reads; whoever is woken looks again and writes.
type Sweeper struct {
	*Shared
	Store store.Store
	// Company is the one company to sweep; empty is all.
	Company string
	// Interval is the time from the end of one sweep to the next; 0 is that only those are made that others ask for.
	Interval time.Duration
	// OffboardAfter is how long an object has to be missing, without having been deleted by way of a manager, before what it left is
	// offboarded: somebody may be about to apply it, such as to a cluster that was rebuilt.
	OffboardAfter time.Duration
	Log           log

	// missing is since when the objects of records are, by company and key.
	missing map[string]map[any]time.Time
}

// log is where what cannot be told in a status is.
type log interface {
	Info(message string, keysAndValues ...any)
	Error(err error, message string, keysAndValues ...any)
}

// Start sweeps at once and then whenever it is time, or somebody asks, until ctx ends. Without an interval it sweeps only where somebody
// asks. Only the manager that holds the lease does.
func (w *Sweeper) Start(ctx context.Context) error {
	var told string
	if w.Interval == 0 {
		w.wait(ctx, false)
	}
	for ctx.Err() == nil {
		err := w.sweep(ctx)
		if cause := causeOf(err); cause != told && ctx.Err() == nil {
			if told = cause; cause != "" {
				w.Log.Info("a sweep of the identity store broke off, and is made again", "cause", cause)
			}
		}
		w.wait(ctx, err != nil)
	}
	return nil
}

func causeOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// wait waits for the next sweep, and has confirmations read meanwhile.
func (w *Sweeper) wait(ctx context.Context, failed bool) {
	var due <-chan time.Time
	switch {
	case failed:
		due = time.After(wait.Jitter(contested, 0.5))
	case w.Interval > 0:
		due = time.After(wait.Jitter(w.Interval*9/10, 0.2))
	}
	ears := time.NewTicker(listening)
	defer ears.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-due:
			return
		case <-w.asked:
			pause(ctx, between)
			return
		case <-ears.C:
			if err := w.listen(ctx); err != nil && ctx.Err() == nil {
				w.Log.Error(err, "confirmations of removals could not be read")
			}
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// sweep is one sweep of all companies, those with records and those with objects.
func (w *Sweeper) sweep(ctx context.Context) error {
	if err := w.mend(ctx); err != nil {
		return err
	}
	companies := []string{w.Company}
	if w.Company == "" {
		stored, err := w.Store.Companies(ctx)
		if err != nil {
			return err
		}
		companies = union(stored, w.Directory.Companies())
	}
	for _, company := range companies {
		if err := w.sweepCompany(ctx, company); err != nil {
			return err
		}
	}
	w.figures.change(func(now *Figures) { now.Sweeps++ })
	return w.listen(ctx)
}

// mend puts right what records share.
func (w *Sweeper) mend(ctx context.Context) error {
	shared, can := w.Store.(store.Mendable)
	if !can {
		return nil
	}
	mended, err := shared.Mend(ctx)
	if errors.Is(err, store.ErrUnsupported) {
		return nil
	}
	if mended > 0 {
		w.Log.Info("another program had changed what records of the identity store share; it was put right", "parts", mended)
		w.figures.change(func(now *Figures) { now.Mended += mended })
	}
	return err
}

// rest leaves others most of the time, and is of random length, so that sweeps of several managers do not keep in step.
func rest(ctx context.Context, worked time.Duration) error {
	pause(ctx, min(share*worked, longestRest)/2+rand.N(min(share*worked, longestRest)+1)) // #nosec G404 -- nobody gains by guessing it
	return ctx.Err()
}

func (w *Sweeper) sweepCompany(ctx context.Context, company string) error {
	w.holds.begin(company)
	waiting, counts, missing := map[any]held{}, map[provision.Found]int{}, map[any]time.Time{}
	err := w.Provisioner.Sweep(ctx, company, w.declared(company), w.Clock.Now(), rest, func(f provision.Finding) {
		counts[f.What]++
		switch f.What {
		case provision.Differs:
			w.suspect(f.Owner.Kind, types.NamespacedName{Namespace: company, Name: f.Owner.Name})
		case provision.Left:
			if w.isDue(company, f, missing) {
				w.left(f)
			}
		case provision.Waiting:
			if f.Held != "" {
				waiting[f.Key] = held{f.Owner, f.Held, f.Tenants}
			}
		}
	})
	if err != nil {
		return err
	}
	if w.missing == nil {
		w.missing = map[string]map[any]time.Time{}
	}
	w.missing[company] = missing
	w.figures.sweep(company, counts)
	w.tellTenants(company, w.holds.end(company, waiting))
	w.retry(waiting)
	return nil
}
