// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package activation

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/roster-dev/roster/internal/roster"
)

// secrets are what no log, error or metric may hold, by what they are.
var secrets = map[string]string{
	"user name": "canary.login", "given name": "Canarygiven", "family name": "Canaryfamily", "address": "canary.box@mail.example.com",
	"password": "canary password of four words", "new password": "another canary password", "wrong password": "wrong canary password", "client": "2001:db8:ca:4a41::1",
}

// spill does everything that a service can with the secrets, and answers all that it said.
func spill(t *testing.T) string {
	c := newCentre(t)
	var errs []error
	note := func(err error) { errs = append(errs, err) }
	c.person(secrets["user name"], func(u *roster.User) {
		u.Profile = roster.Profile{GivenName: secrets["given name"], FamilyName: secrets["family name"], Email: secrets["address"]}
	})
	name, client := secrets["user name"], secrets["client"]
	sender := newSender(c.Service, (&post{answers: []*Unsent{{Reason: "TryLater"}}}).take)
	everything := func() {
		token := "canary token"
		if _, err := c.store.Companies(t.Context()); err == nil {
			token = c.isSent(name)
			c.invites(name)
		}
		note(sender.sendDue(t.Context()))
		_, err := c.Look(t.Context(), token)
		note(err)
		note(c.SetByLink(t.Context(), token, secrets["family name"], client))
		note(c.SetByLink(t.Context(), token, secrets["password"], client))
		if _, err := c.store.Companies(t.Context()); err == nil {
			note(c.SetByLink(t.Context(), c.isSent(name), secrets["password"], client))
		}
		note(c.Forgot(t.Context(), "acme", secrets["address"], client))
		select {
		case f := <-c.forgotten:
			note(c.invite(t.Context(), f))
		default:
		}
		session, err := c.LogIn(t.Context(), "acme", secrets["address"], secrets["password"], client)
		note(err)
		_, err = c.Self(t.Context(), session)
		note(err)
		_, err = c.ChangePassword(t.Context(), session, secrets["wrong password"], secrets["new password"], client)
		note(err)
		_, err = c.ChangePassword(t.Context(), session, secrets["password"], secrets["given name"]+"12", client)
		note(err)
		_, err = c.ChangePassword(t.Context(), session, secrets["password"], secrets["new password"], client)
		note(err)
		for range freeGuesses + 2 {
			note(c.logsIn(name, secrets["wrong password"], client))
		}
	}
	everything()
	c.store.SetDown(true)
	everything()
	c.Audit.Error(errors.Join(errs...), "all that was answered")
	families, err := registryOf(t, c.Service).Gather()
	if err != nil {
		t.Fatal(err)
	}
	return c.said.all() + fmt.Sprint(errs, families)
}

func registryOf(t *testing.T, s *Service) *prometheus.Registry {
	t.Helper()
	registry := prometheus.NewRegistry()
	if err := registry.Register(s); err != nil {
		t.Fatal(err)
	}
	return registry
}

func TestNothingThatIsSaidHoldsASecretOrAName(t *testing.T) {
	t.Parallel()
	all := spill(t)
	for _, word := range []string{"PasswordSetByLink", "PasswordChanged", "Authenticated", "NotAuthenticated", "throttled", "roster_authentications_total", "too many wrong passwords"} {
		if !strings.Contains(all, word) {
			t.Errorf("%s should be said, else nothing is tried here:\n%s", word, all)
		}
	}
	for what, secret := range secrets {
		if strings.Contains(strings.ToLower(all), strings.ToLower(secret)) {
			t.Errorf("no %s should be said:\n%s", what, all)
		}
	}
	for _, mark := range []string{"argon2id", "canary"} {
		if strings.Contains(strings.ToLower(all), mark) {
			t.Errorf("%q is in what was said:\n%s", mark, all)
		}
	}
}

func TestWhatHappensIsAuditedByTheStoresID(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	expectError(t, "a link", c.SetByLink(t.Context(), c.isSent("anna"), own, home), nil)
	expectError(t, "a login", c.logsIn("anna", own, home), nil)
	expectError(t, "a wrong login", c.logsIn("anna", another, home), ErrWrong)
	id := c.holder("anna").ID
	for _, want := range []string{
		fmt.Sprintf(`"msg"="PasswordSetByLink" "company"="acme" "person"=%q`, id),
		fmt.Sprintf(`"msg"="Authenticated" "company"="acme" "person"=%q`, id),
		`"msg"="NotAuthenticated" "company"="acme" "outcome"="wrong"`,
	} {
		if !strings.Contains(c.said.all(), want) {
			t.Errorf("it should be audited that %s, it says\n%s", want, c.said.all())
		}
	}
}

func TestMetricsCountWhatCame(t *testing.T) {
	t.Parallel()
	c := newCentre(t)
	c.sets("anna", own)
	for range freeGuesses + 1 {
		expectError(t, "a wrong login", c.logsIn("anna", another, home), ErrWrong)
	}
	_ = c.logsIn("anna", own, home)
	expectError(t, "a right one", c.logsIn("anna", own, "192.0.2.8"), nil)
	c.store.SetDown(true)
	_ = c.logsIn("anna", own, "192.0.2.8")
	families, err := registryOf(t, c.Service).Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, family := range families {
		for _, m := range family.GetMetric() {
			got[family.GetName()+" "+m.GetLabel()[0].GetValue()] = m.GetCounter().GetValue()
		}
	}
	for name, want := range map[string]float64{"right": 1, "wrong": freeGuesses + 1, "throttled": 1, "busy": 0, "failed": 1} {
		if got, there := got["roster_authentications_total "+name]; got != want || !there {
			t.Errorf("%s logins should be %v, they are %v", name, want, got)
		}
	}
	for _, event := range []string{"sent", "failed", "used", "expired"} {
		if _, there := got["roster_activation_links_total "+event]; !there {
			t.Errorf("links that are %s should be counted from the start", event)
		}
	}
}
