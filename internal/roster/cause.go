// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"cmp"
	"fmt"
	"slices"
)

// CauseKind says what kind of thing brings an effect about.
type CauseKind string

// The kinds of causes.
const (
	// CauseDirect is a channel in the person's own entry.
	CauseDirect CauseKind = "Direct"
	// CausePolicy is a channel policy that matches the person; its name is the policy's.
	CausePolicy CauseKind = "Policy"
	// CauseRole is the role of the person's entry; its name is the role.
	CauseRole CauseKind = "Role"
	// CauseCompanyAdministrator is that the person is Administrator of every tenant of the company.
	CauseCompanyAdministrator CauseKind = "CompanyAdministrator"
	// CausePermission is an additive permission; its name is the permission.
	CausePermission CauseKind = "Permission"
	// CauseSwitch is a switch that is on; its name is the field.
	CauseSwitch CauseKind = "Switch"
	// CauseSwitchDefault is a switch that nobody set and that the role has on; its name is the field.
	CauseSwitchDefault CauseKind = "SwitchDefault"
	// CauseGroup is a group of the tenant that the person is in; its name is the group.
	CauseGroup CauseKind = "Group"
	// CauseNoGroups is that the tenant has no groups, so that nobody is kept from anything by them.
	CauseNoGroups CauseKind = "NoGroups"
	// CauseUnassigned is that the person is in no group, and that the tenant lets such a person see every group.
	CauseUnassigned CauseKind = "Unassigned"
	// CauseTeam is a person of the effective team; its name is the user name.
	CauseTeam CauseKind = "Team"
	// CauseOwn is that the person takes part in the conversation.
	CauseOwn CauseKind = "Own"
)

// Cause is one cause of an effect.
type Cause struct {
	Kind CauseKind `json:"kind"`
	// Name says which one, where there may be several of the kind.
	Name string `json:"name,omitempty"`
}

var causePhrases = map[CauseKind]string{
	CauseDirect:               "granted directly",
	CausePolicy:               "ChannelPolicy %q",
	CauseRole:                 "role %s",
	CauseCompanyAdministrator: "company administrator",
	CausePermission:           "permission %s",
	CauseSwitch:               "switch %s",
	CauseSwitchDefault:        "switch %s by default of the role",
	CauseGroup:                "group %q",
	CauseNoGroups:             "the tenant has no groups",
	CauseUnassigned:           "in no group, and the tenant's unassignedScope is All",
	CauseTeam:                 "team member %q",
	CauseOwn:                  "takes part in it",
}

// String says the cause in a few words.
func (c Cause) String() string {
	phrase, known := causePhrases[c.Kind]
	switch {
	case !known:
		return fmt.Sprintf("%s %s", c.Kind, c.Name)
	case c.Name == "":
		return phrase
	}
	return fmt.Sprintf(phrase, c.Name)
}

func compareCauses(a, b Cause) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
}

// ascending tells whether causes are in their one order, each once.
func ascending(causes []Cause) bool {
	for i := 1; i < len(causes); i++ {
		if compareCauses(causes[i-1], causes[i]) >= 0 {
			return false
		}
	}
	return true
}

// orderedCauses are the causes in their one order, each once. What is in order is handed back as it is.
func orderedCauses(causes []Cause) []Cause {
	if len(causes) == 0 {
		return nil
	}
	if ascending(causes) {
		return causes
	}
	ordered := slices.Clone(causes)
	slices.SortFunc(ordered, compareCauses)
	return slices.Compact(ordered)
}
