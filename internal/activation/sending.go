// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package activation

import (
	"context"
	"errors"
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
	for {
		if err := s.sendDue(ctx, send); err != nil && ctx.Err() == nil && !errors.Is(err, store.ErrUnavailable) {
			s.Audit.Error(err, "Links could not be sent; they are tried again")
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// sendDue mails the links that are due now.
func (s *Service) sendDue(ctx context.Context, send Send) error {
	for {
		due, err := s.accounts.Due(ctx, s.Now(), sendingAtOnce)
		if err != nil || len(due) == 0 {
			return err
		}
		for _, d := range due {
			if err := s.sendOne(ctx, d, send); err != nil {
				return err
			}
		}
	}
}

func (s *Service) sendOne(ctx context.Context, d store.Due, send Send) error {
	token, err := s.Key.Token(d.Link)
	if err != nil {
		return s.unsent(ctx, d, Unsent{Reason: "AnotherKey", Permanent: true})
	}
	now := s.Now()
	failure := send(ctx, Letter{
		Due: d, Token: token, Expires: now.Add(time.Duration(d.Link.ValidFor) * time.Second), TenantName: tenantName(d.Holder), Locale: localeOf(d.Holder),
	})
	if err := ctx.Err(); err != nil {
		return err
	}
	if failure != nil {
		return s.unsent(ctx, d, *failure)
	}
	s.metrics.links.WithLabelValues("sent").Inc()
	return s.update(ctx, d.Holder, func(_ roster.User, a roster.Account) (roster.Account, error) {
		return a.LinkSent(d.Link.Hash, now), nil
	})
}

// unsent puts a link off.
func (s *Service) unsent(ctx context.Context, d store.Due, failure Unsent) error {
	s.metrics.links.WithLabelValues("failed").Inc()
	next := time.Time{}
	if !failure.Permanent && d.Link.Attempts+1 < mostAttempts {
		next = s.Now().Add(min(shortestRetry<<min(d.Link.Attempts, 10), longestRetry))
	}
	return s.update(ctx, d.Holder, func(_ roster.User, a roster.Account) (roster.Account, error) {
		return a.LinkUnsent(d.Link.Hash, failure.Reason, next), nil
	})
}
