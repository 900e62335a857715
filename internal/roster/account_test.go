// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/roster"
)

// invited is somebody who is to set a password by a link.
func invited() roster.Person {
	return roster.Person{User: roster.User{
		Company: "acme", UserName: "anna", Active: true, CredentialMode: roster.ActivationLink, Profile: roster.Profile{Email: "anna@example.com"},
	}}
}

func changed(p roster.Person, change func(*roster.User)) roster.Person {
	change(&p.User)
	return p
}

func switchedOff(u *roster.User) { u.Active = false }
func left(u *roster.User)        { u.Active, u.PurgeAfter = false, noon.Add(time.Hour) }
func elsewhere(u *roster.User)   { u.Profile.Email = "else@example.com" }
func shouted(u *roster.User)     { u.Profile.Email = "ANNA@example.com" }
func vouched(u *roster.User)     { u.CredentialMode, u.IdentityProvider = roster.IdentityProvider, "corp" }
func bySecret(u *roster.User)    { u.CredentialMode = roster.InitialPassword }
func mute(u *roster.User)        { u.Profile.Email = "" }

// invitation is the link n, drawn n seconds after noon, with the requests of an object, if there are any.
func invitation(n int, requests ...string) *roster.Invitation {
	is := &roster.Invitation{
		Nonce: fmt.Sprint("nonce-", n), Hash: fmt.Sprint("hash-", n), MessageID: fmt.Sprint(n, "@example.com"),
		At: noon.Add(time.Duration(n) * time.Second), ValidFor: time.Hour,
	}
	if len(requests) == 2 {
		is.Request, is.Reset = requests[0], requests[1]
	}
	return is
}

// withLink is an account with the open link 1, which was sent at noon.
func withLink() roster.Account {
	return roster.Account{}.Follow(roster.Person{}, invited(), invitation(1), noon).LinkSent("hash-1", noon)
}

// withPassword is an account whose person set a password.
func withPassword() roster.Account { return roster.Account{}.ChangePassword("mine", noon) }

// withBoth is an account with a password, and the link 1 to set another one.
func withBoth() roster.Account {
	return withPassword().Forgot(invited().User, *invitation(1)).LinkSent("hash-1", noon)
}

// inWords is an account in a few words: the password, and each link with its purpose, address and state a minute past noon.
func inWords(a roster.Account) string {
	words := []string{"no password"}
	if a.HasPassword() {
		words[0] = string(a.Source) + "'s " + a.Password
	}
	if a.MustChange {
		words[0] += " to change"
	}
	for _, l := range a.Links {
		words = append(words, fmt.Sprintf("%s %s %s %s", l.Hash, l.Purpose, l.Email, l.State(noon.Add(time.Minute))))
	}
	return strings.Join(words, "; ")
}

func expectAccount(t *testing.T, reason, want string, got roster.Account) {
	t.Helper()
	if diff := cmp.Diff(want, inWords(got)); diff != "" {
		t.Errorf("%s: the account should be otherwise (-want +got):\n%s", reason, diff)
	}
}

func TestAnAccountFollowsItsPerson(t *testing.T) {
	t.Parallel()
	const sent, both = "hash-1 Activation anna@example.com ", "Person's mine; hash-1 Reset anna@example.com "
	gone := changed(invited(), left)
	for _, c := range []struct {
		reason        string
		account       roster.Account
		before, after roster.Person
		invitation    *roster.Invitation
		want          string
	}{
		{"who is new is sent a link", roster.Account{}, roster.Person{}, invited(), invitation(1), "no password; " + sent + "Valid"},
		{"no links are made without an invitation", roster.Account{}, roster.Person{}, invited(), nil, "no password"},
		{"who is vouched for needs none", roster.Account{}, roster.Person{}, changed(invited(), vouched), invitation(1), "no password"},
		{"who is given a password needs none", roster.Account{}, roster.Person{}, changed(invited(), bySecret), invitation(1), "no password"},
		{"who is off gets none", roster.Account{}, roster.Person{}, changed(invited(), switchedOff), invitation(1), "no password"},
		{"there is nowhere to send it", roster.Account{}, roster.Person{}, changed(invited(), mute), invitation(1), "no password"},
		{"who has a password needs none", withPassword(), invited(), invited(), invitation(1), "Person's mine"},
		{"who has an open link needs no other", withLink(), invited(), invited(), invitation(2), "no password; " + sent + "Valid"},
		{"a link that was used is not open", withLink().LinkUnsent("hash-1", "Refused", time.Time{}).ChangePassword("mine", noon), invited(), invited(), invitation(2), "Person's mine; " + sent + "Void"},
		{"who is switched off has no link", withLink(), invited(), changed(invited(), switchedOff), nil, "no password; " + sent + "Void"},
		{"who is switched off keeps the password", withBoth(), invited(), changed(invited(), switchedOff), nil, both + "Void"},
		{"who is switched on is sent another link", withLink().Follow(invited(), changed(invited(), switchedOff), nil, noon), changed(invited(), switchedOff), invited(), invitation(2), "no password; hash-2 Activation anna@example.com Valid; " + sent + "Void"},
		{"another address is sent another link", withLink(), invited(), changed(invited(), elsewhere), invitation(2), "no password; hash-2 Activation else@example.com Valid; " + sent + "Void"},
		{"another address voids the old link though none can be made", withLink(), invited(), changed(invited(), elsewhere), nil, "no password; " + sent + "Void"},
		{"another address voids a link to reset, and keeps the password", withBoth(), invited(), changed(invited(), elsewhere), invitation(2), both + "Void"},
		{"an address in other letters is another one, as far as links go", withBoth(), invited(), changed(invited(), shouted), nil, both + "Void"},
		{"who leaves keeps the password until the purge", withBoth(), invited(), gone, nil, both + "Void"},
		{"who comes back with the same address has it", withPassword(), gone, invited(), invitation(1), "Person's mine"},
		{"letters' case is no other person", withPassword(), gone, changed(invited(), shouted), invitation(1), "Person's mine"},
		{"who comes back with another address is another one", withPassword(), gone, changed(invited(), elsewhere), invitation(1), "no password; hash-1 Activation else@example.com Valid"},
		{"so is who comes back switched off", withPassword(), gone, changed(changed(invited(), elsewhere), switchedOff), invitation(1), "no password"},
		{"and who comes back with none", withPassword(), gone, changed(invited(), mute), invitation(1), "no password"},
		{"who was only switched off is the same with another address", withPassword(), changed(invited(), switchedOff), changed(invited(), elsewhere), nil, "Person's mine"},
		{"another system vouches: the password and the link are void", withBoth(), invited(), changed(invited(), vouched), invitation(2), "no password; hash-1 Reset anna@example.com Void"},
		{"a Secret is to give the password, and the person has his own", withPassword(), invited(), changed(invited(), bySecret), nil, "Person's mine"},
	} {
		got := c.account.Follow(c.before, c.after, c.invitation, noon)
		expectAccount(t, c.reason, c.want, got)
		if !roster.Follows(c.before, c.after, c.invitation) && !cmp.Equal(c.account, got) {
			t.Errorf("%s: Follows says that nothing changes, which does", c.reason)
		}
		if diff := cmp.Diff(got, got.Follow(c.after, c.after, c.invitation, noon)); diff != "" {
			t.Errorf("%s: what followed once has nothing to follow any more (-once +again):\n%s", c.reason, diff)
		}
	}
}

func TestAFirstLinkAnswersTheRequestsThatAreThereAlready(t *testing.T) {
	t.Parallel()
	a := roster.Account{}.Follow(roster.Person{}, invited(), invitation(1, "send", "void"), noon)
	a = a.ResetPassword(invited().User, "void", invitation(2, "send", "void"), noon).Resend(invited().User, *invitation(2, "send", "void"))
	expectAccount(t, "requests as old as the person", "no password; hash-1 Activation anna@example.com Valid", a)
}

func TestRequestsOfAnObjectAct(t *testing.T) {
	t.Parallel()
	const first = "hash-1 Activation anna@example.com "
	for _, c := range []struct {
		reason        string
		account       roster.Account
		user          roster.User
		resend, reset string
		want          string
	}{
		{"none", withLink(), invited().User, "", "", "no password; " + first + "Valid"},
		{"a new link voids the old one", withLink(), invited().User, "a", "", "no password; hash-2 Activation anna@example.com Valid; " + first + "Void"},
		{"who has a password needs no link", withPassword(), invited().User, "a", "", "Person's mine"},
		{"who is off gets none", roster.Account{}, changed(invited(), switchedOff).User, "a", "", "no password"},
		{"who is vouched for gets none", roster.Account{}, changed(invited(), vouched).User, "a", "r", "no password"},
		{"a reset voids the password and sends a link", withPassword(), invited().User, "", "r", "no password; hash-2 Reset anna@example.com Valid"},
		{"a reset of who has none is another first link", withLink(), invited().User, "", "r", "no password; hash-2 Activation anna@example.com Valid; " + first + "Void"},
		{"a reset of who is off voids, and sends nothing", withBoth(), changed(invited(), switchedOff).User, "", "r", "no password; hash-1 Reset anna@example.com Void"},
		{"both at once are one link", withPassword(), invited().User, "a", "r", "no password; hash-2 Reset anna@example.com Valid"},
	} {
		ask := func(a roster.Account, n int) roster.Account {
			is := invitation(n, c.resend, c.reset)
			return a.ResetPassword(c.user, c.reset, is, is.At).Resend(c.user, *is)
		}
		got := ask(c.account, 2)
		expectAccount(t, c.reason, c.want, got)
		if diff := cmp.Diff(got, ask(got, 3)); diff != "" {
			t.Errorf("%s: a request should act once (-once +again):\n%s", c.reason, diff)
		}
	}
	a := withPassword().ResetPassword(invited().User, "r", nil, noon)
	expectAccount(t, "a reset without links voids the password still", "no password", a)
	expectAccount(t, "and the link is made once there are some", "no password; hash-1 Activation anna@example.com Valid", a.Follow(invited(), invited(), invitation(1), noon))
}

func TestWhoForgotIsSentALink(t *testing.T) {
	t.Parallel()
	given := roster.Account{}.GivePassword(changed(invited(), bySecret).User, "given", "1", noon)
	for _, c := range []struct {
		reason   string
		account  roster.Account
		user     roster.User
		want     string
		validFor int64
	}{
		{"the password stays until the link is used", withPassword(), invited().User, "Person's mine; hash-2 Reset anna@example.com Valid", 3600},
		{"a link to reset is made anew", withBoth(), invited().User, "Person's mine; hash-2 Reset anna@example.com Valid; hash-1 Reset anna@example.com Void", 3600},
		{"who has no password is sent the first link again", withLink(), invited().User, "no password; hash-2 Activation anna@example.com Valid; hash-1 Activation anna@example.com Void", 3600},
		{"who never had a link", roster.Account{}, invited().User, "no password; hash-2 Activation anna@example.com Valid", 3600},
		{"who is off gets nothing", withPassword(), changed(invited(), switchedOff).User, "Person's mine", 0},
		{"who is vouched for gets nothing", roster.Account{}, changed(invited(), vouched).User, "no password", 0},
		{"there is nowhere to send it", withPassword(), changed(invited(), mute).User, "Person's mine", 0},
		{"whose Secret is not there yet waits for that", roster.Account{}, changed(invited(), bySecret).User, "no password", 0},
		{"who has a Secret's password may forget that", given, changed(invited(), bySecret).User, "Secret's given to change; hash-2 Reset anna@example.com Valid", 3600},
	} {
		got := c.account.Forgot(c.user, *invitation(2))
		expectAccount(t, c.reason, c.want, got)
		if link, _ := got.Link(); c.validFor != 0 && link.ValidFor != c.validFor {
			t.Errorf("%s: the link should live %d s, it lives %d s", c.reason, c.validFor, link.ValidFor)
		}
	}
	long := invitation(1)
	long.ValidFor = 72 * time.Hour
	a := roster.Account{}.Follow(roster.Person{}, invited(), long, noon).Forgot(invited().User, *invitation(2))
	if link, _ := a.Link(); link.Hash != "hash-2" || link.ValidFor != 72*3600 {
		t.Errorf("whoever says that somebody forgot should not shorten the 72 h of a first link, it is %s and lives %d s", link.Hash, link.ValidFor)
	}
	a = withPassword().Forgot(invited().User, *long).Forgot(invited().User, *invitation(2))
	if link, _ := a.Link(); link.ValidFor != 3600 {
		t.Errorf("a link to reset should live as the invitation says, 3600 s, it lives %d s", link.ValidFor)
	}
}

func TestALinkIsUsedOnce(t *testing.T) {
	t.Parallel()
	unsent := roster.Account{}.Follow(roster.Person{}, invited(), invitation(1), noon)
	for _, c := range []struct {
		reason  string
		account roster.Account
		user    roster.User
		hash    string
		at      time.Time
		want    roster.LinkState
	}{
		{"an open one", withLink(), invited().User, "hash-1", noon, roster.LinkIsValid},
		{"one to reset", withBoth(), invited().User, "hash-1", noon, roster.LinkIsValid},
		{"one whose mail arrived before that was stored", unsent, invited().User, "hash-1", noon.Add(99 * time.Hour), roster.LinkIsValid},
		{"just before it expires", withLink(), invited().User, "hash-1", noon.Add(time.Hour - time.Microsecond), roster.LinkIsValid},
		{"as it expires", withLink(), invited().User, "hash-1", noon.Add(time.Hour), roster.LinkIsExpired},
		{"one that never was", withLink(), invited().User, "hash-2", noon, roster.LinkIsVoid},
		{"one that was made anew", withLink().Forgot(invited().User, *invitation(2)), invited().User, "hash-1", noon, roster.LinkIsVoid},
		{"one that sending was given up of", unsent.LinkUnsent("hash-1", "NoSuchMailbox", time.Time{}), invited().User, "hash-1", noon, roster.LinkIsVoid},
		{"one whose sending is put off", unsent.LinkUnsent("hash-1", "TimedOut", noon.Add(time.Hour)), invited().User, "hash-1", noon, roster.LinkIsValid},
		{"of somebody who is off", withLink(), changed(invited(), switchedOff).User, "hash-1", noon, roster.LinkIsVoid},
		{"of somebody who is vouched for", withLink(), changed(invited(), vouched).User, "hash-1", noon, roster.LinkIsVoid},
		{"for another address", withLink(), changed(invited(), elsewhere).User, "hash-1", noon, roster.LinkIsVoid},
	} {
		got, state := c.account.UseLink(c.user, c.hash, "new", c.at)
		if state != c.want {
			t.Errorf("%s: the link should be %s, it is %s", c.reason, c.want, state)
		}
		if used := state == roster.LinkIsValid; used != (got.Password == "new") || !used && !cmp.Equal(c.account, got) {
			t.Errorf("%s: the password is set, and anything changed, by a valid link alone: %s", c.reason, inWords(got))
		}
		if again, state := got.UseLink(c.user, c.hash, "newer", c.at); state == roster.LinkIsValid || again.Password == "newer" {
			t.Errorf("%s: a second use should never set a password, the link is %s", c.reason, state)
		}
	}
}

func TestALinkThatWasUsedSaysSo(t *testing.T) {
	t.Parallel()
	used, _ := withBoth().UseLink(invited().User, "hash-1", "new", noon.Add(time.Minute))
	link, _ := used.Link()
	if link.End != roster.LinkUsed || !link.Ended.Equal(noon.Add(time.Minute)) || used.Source != roster.ByPerson || used.MustChange || !used.SetAt.Equal(noon.Add(time.Minute)) {
		t.Errorf("a link that was used should say so and when, and the password be the person's, got %+v", used)
	}
}

func TestAChangeOfThePasswordVoidsWhatCouldTakeItBack(t *testing.T) {
	t.Parallel()
	expectAccount(t, "a link to reset", "Person's other; hash-1 Reset anna@example.com Void", withBoth().ChangePassword("other", noon))
	given := changed(invited(), bySecret).User
	a := roster.Account{}.GivePassword(given, "given", "1", noon).Forgot(given, *invitation(1)).GivePassword(given, "given anew", "2", noon)
	expectAccount(t, "a Secret that changed", "Secret's given anew to change; hash-1 Reset anna@example.com Void", a)
}

func TestASecretGivesThePasswordUntilThePersonSetsHisOwn(t *testing.T) {
	t.Parallel()
	user := changed(invited(), bySecret).User
	given := roster.Account{}.GivePassword(user, "given", "1", noon)
	own := given.ChangePassword("own", noon)
	for _, c := range []struct {
		reason  string
		account roster.Account
		user    roster.User
		version string
		want    string
	}{
		{"the first", roster.Account{}, user, "1", "Secret's secret to change"},
		{"the same again", given, user, "1", "Secret's given to change"},
		{"another version", given, user, "2", "Secret's secret to change"},
		{"the person set his own", own, user, "2", "Person's own"},
		{"a reset applies it again", own.ResetPassword(user, "r", nil, noon), user, "1", "Secret's secret to change"},
		{"a reset of who did not change it yet applies it again", given.ResetPassword(user, "r", nil, noon), user, "1", "Secret's secret to change"},
		{"who is off is given none", roster.Account{}, changed(invited(), func(u *roster.User) { bySecret(u); switchedOff(u) }).User, "1", "no password"},
		{"who sets his own by a link is given none", roster.Account{}, invited().User, "1", "no password"},
		{"who is vouched for is given none", roster.Account{}, changed(invited(), vouched).User, "1", "no password"},
	} {
		takes := c.account.TakesSecret(c.user, c.version)
		got := c.account.GivePassword(c.user, "secret", c.version, noon)
		expectAccount(t, c.reason, c.want, got)
		if takes != (got.Password == "secret") {
			t.Errorf("%s: TakesSecret should tell what GivePassword does, it says %t", c.reason, takes)
		}
	}
}

func TestAHashIsReplacedOnlyIfItIsStillTheOne(t *testing.T) {
	t.Parallel()
	a := withPassword()
	if got := a.Rehash("mine", "costlier"); got.Password != "costlier" || got.Source != a.Source || !got.SetAt.Equal(a.SetAt) {
		t.Errorf("a hash by another cost is the same password, got %+v", got)
	}
	if got := a.Rehash("another", "costlier"); !cmp.Equal(a, got) {
		t.Errorf("a password that was changed meanwhile should stay, got %+v", got)
	}
}

func TestATryToSendIsToldOfALink(t *testing.T) {
	t.Parallel()
	late := noon.Add(99 * time.Hour)
	sent := func(a roster.Account) roster.Account { return a.LinkSent("hash-1", late) }
	putOff := func(a roster.Account) roster.Account { return a.LinkUnsent("hash-1", "TryLater", late) }
	givenUp := func(a roster.Account) roster.Account { return a.LinkUnsent("hash-1", "Refused", time.Time{}) }
	off := func(a roster.Account) roster.Account {
		return a.Follow(invited(), changed(invited(), switchedOff), nil, noon)
	}
	for _, c := range []struct {
		reason  string
		happens []func(roster.Account) roster.Account
		want    roster.Link
		state   roster.LinkState
	}{
		{"it lives its hour from when it was sent", []func(roster.Account) roster.Account{putOff, sent}, roster.Link{Attempts: 2, Sent: late, Expires: late.Add(time.Hour)}, roster.LinkIsValid},
		{"it is put off, and says why", []func(roster.Account) roster.Account{putOff}, roster.Link{Attempts: 1, NextTry: late, Failure: "TryLater"}, roster.LinkIsValid},
		{"it is given up", []func(roster.Account) roster.Account{putOff, givenUp}, roster.Link{Attempts: 2, Failure: "Refused"}, roster.LinkIsVoid},
		{"it was void while it was sent", []func(roster.Account) roster.Account{off, sent}, roster.Link{Attempts: 1, End: roster.LinkVoid}, roster.LinkIsVoid},
		{"it was void while it was put off", []func(roster.Account) roster.Account{off, putOff}, roster.Link{Attempts: 1, End: roster.LinkVoid}, roster.LinkIsVoid},
		{"two managers: one gave it up, another sent it", []func(roster.Account) roster.Account{givenUp, sent}, roster.Link{Attempts: 2, Failure: "Refused"}, roster.LinkIsVoid},
		{"two managers: one sent it, another could not", []func(roster.Account) roster.Account{sent, putOff}, roster.Link{Attempts: 2, Sent: late, Expires: late.Add(time.Hour)}, roster.LinkIsValid},
	} {
		a := roster.Account{}.Follow(roster.Person{}, invited(), invitation(1), noon)
		for _, happens := range c.happens {
			a = happens(a)
		}
		link, _ := a.Link()
		got := roster.Link{Attempts: link.Attempts, NextTry: link.NextTry, Failure: link.Failure, Sent: link.Sent, Expires: link.Expires, End: link.End}
		if diff := cmp.Diff(c.want, got); diff != "" || link.State(noon) != c.state {
			t.Errorf("%s: the link should be %s, it is %s (-want +got):\n%s", c.reason, c.state, link.State(noon), diff)
		}
	}
}

// TestALinkThatEndedIsNeverSent heals one that says otherwise, as no method here leaves it: its mail would go out again and again.
func TestALinkThatEndedIsNeverSent(t *testing.T) {
	t.Parallel()
	a := withLink().Follow(invited(), changed(invited(), switchedOff), nil, noon)
	a.Links[0].NextTry = noon
	for name, tried := range map[string]roster.Account{"sent": a.LinkSent("hash-1", noon), "put off": a.LinkUnsent("hash-1", "TryLater", noon)} {
		if link, _ := tried.Link(); !link.NextTry.IsZero() {
			t.Errorf("a link that ended and was %s should not be tried again, it is at %s", name, link.NextTry)
		}
	}
	if got := a.LinkSent("hash-2", noon); !cmp.Equal(a, got) {
		t.Errorf("a link that is kept no more changes nothing, got %+v", got)
	}
}

func TestAPersonIsActiveOnceHeHasAPassword(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		reason  string
		user    roster.User
		account roster.Account
		want    roster.State
	}{
		{"a password", invited().User, withPassword(), roster.Active},
		{"a link alone", invited().User, withLink(), roster.Invited},
		{"switched off", changed(invited(), switchedOff).User, withPassword(), roster.Deactivated},
		{"vouched for", changed(invited(), vouched).User, roster.Account{}, roster.Active},
	} {
		if got := c.user.StateWith(c.account); got != c.want {
			t.Errorf("%s: the person should be %s, and is %s", c.reason, c.want, got)
		}
	}
}
