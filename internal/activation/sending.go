// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package activation

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// Letter is a link that is to be mailed, and all that the mail says.
type Letter struct {
	store.Due
	// Token is that of the link, and Expires when it ceases to work if it is sent now.
	Token   string
	Expires time.Time
	// TenantName and Locale are what the person reads of his home tenant, and in which language.
	TenantName, Locale string
}

// Send hands a letter to a mail server. Its error says in one word why that came to nothing.
type Send func(ctx context.Context, l Letter) *Unsent

// Unsent is that a letter was not taken.
type Unsent struct {
	// Reason is one word without personal data.
	Reason string
	// Permanent says that another try would come to nothing too.
	Permanent bool
}

// The times of sending.
const (
	sendingAtOnce = 20
	shortestRetry = 30 * time.Second
	longestRetry  = 30 * time.Minute
	// lookForLinks is how often it is looked for links that are due.
	lookForLinks = 2 * time.Second
	// mostAttempts is after how many tries a link is given up.
	mostAttempts = 100
)

// SendAll mails the links that are due, again and again until ctx ends. One manager of an installation does so. A mail is sent twice only if the manager
// ends between the server's answer and the store's, and is then the same mail with the same link.
func (s *Service) SendAll(ctx context.Context, send Send) error {
	ticker := time.NewTicker(lookForLinks)
	defer ticker.Stop()
	sender := newSender(s, send)
	for {
		if err := sender.sendDue(ctx); err != nil && ctx.Err() == nil && !errors.Is(err, store.ErrUnavailable) {
			s.Audit.Error(err, "Links could not be sent; they are tried again")
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// storedWithin is how long it is tried to store that a mail was sent, once the manager is to end.
const storedWithin = 5 * time.Second

// sender mails links, one after another.
type sender struct {
	*Service
	send Send
	// unstored is what came of links while the store took no writes, by their hashes: nothing of them is tried again before that is stored. Without
	// it a store that only reads would have people written to every other second.
	unstored map[string]outcome
}

// outcome is what a try to send a link makes of an account.
type outcome func(roster.Account) roster.Account

func newSender(s *Service, send Send) *sender { return &sender{s, send, map[string]outcome{}} }

// sendDue mails the links that are due now. One whose account cannot be written keeps no others waiting; it is tried again at the next look.
func (s *sender) sendDue(ctx context.Context) error {
	for {
		due, err := s.accounts.Due(ctx, s.Now(), sendingAtOnce)
		if err != nil {
			return err
		}
		if len(due) == 0 {
			// Whatever is unstored was due until now.
			clear(s.unstored)
			return nil
		}
		var failures []error
		for _, d := range due {
			if err := s.sendOne(ctx, d); err != nil {
				failures = append(failures, err)
			}
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		if len(failures) > 0 {
			return errors.Join(failures...)
		}
	}
}

func (s *sender) sendOne(ctx context.Context, d store.Due) error {
	if came, found := s.unstored[d.Link.Hash]; found {
		return s.store(ctx, d, came)
	}
	d, isDue, err := s.still(ctx, d)
	if err != nil || !isDue {
		return err
	}
	token, err := s.Key.Token(d.Link)
	if err != nil {
		return s.unsent(ctx, d, Unsent{Reason: "AnotherKey", Permanent: true})
	}
	now := s.Now()
	failure := s.send(ctx, Letter{
		Due: d, Token: token, Expires: now.Add(time.Duration(d.Link.ValidFor) * time.Second), TenantName: tenantName(d.Holder), Locale: localeOf(d.Holder),
	})
	if failure == nil {
		s.metrics.links.WithLabelValues("sent").Inc()
		// That the manager ends is no reason to write to the person again.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storedWithin)
		defer cancel()
		return s.store(ctx, d, func(a roster.Account) roster.Account { return a.LinkSent(d.Link.Hash, now) })
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.unsent(ctx, d, *failure)
}

// still is the link as it is just before its mail: many mails may have gone out since it was found due, and the person been deactivated.
func (s *sender) still(ctx context.Context, d store.Due) (store.Due, bool, error) {
	is, err := s.accounts.Get(ctx, d.User.Key())
	if errors.Is(err, store.ErrNotFound) {
		return d, false, nil
	}
	if err != nil {
		return d, false, err
	}
	i := slices.IndexFunc(is.Account.Links, func(l roster.Link) bool { return l.Hash == d.Link.Hash })
	if i < 0 {
		return d, false, nil
	}
	now, link := s.Now(), is.Account.Links[i]
	d = store.Due{Holder: is, Link: link}
	switch {
	case link.NextTry.IsZero() || link.NextTry.After(now):
		return d, false, nil
	case s.stateOf(is, link) != Valid:
		return d, false, s.unsent(ctx, d, Unsent{Reason: "NotValid", Permanent: true})
	}
	return d, true, nil
}

// unsent puts a link off.
func (s *sender) unsent(ctx context.Context, d store.Due, failure Unsent) error {
	s.metrics.links.WithLabelValues("failed").Inc()
	next := time.Time{}
	if !failure.Permanent && d.Link.Attempts+1 < mostAttempts {
		next = s.Now().Add(min(shortestRetry<<min(d.Link.Attempts, 10), longestRetry))
	}
	return s.store(ctx, d, func(a roster.Account) roster.Account { return a.LinkUnsent(d.Link.Hash, failure.Reason, next) })
}

// store writes what came of a link, or remembers it. Somebody who is gone has no account any more.
func (s *sender) store(ctx context.Context, d store.Due, came outcome) error {
	err := s.update(ctx, d.Holder, func(_ roster.User, a roster.Account) (roster.Account, error) { return came(a), nil })
	if err == nil || errors.Is(err, store.ErrNotFound) {
		delete(s.unstored, d.Link.Hash)
		return nil
	}
	s.unstored[d.Link.Hash] = came
	return err
}
