// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import "slices"

// Oversees tells whether a capability about people, such as their statistics, working time or reports, reaches somebody of the same
// tenant, given by user name: oneself, the effective team, or everybody (F57 to F59, F77, F78). To share a group gives nothing. A
// capability that reaches those whose every tenant one administers is answered for oneself alone, since the others' tenants are not
// known here.
func (s *Standing) Oversees(capability Capability, userName string) bool {
	held, has := s.Access.Capability(capability)
	if !has || !s.Live() {
		return false
	}
	switch held.Reach {
	case ReachTenant:
		return true
	case ReachTeam:
		return userName == s.UserName || slices.Contains(s.Membership.Team, userName)
	case ReachSelf, ReachAdministered:
		return userName == s.UserName
	}
	return false
}
