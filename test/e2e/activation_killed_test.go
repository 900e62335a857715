// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/go-logr/logr/testr"
	"k8s.io/client-go/rest"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/sqlstore/sqlite"
	"github.com/roster-dev/roster/internal/testkit"
)

// steppedAccounts tells each step of a change of an account.
type steppedAccounts struct {
	store.Accounts
	at steps
}

func (a steppedAccounts) Update(
	ctx context.Context, key roster.PersonKey, change func(roster.User, roster.Account) (roster.Account, error),
) (is store.Holder, err error) {
	err = a.at.around(ctx, "Update", key, func(ctx context.Context) (err error) {
		is, err = a.Accounts.Update(ctx, key, change)
		return err
	})
	return is, err
}

func (s stepped) Accounts() store.Accounts { return steppedAccounts{s.Store.Accounts(), s.at} }

// mortal is a manager that is killed at a step: nothing it does later reaches the API server or the store.
type mortal struct {
	at   string
	dead atomic.Bool
	// died is closed then.
	died chan struct{}
}

var errDead = errors.New("the manager was killed by a test")

// step kills the manager, whose call then never comes back to it.
func (m *mortal) step(ctx context.Context, s step) context.Context {
	if s.String() == m.at && m.dead.CompareAndSwap(false, true) {
		close(m.died)
	}
	if m.dead.Load() {
		gone, cancel := context.WithCancelCause(ctx)
		cancel(errDead)
		return gone
	}
	return ctx
}

// RoundTrip is the way to the API server. The status of the person is a step too.
func (m *mortal) through(next http.RoundTripper) http.RoundTripper {
	return roundTrip(func(request *http.Request) (response *http.Response, err error) {
		call := ""
		if request.Method == http.MethodPatch && strings.HasSuffix(request.URL.Path, "/operators/anna/status") {
			call = "Status"
		}
		ctx := m.step(request.Context(), step{when: "before", call: call})
		if m.dead.Load() {
			return nil, context.Cause(ctx)
		}
		response, err = next.RoundTrip(request)
		m.step(request.Context(), step{when: "after", call: call})
		if m.dead.Load() && err == nil {
			return nil, errors.Join(errDead, response.Body.Close())
		}
		return response, err
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (r roundTrip) RoundTrip(request *http.Request) (*http.Response, error) { return r(request) }

// TestAManagerKilledOnTheWayToAMailSendsItOnce kills a manager at every step from the manifest to the mail that was sent, and starts another
// one: one mail is sent, but where the manager was killed between the mail server's answer and the store's. Then there are two, which are the
// same.
func TestAManagerKilledOnTheWayToAMailSendsItOnce(t *testing.T) {
	t.Parallel()
	for at, mails := range map[string]int{
		"before Fence": 1, "after Fence": 1, "before Put": 1, "after Put": 1, "before Status": 1, "after Status": 1,
		// The mail is in the folder by then.
		"before Update": 2, "after Update": 1,
	} {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			killOnTheWay(t, at, mails)
		})
	}
}

func killOnTheWay(t *testing.T, at string, mails int) {
	path := "sqlite://" + filepath.Join(t.TempDir(), "roster.db")
	opened, err := sqlite.Open(path)
	s := untilTheEnd(t, opened, err)
	c := unmanaged(t, s)
	m := &mailing{}
	m.activating(c)
	c.options.LeaderElection.Enabled = false
	c.options.SweepInterval.Duration = 0
	// The pages of the two would be in each other's way.
	c.options.Activation.BindAddress, c.options.Authentication.BindAddress = "0", "0"
	first := &mortal{at: at, died: make(chan struct{})}
	run := func(cluster *rest.Config, s store.Store) *running {
		return launch(t, cluster, c.options, s, testr.NewWithInterface(quiet{t: t}, testr.Options{}))
	}
	cluster := plane.Config(t)
	cluster.Wrap(first.through)
	killed := run(cluster, stepped{s, first.step})
	o := testkit.Operator(c.namespace, "anna", testkit.InTenant("north"))
	c.create(testkit.Tenant(c.namespace, "north"), o)
	select {
	case <-first.died:
	case <-t.Context().Done():
		t.Fatalf("the manager should come to %q", at)
	}
	killed.cancel()
	run(plane.Config(t), s)
	m.tells(o, v1alpha1.OperatorStateInvited, v1alpha1.ReasonInvited)
	sent := m.letters()
	if len(sent) != mails {
		t.Fatalf("%d mails were sent; expected %d", len(sent), mails)
	}
	for _, copied := range sent[1:] {
		if copied.id != sent[0].id || copied.link != sent[0].link {
			t.Errorf("the second mail has the Message-ID %s and another link: %t; expected those of the first, %s", copied.id, copied.link != sent[0].link, sent[0].id)
		}
	}
	is, err := s.Accounts().Get(t.Context(), roster.NewPersonKey(c.namespace, "anna"))
	must(t, err)
	if len(is.Account.Links) != 1 {
		t.Errorf("the store has %d links of the person; expected one, however often the manager began", len(is.Account.Links))
	}
}
