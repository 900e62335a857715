// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

// Role is a person's role in one tenant: exactly one of three (F36).
type Role string

// The roles, the highest first.
const (
	Administrator Role = "Administrator"
	Manager       Role = "Manager"
	Worker        Role = "Worker"
)

// Permission is an additive permission on top of a role.
type Permission string

// The additive permissions.
const (
	ManageFiles     Permission = "ManageFiles"
	ManageTemplates Permission = "ManageTemplates"
	ViewSessions    Permission = "ViewSessions"
	ViewEmails      Permission = "ViewEmails"
	ViewOperators   Permission = "ViewOperators"
	ViewVisitors    Permission = "ViewVisitors"
	ManageCampaigns Permission = "ManageCampaigns"
)

// Visibility are the switches of an entry as declared; nil leaves a switch to the default of the role.
type Visibility struct {
	OthersArchivedCalls   *bool // S4, F82
	LiveVisitors          *bool // S6, F84
	LiveVisitorPreview    *bool // S7, F85
	OthersOfflineMessages *bool // S8, F86
}

// Notifications are the mail switches as declared; nil leaves a switch to the next in line.
type Notifications struct {
	AfterConversation *bool // S9, F87
	AfterCall         *bool // S10, F88
}

// Switches are the effective values of the switches S4 to S10 in one tenant.
type Switches struct {
	OthersArchivedCalls   bool `json:"othersArchivedCalls"`
	OfflineMessages       bool `json:"offlineMessages"`
	LiveVisitors          bool `json:"liveVisitors"`
	LiveVisitorPreview    bool `json:"liveVisitorPreview"`
	OthersOfflineMessages bool `json:"othersOfflineMessages"`
	AfterConversation     bool `json:"afterConversation"`
	AfterCall             bool `json:"afterCall"`
}

// switches resolves the switches of an entry for a role: an explicit value, else the default of the role; a switch that needs
// another is false while that one is. An Administrator's forced switches are true whatever was declared.
func (e Entry) switches(role Role, own Notifications) Switches {
	forced := role == Administrator
	elevated := role != Worker
	var s Switches
	s.OthersArchivedCalls = forced || either(e.Visibility.OthersArchivedCalls, elevated)
	s.OfflineMessages = either(e.OfflineMessages, !forced)
	s.LiveVisitors = forced || either(e.Visibility.LiveVisitors, elevated)
	s.LiveVisitorPreview = forced || s.LiveVisitors && either(e.Visibility.LiveVisitorPreview, elevated)
	s.OthersOfflineMessages = forced || s.OfflineMessages && either(e.Visibility.OthersOfflineMessages, elevated)
	s.AfterConversation = either(own.AfterConversation, either(e.Notifications.AfterConversation, false))
	s.AfterCall = either(own.AfterCall, either(e.Notifications.AfterCall, false))
	return s
}

// Switch names one of the switches an entry has, by its field.
type Switch string

// The switches that capabilities depend on.
const (
	SwitchOthersArchivedCalls   Switch = "visibility.othersArchivedCalls"   // S4, F82
	SwitchOfflineMessages       Switch = "offlineMessages"                  // S5, F83
	SwitchLiveVisitors          Switch = "visibility.liveVisitors"          // S6, F84
	SwitchLiveVisitorPreview    Switch = "visibility.liveVisitorPreview"    // S7, F85
	SwitchOthersOfflineMessages Switch = "visibility.othersOfflineMessages" // S8, F86
)

// On tells whether a switch is on in effect.
func (s Switches) On(which Switch) bool {
	switch which {
	case SwitchOthersArchivedCalls:
		return s.OthersArchivedCalls
	case SwitchOfflineMessages:
		return s.OfflineMessages
	case SwitchLiveVisitors:
		return s.LiveVisitors
	case SwitchLiveVisitorPreview:
		return s.LiveVisitorPreview
	case SwitchOthersOfflineMessages:
		return s.OthersOfflineMessages
	}
	return false
}

// declared is what an entry says of a switch itself; nil is nothing.
func (e Entry) declared(which Switch) *bool {
	switch which {
	case SwitchOthersArchivedCalls:
		return e.Visibility.OthersArchivedCalls
	case SwitchOfflineMessages:
		return e.OfflineMessages
	case SwitchLiveVisitors:
		return e.Visibility.LiveVisitors
	case SwitchLiveVisitorPreview:
		return e.Visibility.LiveVisitorPreview
	case SwitchOthersOfflineMessages:
		return e.Visibility.OthersOfflineMessages
	}
	return nil
}

func either(declared *bool, otherwise bool) bool {
	if declared != nil {
		return *declared
	}
	return otherwise
}
