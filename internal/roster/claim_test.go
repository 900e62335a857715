// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"testing"
	"time"

	"github.com/roster-dev/roster/internal/roster"
)

func TestWhichOfTwoClaimsComesFirst(t *testing.T) {
	t.Parallel()
	early := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	claim := func(name string, created time.Time) roster.Claim {
		return roster.Claim{Operator: operator(name), Created: created}
	}
	for _, tc := range []struct {
		reason        string
		first, second roster.Claim
	}{
		{"the older object, whatever its name", claim("zoe", early), claim("anna", early.Add(time.Second))},
		{"of equally old ones the first by name", claim("anna", early), claim("zoe", early)},
	} {
		if !tc.first.Precedes(tc.second) || tc.second.Precedes(tc.first) {
			t.Errorf("%s comes first, and one of them does", tc.reason)
		}
		if tc.first.Precedes(tc.first) {
			t.Errorf("%s: a claim does not come before itself", tc.reason)
		}
	}
}

func TestWhichNamesTwoClaimsShare(t *testing.T) {
	t.Parallel()
	claim := func(userName, email string) roster.Claim {
		o := operator("object-of-" + userName)
		o.UserName, o.Profile.Email = userName, email
		return roster.Claim{Operator: o}
	}
	for _, tc := range []struct {
		reason          string
		other           roster.Claim
		userName, email bool
	}{
		{"nothing in common", claim("bert", "bert@example.com"), false, false},
		{"the user name, written otherwise", claim("ANNA", "bert@example.com"), true, false},
		{"the address, written otherwise", claim("bert", "Anna@Example.com"), false, true},
		{"both", claim("anna", "anna@example.com"), true, true},
	} {
		anna := claim("anna", "anna@example.com")
		if got := anna.SameUserName(tc.other); got != tc.userName {
			t.Errorf("%s: the same user name should be %t, is %t", tc.reason, tc.userName, got)
		}
		if got := anna.SameEmail(tc.other); got != tc.email {
			t.Errorf("%s: the same address should be %t, is %t", tc.reason, tc.email, got)
		}
	}
	if claim("anna", "").SameEmail(claim("bert", "")) {
		t.Error("no address is nobody's, and shared by none")
	}
}
