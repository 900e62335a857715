// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"cmp"
	"time"
)

// Claim is that an object declares a person whose user name and e-mail address nobody else of the company may have. Whom the store
// has the name for keeps it; among others the one that comes first gets it.
type Claim struct {
	Operator Operator
	// Created is when the object was made, by the clock of the API server.
	Created time.Time
}

// Precedes tells whether a claim comes before another: that of the older object, else that of the first by name.
func (c Claim) Precedes(other Claim) bool {
	return cmp.Or(c.Created.Compare(other.Created), cmp.Compare(c.Operator.Name, other.Operator.Name)) < 0
}

// SameUserName tells whether two claims want the same user name.
func (c Claim) SameUserName(other Claim) bool {
	return c.Operator.userKey() == other.Operator.userKey()
}

// SameEmail tells whether two claims want the same e-mail address. No address is wanted by nobody.
func (c Claim) SameEmail(other Claim) bool {
	address := c.Operator.user().EmailKey()
	return address != "" && address == other.Operator.user().EmailKey()
}
