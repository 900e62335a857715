// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import "iter"

// Attendance says what of a tenant somebody is there for.
type Attendance struct {
	// Administered says that the tenant has a live Administrator. A company administrator is one (F47).
	Administered bool
	// OfflineMessages says that somebody live receives the messages that visitors leave (F83).
	OfflineMessages bool
}

// Attend is the attendance of a tenant that exists, by its people and the company's administrators. It asks for no more people once
// nothing is left to find. Whether they have logged in yet does not matter.
func Attend(tenant string, people iter.Seq[Operator]) Attendance {
	var a Attendance
	for o := range people {
		a.Administered = a.Administered || o.AdministratorOf(tenant)
		a.OfflineMessages = a.OfflineMessages || o.ReceivesOfflineMessages(tenant)
		if a.Administered && a.OfflineMessages {
			break
		}
	}
	return a
}

// ReceivesOfflineMessages tells whether the person receives the messages that visitors leave in a tenant that exists: live there, with
// the switch on in effect (F83). Whoever is Administrator sees them anyway, and receives them only where the entry says so.
func (o Operator) ReceivesOfflineMessages(tenant string) bool {
	entry, declared := o.Entry(tenant)
	role, _ := o.RoleIn(tenant)
	return declared && o.LiveIn(tenant) && entry.switches(role, o.Notifications).OfflineMessages
}
