// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package observe decorates any identity store with what every driver would otherwise do for itself: it counts and times
// the calls, ends those that take too long, lets a bounded number run at once and no tenant crowd out another, and spares a
// store that is away all calls but a rare one that finds out whether it is back.
//
// It relies on the port's law that a call ends when its context does.
package observe

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/time/rate"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// Options bound what reaches a store. A value that is zero or less stands for its default.
type Options struct {
	// Timeout is how long the store may take over one call, or one page of a List; default 10 s. The time a call waits for
	// its turn is not part of it.
	Timeout time.Duration
	// Concurrency is how many calls run at once; default 16.
	Concurrency int
	// Rate is how many calls a second begin, in bursts of Concurrency; default any number.
	Rate float64
	// Failures is how many calls in a row answer ErrUnavailable before calls fail without reaching the store; default 5.
	Failures int
	// ShortestPause and LongestPause bound how long they do until one call is let through to see whether the store is back; the
	// pause grows from the one to the other while it is not. Default 0.5 s and 15 s.
	ShortestPause, LongestPause time.Duration
}

func (o Options) withDefaults() Options {
	o.Timeout = positiveOr(o.Timeout, 10*time.Second)
	o.Concurrency = positiveOr(o.Concurrency, 16)
	o.Rate = positiveOr(o.Rate, float64(rate.Inf))
	o.Failures = positiveOr(o.Failures, 5)
	o.ShortestPause = positiveOr(o.ShortestPause, 500*time.Millisecond)
	o.LongestPause = max(positiveOr(o.LongestPause, 15*time.Second), o.ShortestPause)
	return o
}

func positiveOr[N int | float64 | time.Duration](n, otherwise N) N {
	if n > 0 {
		return n
	}
	return otherwise
}

// Store is a store with another behind it, and a prometheus.Collector of what it observes there.
type Store struct {
	behind    store.Store
	timeout   time.Duration
	turns     *turns
	pace      *rate.Limiter
	breaker   *breaker
	metrics   *metrics
	id        operation
	companies operation
	mend      operation
	fence     operation

	tenants  *records[roster.TenantKey, roster.TenantRecord]
	groups   *records[roster.GroupKey, roster.Group]
	policies *records[roster.PolicyKey, roster.Policy]
	people   *records[roster.PersonKey, roster.Person]
	accounts *accounts
}

var (
	_ store.Store    = (*Store)(nil)
	_ store.Mendable = (*Store)(nil)
	_ store.Feed     = (*Store)(nil)
)

// Wrap is the decorated store. It answers what the one behind answers, and ErrUnavailable where that took too long or is taken to
// be away; a call whose own context ends answers that context's error.
func Wrap(behind store.Store, options Options) *Store {
	options = options.withDefaults()
	s := &Store{
		behind:  behind,
		timeout: options.Timeout,
		turns:   newTurns(options.Concurrency),
		pace:    rate.NewLimiter(rate.Limit(options.Rate), options.Concurrency),
		breaker: newBreaker(options.Failures, options.ShortestPause, options.LongestPause),
	}
	s.metrics = newMetrics(s.turns, s.breaker)
	s.id = s.metrics.operation("id", "store")
	s.companies = s.metrics.operation("companies", "store")
	s.mend = s.metrics.operation("mend", "store")
	s.fence = s.metrics.operation("fence", "store")
	s.tenants = newRecords(s, "tenant", behind.Tenants(), shareOfTenant, nil)
	s.groups = newRecords(s, "group", behind.Groups(), shareOfGroup, nil)
	s.policies = newRecords(s, "policy", behind.Policies(), shareOfPolicy, nil)
	s.people = newRecords(s, "person", behind.People(), shareOfPersonKey, shareOfPerson)
	s.accounts = newAccounts(s, behind.Accounts())
	return s
}

// Tenants are the tenants of the store behind.
func (s *Store) Tenants() store.Records[roster.TenantKey, roster.TenantRecord] { return s.tenants }

// Groups are the groups of the store behind.
func (s *Store) Groups() store.Records[roster.GroupKey, roster.Group] { return s.groups }

// Policies are the channel policies of the store behind.
func (s *Store) Policies() store.Records[roster.PolicyKey, roster.Policy] { return s.policies }

// People are the people of the store behind.
func (s *Store) People() store.Records[roster.PersonKey, roster.Person] { return s.people }

// Accounts are those of the store behind.
func (s *Store) Accounts() store.Accounts { return s.accounts }

// ID names the store behind.
func (s *Store) ID(ctx context.Context) (id string, err error) {
	err = s.call(ctx, s.id, share{}, func(ctx context.Context) (result, error) {
		id, err = s.behind.ID(ctx)
		return succeeded, err
	})
	return id, err
}

// Companies are those of the store behind.
func (s *Store) Companies(ctx context.Context) (names []string, err error) {
	err = s.call(ctx, s.companies, share{}, func(ctx context.Context) (result, error) {
		names, err = s.behind.Companies(ctx)
		return succeeded, err
	})
	return names, err
}

// Mend puts right what records of the store behind share. ErrUnsupported: it has nothing of the kind.
func (s *Store) Mend(ctx context.Context) (mended int, err error) {
	shared, can := s.behind.(store.Mendable)
	if !can {
		return 0, store.ErrUnsupported
	}
	err = s.call(ctx, s.mend, share{}, func(ctx context.Context) (result, error) {
		mended, err = shared.Mend(ctx)
		return succeeded, err
	})
	return mended, err
}

// Watch tells of what other programs change in the store behind. It takes no turn, and has no end of its own. ErrUnsupported: that store has no
// feed.
func (s *Store) Watch(ctx context.Context, told func(store.Change)) error {
	feed, has := s.behind.(store.Feed)
	if !has {
		return store.ErrUnsupported
	}
	return feed.Watch(ctx, told)
}

// Fence begins a new epoch of an installation in the store behind.
func (s *Store) Fence(ctx context.Context, installation string) (epoch int64, err error) {
	err = s.call(ctx, s.fence, share{}, func(ctx context.Context) (result, error) {
		epoch, err = s.behind.Fence(ctx, installation)
		return succeeded, err
	})
	return epoch, err
}

// Close closes the store behind. It takes no turn, so that a store that hangs can be closed.
func (s *Store) Close() error { return s.behind.Close() }

// errSlow is the cause with which a call's context ends when the store took too long.
var errSlow = errors.New("the identity store took too long")

// call makes one call to the store behind when its turn comes. What do answers beside an error is the result where there is
// none.
func (s *Store) call(ctx context.Context, in operation, of share, do func(context.Context) (result, error)) error {
	begun := time.Now()
	pass, err := s.enter(ctx, of)
	if err != nil {
		in.refused(resultOf(ctx, err))
		return err
	}
	defer s.leave(pass)
	s.metrics.waited(time.Since(begun))

	bounded, cancel := context.WithTimeoutCause(ctx, s.timeout, errSlow)
	defer cancel()
	begun = time.Now()
	answer, err := do(bounded)
	err = s.explain(bounded, err)
	if err != nil {
		answer = resultOf(ctx, err)
	}
	in.ended(answer, time.Since(begun))
	s.learn(pass, answer, err)
	return err
}

// enter waits for a call's turn, unless the store is taken to be away, before the wait or after it.
func (s *Store) enter(ctx context.Context, of share) (pass, error) {
	if err := ctx.Err(); err != nil {
		return pass{}, err
	}
	if err := s.breaker.refusal(); err != nil {
		return pass{}, err
	}
	if err := s.turns.take(ctx, of); err != nil {
		return pass{}, err
	}
	admitted, err := s.breaker.admit()
	if err != nil {
		s.turns.give()
		return pass{}, err
	}
	if s.pace.Wait(ctx) != nil {
		s.leave(admitted)
		return pass{}, endOf(ctx)
	}
	return admitted, nil
}

// leave makes room for the next call, whatever came of this one.
func (s *Store) leave(p pass) {
	s.breaker.release(p)
	s.turns.give()
}

// endOf is the error of a context that ended, or is to end before the pace allows another call.
func endOf(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return context.DeadlineExceeded
}

// explain says that the store took too long, where that is all its error comes to.
func (s *Store) explain(bounded context.Context, err error) error {
	if err == nil || !errors.Is(context.Cause(bounded), errSlow) {
		return err
	}
	if resultOf(bounded, err) != other && !ofContext(err) {
		return err
	}
	return fmt.Errorf("%w: it did not answer within %s", store.ErrUnavailable, s.timeout)
}

// learn notes whether the store is there. A call that its caller ended says nothing of that.
func (s *Store) learn(p pass, r result, err error) {
	switch r {
	case cancelled:
	case unavailable:
		s.metrics.up.Set(0)
		s.breaker.fail(p, err)
	default:
		s.metrics.up.Set(1)
		s.breaker.succeed(p)
	}
}
