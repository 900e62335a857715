// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/roster-dev/roster/internal/roster"
)

func memberOf(companyAdministrator bool, tenants ...string) roster.Person {
	p := roster.Person{User: roster.User{Company: "acme", UserName: "worker", CompanyAdministrator: companyAdministrator}}
	for _, tenant := range tenants {
		p.Memberships = append(p.Memberships, roster.Membership{Tenant: tenant})
	}
	return p
}

func TestNewObjectTakesUpOnlyWhatItSpeaksFor(t *testing.T) {
	for _, c := range []struct {
		reason        string
		before, after roster.Person
		want          bool
	}{
		{"the same tenants", memberOf(false, "north", "south"), memberOf(false, "south", "north"), true},
		{"one more", memberOf(false, "north"), memberOf(false, "south", "north"), true},
		{"one less", memberOf(false, "north", "south"), memberOf(false, "north"), false},
		{"no tenant before", memberOf(false), memberOf(false, "north"), false},
		{"no tenant now", memberOf(false, "north"), memberOf(false), false},
		{"a company administrator before", memberOf(true, "north"), memberOf(true, "north"), false},
		{"a company administrator now", memberOf(false, "north"), memberOf(true, "north"), true},
	} {
		if got := c.after.MayTakeUp(c.before); got != c.want {
			t.Errorf("%s: may take up is %t, want %t", c.reason, got, c.want)
		}
	}
}

// Whoever may write in some tenants alone takes up nobody who is in another.
func TestNobodyIsSeizedFromATenantTheNewObjectDoesNotName(t *testing.T) {
	tenants := rapid.SliceOfN(rapid.SampledFrom([]string{"north", "south", "west"}), 0, 3)
	rapid.Check(t, func(t *rapid.T) {
		before := memberOf(rapid.Bool().Draw(t, "company administrator"), tenants.Draw(t, "before")...)
		after := memberOf(rapid.Bool().Draw(t, "company administrator now"), tenants.Draw(t, "after")...)
		if !after.MayTakeUp(before) {
			return
		}
		if before.User.CompanyAdministrator {
			t.Fatal("a company administrator is taken up; expected to be held")
		}
		named := map[string]bool{}
		for _, m := range after.Memberships {
			named[m.Tenant] = true
		}
		for _, m := range before.Memberships {
			if !named[m.Tenant] {
				t.Fatalf("a person of tenant %q is taken up by an object that does not name it; expected the person to be held", m.Tenant)
			}
		}
	})
}
