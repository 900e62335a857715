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

// waitingRequests is how many people may wait for a new link at once; more are not heard, and try again.
const waitingRequests = 200

// betweenLinks is how long after a link somebody may ask for another one, so that nobody's mailbox is filled by others.
const betweenLinks = 5 * time.Minute

// forgotten is that somebody forgot a password.
type forgotten struct{ company, login string }

// Forgot has a link mailed to who is meant, if there is such a person and no link was made just now. It is done later, so that nobody can tell
// by the time it takes. Who asks for many is not heard.
func (s *Service) Forgot(_ context.Context, company, login, client string) error {
	// Every request counts as a wrong guess, as far as the client as a whole is concerned.
	now := s.Now()
	if s.throttle.pause(company, forgottenLogin, client, now) > 0 {
		return nil
	}
	s.throttle.wrong(company, forgottenLogin, client, now)
	select {
	case s.forgotten <- forgotten{company, login}:
	default:
	}
	return nil
}

// forgottenLogin stands for whoever forgot a password; it is no login.
const forgottenLogin = "\x00forgotten"

// Run makes the links of those who forgot their passwords, until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case f := <-s.forgotten:
			if err := s.invite(ctx, f); err != nil {
				s.Audit.Error(err, "A new link could not be made; the person has to ask again", "company", f.company)
			}
		}
	}
}

func (s *Service) invite(ctx context.Context, f forgotten) error {
	is, err := s.accounts.Find(ctx, f.company, f.login)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	now := s.Now()
	invitation := s.Key.Invitation(now, s.ResetValidFor, s.Domain, "")
	return s.update(ctx, is, func(u roster.User, a roster.Account) (roster.Account, error) {
		if link, found := a.Link(); found && now.Before(link.Issued.Add(betweenLinks)) {
			return a, nil
		}
		return a.Forgot(u, invitation), nil
	})
}
