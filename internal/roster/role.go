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

// switches resolves the switches of an entry: an explicit value, else the default of the role; a switch that needs
// another is false while that one is. An Administrator's forced switches are true whatever was declared.
func (e Entry) switches(own Notifications) Switches {
	forced := e.Role == Administrator
	elevated := e.Role != Worker
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

func either(declared *bool, otherwise bool) bool {
	if declared != nil {
		return *declared
	}
	return otherwise
}
