// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlstore

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

func TestAPayloadTellsWhichRecordChanged(t *testing.T) {
	for _, c := range []struct {
		reason, payload string
		want            store.Change
		others          bool
	}{
		{"a tenant", `{"schema":"public","kind":"Tenant","company":"acme","tenant":"north","name":"north"}`, store.Change{Key: roster.TenantKey{Company: "acme", Tenant: "north"}}, false},
		{"a group", `{"schema":"public","kind":"Group","company":"acme","tenant":"north","name":"sales"}`, store.Change{Key: roster.GroupKey{Company: "acme", Tenant: "north", Group: "sales"}}, false},
		{"a policy", `{"schema":"public","kind":"ChannelPolicy","company":"acme","tenant":"north","name":"voice"}`, store.Change{Key: roster.PolicyKey{Company: "acme", Tenant: "north", Policy: "voice"}}, false},
		{"a person", `{"schema":"public","kind":"Person","company":"acme","name":"worker"}`, store.Change{Key: roster.PersonKey{Company: "acme", UserName: "worker"}}, false},
		{"any record", `{"schema":"public"}`, store.Change{}, false},
		{"a kind of a newer schema", `{"schema":"public","kind":"Shift","company":"acme"}`, store.Change{}, false},
		{"what somebody else says on the channel", `hello`, store.Change{}, false},
		{"the tables of another schema", `{"schema":"other","kind":"Tenant","company":"acme","tenant":"north"}`, store.Change{}, true},
	} {
		got, ours := changeOf(c.payload, "public")
		if diff := cmp.Diff(c.want, got); diff != "" || ours == c.others {
			t.Errorf("%s: ours %t, expected %t (-expected +got):\n%s", c.reason, ours, !c.others, diff)
		}
	}
}

func FuzzChangeOf(f *testing.F) {
	for _, payload := range []string{"", "{}", `{"schema":"public","kind":"Person","company":"acme","name":"worker"}`, `[1]`, `{"kind":1}`} {
		f.Add(payload)
	}
	f.Fuzz(func(t *testing.T, payload string) {
		if change, ours := changeOf(payload, "public"); !ours && change.Key != nil {
			t.Errorf("%q is of another schema, and tells of %v", payload, change.Key)
		}
	})
}
