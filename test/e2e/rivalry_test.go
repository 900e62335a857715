// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr/testr"
	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/memory"
	"github.com/roster-dev/roster/internal/store/storetest/faults"
	"github.com/roster-dev/roster/internal/testkit"
)

// slow makes the write of one person wait until another one was refused, so that whoever is woken by a change of the manifest is
// woken too early.
type slow struct {
	mu            sync.Mutex
	writes, until roster.PersonKey
	refused       chan struct{}
}

// hold makes the writes of a person wait until one of another person is refused.
func (s *slow) hold(writes, until roster.PersonKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes, s.until, s.refused = writes, until, make(chan struct{})
}

// at waits no longer than a test may take that nobody is woken for at all.
func (s *slow) at(ctx context.Context, at step) context.Context {
	s.mu.Lock()
	writes, until, refused := s.writes, s.until, s.refused
	if refused != nil && at.when == "after" && at.key == until && errors.Is(at.err, store.ErrConflict) {
		close(refused)
		s.refused = nil
	}
	s.mu.Unlock()
	if refused != nil && at.when == "before" && at.changes() && at.key == writes {
		select {
		case <-refused:
		case <-time.After(soonEnough / 2):
		}
	}
	return ctx
}

// withAddress gives a person an e-mail address.
func withAddress(address v1alpha1.EmailAddress) func(*v1alpha1.Operator) {
	return func(o *v1alpha1.Operator) { o.Spec.Profile.Email = address }
}

func TestWhoLosesAnEmailAddressIsWokenWhenItIsFree(t *testing.T) {
	t.Parallel()
	const wanted = "wanted@example.com"
	for name, tc := range map[string]struct {
		reason string
		leave  func(c *company, winner *v1alpha1.Operator)
	}{
		"the winner takes another": {"the winner's manifest is woken for before it is stored", func(c *company, winner *v1alpha1.Operator) {
			edit(c, winner, withAddress("other@example.com"))
		}},
		"the winner leaves for good": {"the record goes with the object", func(c *company, winner *v1alpha1.Operator) {
			c.remove(winner)
			c.gone(winner)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &slow{}
			c := newCompany(t, over(stepped{memory.New(), s.at}))
			winner := testkit.Operator(c.namespace, "winner", recognisable, withAddress(wanted), leavingBy(v1alpha1.OperatorDeletionPolicyDelete))
			c.create(winner)
			becomesReady(c, winner)
			loser := testkit.Operator(c.namespace, "loser", recognisable, withAddress("Wanted@Example.com"))
			c.create(loser)
			conflicts(c, loser, "EmailTaken", "spec.profile.email is taken by Operator "+c.namespace+"/winner")
			generation := loser.Generation

			s.hold(roster.NewPersonKey(c.namespace, "winner"), roster.NewPersonKey(c.namespace, "loser"))
			tc.leave(c, winner)
			promptly(t, tc.reason+": the loser", func() { becomesReady(c, loser) })
			if loser.Generation != generation {
				t.Errorf("it heals without an edit, and its generation went from %d to %d", generation, loser.Generation)
			}
			if got := c.person("loser").Value.User.Profile.Email; got != "Wanted@Example.com" {
				t.Errorf("the loser should be stored with the address, the store holds %q", got)
			}
			c.namesNobody()
		})
	}
}

func TestWhoLosesAUserNameIsWokenWhenItsOwnerIsGoneForGood(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	owner := testkit.Operator(c.namespace, "owner", leavingBy(v1alpha1.OperatorDeletionPolicyDelete))
	c.create(owner)
	becomesReady(c, owner)
	id := c.person("owner").ID
	loser := testkit.Operator(c.namespace, "loser", func(o *v1alpha1.Operator) { o.Spec.UserName = "Owner" })
	c.create(loser)
	conflicts(c, loser, "UserNameTaken", "spec.userName is taken by Operator "+c.namespace+"/owner")
	c.remove(owner)
	c.gone(owner)
	promptly(t, "the loser", func() { becomesReady(c, loser) })
	if got := c.person("owner"); got.ID == id || got.Stamp.Name != "loser" {
		t.Errorf("a user name that is free is another person's, with an ID of its own; got %+v", got)
	}
}

// abroad is a company of the same name in a cluster of its own, with a manager of another installation.
func abroad(t *testing.T, home *company, installation string, s store.Store) *company {
	t.Helper()
	cluster := testkit.NewControlPlane(testkit.WithFinalizerPolicy())
	t.Cleanup(func() {
		if err := cluster.Stop(); err != nil {
			t.Error(err)
		}
	})
	c := &company{WithWatch: cluster.Client(t), t: t, namespace: home.namespace, store: faults.Wrap(s), options: home.options}
	c.create(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: c.namespace}})
	c.options.Installation, c.options.Webhook.BindAddress = installation, "0"
	abroad := launch(t, cluster.Config(t), c.options, c.store, testr.NewWithInterface(quiet{t: t}, testr.Options{}))
	t.Cleanup(func() {
		if err := abroad.stop(); err != nil {
			t.Errorf("the manager should end without an error when it is stopped, got: %v", err)
		}
	})
	return c
}

// TestTwoInstallationsShareAStore runs two clusters, each with an API server and a manager of its own, whose companies of the same
// name are kept in one store.
func TestTwoInstallationsShareAStore(t *testing.T) {
	t.Parallel()
	shared := memory.New()
	west := newCompany(t, over(shared), func(c *company) { c.options.Installation = "west" })
	east := abroad(t, west, "east", shared)
	declared := func(title v1alpha1.DisplayText) *v1alpha1.Operator {
		return testkit.Operator(west.namespace, "contested", recognisable, testkit.InTenant("north"), func(o *v1alpha1.Operator) { o.Spec.Profile.Title = title })
	}
	theirs := declared("of the west")
	west.create(testkit.Tenant(west.namespace, "north"), theirs)
	becomesReady(west, theirs)
	want := west.person("contested")

	ours, tenant, own := declared("of the east"), testkit.Tenant(east.namespace, "north"), testkit.Operator(east.namespace, "eastern")
	east.create(tenant, ours, own)
	becomesReady(east, own)
	conflicts(east, tenant, "ForeignRecord", "Tenant "+west.namespace+`/north of installation "west"`, `roster.dev/adopt: "west"`)
	conflicts(east, ours, "ForeignRecord", "Operator "+west.namespace+`/contested of installation "west"`, `roster.dev/adopt: "west"`)
	rival := testkit.Operator(east.namespace, "rival", withAddress("Contested@example.com"))
	east.create(rival)
	conflicts(east, rival, "EmailTaken", `/contested of installation "west"`)
	if diff := cmp.Diff(want, west.person("contested")); diff != "" {
		t.Errorf("the record of another installation is not touched (-want +got):\n%s", diff)
	}
	if got := east.person("eastern").Stamp.Installation; got != "east" {
		t.Errorf("what nobody else has is the installation's own, got %q", got)
	}

	t.Run("each goes on with what is its own", func(t *testing.T) {
		west, east := west.within(t), east.within(t)
		edit(west, theirs, func(o *v1alpha1.Operator) { o.Spec.Profile.Title = "still of the west" })
		becomesReady(west, theirs)
		edit(east, own, func(o *v1alpha1.Operator) { o.Spec.Profile.Title = "of the east" })
		becomesReady(east, own)
		if west.person("contested").Value.User.Profile.Title != "still of the west" || east.person("eastern").Value.User.Profile.Title != "of the east" {
			t.Error("neither installation should stand in the way of the other's own records")
		}
	})
	t.Run("deleting what one may not have deletes nothing", func(t *testing.T) {
		east := east.within(t)
		want := east.person("contested")
		east.remove(ours)
		east.gone(ours)
		if diff := cmp.Diff(want, east.person("contested")); diff != "" {
			t.Errorf("the record of another installation is not touched (-want +got):\n%s", diff)
		}
	})
	t.Run("one hands a person over to the other", func(t *testing.T) {
		west, east := west.within(t), east.within(t)
		id := west.person("contested").ID
		again := declared("of the east")
		adopting(again, "west")
		east.create(again)
		becomesReady(east, again)
		if got := east.person("contested"); got.Stamp.Installation != "east" || got.ID != id || again.Status.StoreID != id {
			t.Errorf("the record goes to the east with its ID %s, got %+v", id, got)
		}
		edit(west, theirs, func(o *v1alpha1.Operator) { o.Spec.Profile.Title = "of the west again" })
		conflicts(west, theirs, "ForeignRecord", `of installation "east"`, `roster.dev/adopt: "east"`)
		if got := west.person("contested").Value.User.Profile.Title; got != "of the east" {
			t.Errorf("what was handed over is not the west's any more, and the title is %q", got)
		}
	})
	west.namesNobody()
	east.namesNobody()
}
