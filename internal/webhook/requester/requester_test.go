// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package requester

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/testkit"
)

// apiServer answers SubjectAccessReviews as a test says, and remembers what was asked.
type apiServer struct {
	client.Client
	asked  []authorizationv1.SubjectAccessReviewSpec
	status func(authorizationv1.SubjectAccessReviewSpec) (authorizationv1.SubjectAccessReviewStatus, error)
}

func (s *apiServer) Create(ctx context.Context, o client.Object, _ ...client.CreateOption) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	review := o.(*authorizationv1.SubjectAccessReview)
	s.asked = append(s.asked, review.Spec)
	var err error
	review.Status, err = s.status(review.Spec)
	return err
}

func always(allowed bool) func(authorizationv1.SubjectAccessReviewSpec) (authorizationv1.SubjectAccessReviewStatus, error) {
	return func(authorizationv1.SubjectAccessReviewSpec) (authorizationv1.SubjectAccessReviewStatus, error) {
		return authorizationv1.SubjectAccessReviewStatus{Allowed: allowed}, nil
	}
}

// crowd is everybody who claims to be a user, by "company/user".
type crowd map[string][]*v1alpha1.Operator

func (c crowd) OperatorsByKubernetesUser(company, user string) []*v1alpha1.Operator {
	return c[company+"/"+user]
}

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

func desk(s *apiServer) (*Desk, *clocktesting.FakePassiveClock) {
	clock := clocktesting.NewFakePassiveClock(noon)
	return NewDesk(s, crowd{}, clock), clock
}

func TestWhatTheAPIServerIsAsked(t *testing.T) {
	t.Parallel()
	user := authenticationv1.UserInfo{
		Username: "tina", UID: "7", Groups: []string{"system:authenticated", "tenants"}, Extra: map[string]authenticationv1.ExtraValue{"scopes": {"a", "b"}},
	}
	for name, tc := range map[string]struct {
		ask  func(roster.Powers) (bool, error)
		want authorizationv1.ResourceAttributes
	}{
		"company": {roster.Powers.AdministersCompany, authorizationv1.ResourceAttributes{
			Namespace: "acme", Verb: "administer", Group: "identity.roster.dev", Resource: "companies",
		}},
		"tenant": {func(p roster.Powers) (bool, error) { return p.AdministersTenant("retail") }, authorizationv1.ResourceAttributes{
			Namespace: "acme", Verb: "administer", Group: "identity.roster.dev", Resource: "tenants", Name: "retail",
		}},
		"secret": {func(p roster.Powers) (bool, error) { return p.ReadsSecret("first") }, authorizationv1.ResourceAttributes{
			Namespace: "acme", Verb: "get", Version: "v1", Resource: "secrets", Name: "first",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &apiServer{status: always(true)}
			d, _ := desk(s)
			if allowed, err := tc.ask(d.Requester(t.Context(), "acme", user).Powers); err != nil || !allowed {
				t.Errorf("what the API server allows should be allowed, got %t and %v", allowed, err)
			}
			want := []authorizationv1.SubjectAccessReviewSpec{{
				ResourceAttributes: &tc.want, User: "tina", UID: "7", Groups: user.Groups, Extra: map[string]authorizationv1.ExtraValue{"scopes": {"a", "b"}},
			}}
			if diff := cmp.Diff(want, s.asked); diff != "" {
				t.Errorf("the question should be all that is known of the user, in the company's namespace (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOnlyAPlainYesAllows(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status authorizationv1.SubjectAccessReviewStatus
		err    error
		want   bool
	}{
		"allowed":            {authorizationv1.SubjectAccessReviewStatus{Allowed: true}, nil, true},
		"no opinion":         {authorizationv1.SubjectAccessReviewStatus{Reason: "nothing grants it"}, nil, false},
		"denied":             {authorizationv1.SubjectAccessReviewStatus{Denied: true}, nil, false},
		"allowed and denied": {authorizationv1.SubjectAccessReviewStatus{Allowed: true, Denied: true}, nil, false},
		"an error":           {authorizationv1.SubjectAccessReviewStatus{Allowed: true}, errors.New("unreachable"), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &apiServer{status: func(authorizationv1.SubjectAccessReviewSpec) (authorizationv1.SubjectAccessReviewStatus, error) {
				return tc.status, tc.err
			}}
			d, _ := desk(s)
			allowed, err := d.Requester(t.Context(), "acme", authenticationv1.UserInfo{Username: "tina"}).Powers.AdministersCompany()
			if allowed != tc.want || !errors.Is(err, tc.err) {
				t.Errorf("it should be allowed: %t, with the error %v; got %t and %v", tc.want, tc.err, allowed, err)
			}
		})
	}
}

func TestAnAnswerIsRememberedForSecondsAndForNobodyElse(t *testing.T) {
	t.Parallel()
	s := &apiServer{status: always(false)}
	d, clock := desk(s)
	base := authenticationv1.UserInfo{Username: "tina", UID: "7", Groups: []string{"a"}, Extra: map[string]authenticationv1.ExtraValue{"k": {"v"}}}
	ask := func(company string, user authenticationv1.UserInfo, tenant string) {
		t.Helper()
		if _, err := d.Requester(t.Context(), company, user).Powers.AdministersTenant(tenant); err != nil {
			t.Fatal(err)
		}
	}
	changed := func(change func(*authenticationv1.UserInfo)) authenticationv1.UserInfo {
		user := *base.DeepCopy()
		change(&user)
		return user
	}
	for i, tc := range []struct {
		reason string
		ask    func()
		more   int
	}{
		{"the first is asked", func() { ask("acme", base, "retail") }, 1},
		{"the same is remembered, a refusal too", func() { ask("acme", base, "retail") }, 0},
		{"another tenant is another question", func() { ask("acme", base, "care") }, 1},
		{"another company is another question", func() { ask("other", base, "retail") }, 1},
		{"another user is another", func() { ask("acme", changed(func(u *authenticationv1.UserInfo) { u.Username = "tin" }), "aretail") }, 1},
		{"a user made anew is another", func() { ask("acme", changed(func(u *authenticationv1.UserInfo) { u.UID = "8" }), "retail") }, 1},
		{"groups give rights", func() {
			ask("acme", changed(func(u *authenticationv1.UserInfo) { u.Groups = []string{"a", "b"} }), "retail")
		}, 1},
		{"what is extra may give rights", func() {
			ask("acme", changed(func(u *authenticationv1.UserInfo) { u.Extra = map[string]authenticationv1.ExtraValue{"k": {"w"}} }), "retail")
		}, 1},
		{"all of it is still remembered", func() { ask("acme", base, "retail") }, 0},
	} {
		before := len(s.asked)
		tc.ask()
		if got := len(s.asked) - before; got != tc.more {
			t.Errorf("step %d: the API server should be asked %d times, it was %d: %s", i, tc.more, got, tc.reason)
		}
	}
	before := len(s.asked)
	clock.SetTime(noon.Add(Remembered + time.Millisecond))
	s.status = always(true)
	if allowed, err := d.Requester(t.Context(), "acme", base).Powers.AdministersTenant("retail"); err != nil || !allowed || len(s.asked) != before+1 {
		t.Errorf("after %s a right that was given should count, got %t and %v", Remembered, allowed, err)
	}
}

func TestAnErrorIsNotRemembered(t *testing.T) {
	t.Parallel()
	s := &apiServer{status: always(true)}
	d, _ := desk(s)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	user := authenticationv1.UserInfo{Username: "tina"}
	if _, err := d.Requester(ctx, "acme", user).Powers.AdministersCompany(); !errors.Is(err, context.Canceled) {
		t.Errorf("a request that is called off should be told as an error, got %v", err)
	}
	if allowed, err := d.Requester(t.Context(), "acme", user).Powers.AdministersCompany(); err != nil || !allowed {
		t.Errorf("the next one should be asked anew, got %t and %v", allowed, err)
	}
}

func TestWhatIsRememberedIsBounded(t *testing.T) {
	t.Parallel()
	s := &apiServer{status: always(true)}
	d, _ := desk(s)
	for i := range rememberedAtMost + 1000 {
		user := authenticationv1.UserInfo{Username: fmt.Sprintf("user-%d", i)}
		if _, err := d.Requester(t.Context(), "acme", user).Powers.AdministersCompany(); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(d.answers.Keys()); got != rememberedAtMost {
		t.Errorf("%d answers should be kept, there are %d", rememberedAtMost, got)
	}
}

func TestWhoClaimsToBeTheRequester(t *testing.T) {
	t.Parallel()
	people := crowd{"acme/tina": {testkit.Operator("acme", "one"), testkit.Operator("acme", "two")}, "other/tina": {testkit.Operator("other", "three")}}
	d := NewDesk(&apiServer{status: always(false)}, people, clocktesting.NewFakePassiveClock(noon))
	requester := d.Requester(t.Context(), "acme", authenticationv1.UserInfo{Username: "tina"})
	var names []string
	for _, o := range requester.Claimants {
		names = append(names, o.Company+"/"+o.Name)
	}
	if requester.User != "tina" || !slices.Equal(names, []string{"acme/one", "acme/two"}) {
		t.Errorf("all who claim the user in the company should be told, and nobody else; got %q and %v", requester.User, names)
	}
}
