// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"iter"
	"slices"
)

// Capability is one thing a person may do in a tenant.
type Capability string

// The capabilities. Those whose name ends in "others" are about what belongs to somebody else.
const (
	OperatorCreate         Capability = "operator.create"
	OperatorUpdate         Capability = "operator.update"
	OperatorDeactivate     Capability = "operator.deactivate"
	OperatorReactivate     Capability = "operator.reactivate"
	OperatorDelete         Capability = "operator.delete"
	AdministratorGrant     Capability = "administrator.grant"
	OperatorsList          Capability = "operators.list"
	GroupsList             Capability = "groups.list"
	GroupCreate            Capability = "group.create"
	GroupAssign            Capability = "group.assign"
	GroupSettingsWrite     Capability = "group.settings.write"
	ChannelsGrant          Capability = "channels.grant"
	SwitchesWrite          Capability = "switches.write"
	TeamWrite              Capability = "team.write"
	TenantSettingsWrite    Capability = "tenant.settings.write"
	PaymentsEnable         Capability = "payments.enable"
	APIAccess              Capability = "api.access"
	FacebookManage         Capability = "integration.facebook.manage"
	CampaignsManage        Capability = "campaigns.manage"
	FilesManage            Capability = "files.manage"
	TemplatesRead          Capability = "templates.read"
	TemplatesWrite         Capability = "templates.write"
	ConversationRead       Capability = "conversation.read"
	ArchivedCallReadOthers Capability = "archived-call.read.others"
	// OfflineMessageRead is about messages that nobody took on; one's own are always readable.
	OfflineMessageRead       Capability = "offline-message.read"
	OfflineMessageReadOthers Capability = "offline-message.read.others"
	SessionsReadOthers       Capability = "sessions.read.others"
	EmailsReadOthers         Capability = "emails.read.others"
	ConversationInitiate     Capability = "conversation.initiate"
	CustomersRead            Capability = "customers.read"
	VisitorsCount            Capability = "visitors.count"
	VisitorsList             Capability = "visitors.list"
	VisitorsPreview          Capability = "visitors.preview"
	StatsRead                Capability = "stats.read"
	WorktimeRead             Capability = "worktime.read"
	ReportsGenerate          Capability = "reports.generate"
	ReportsExport            Capability = "reports.export"
	NotificationsWrite       Capability = "notifications.write"
	ProfileWrite             Capability = "profile.write"
	AvatarSet                Capability = "avatar.set"
	// SessionsOpen, FilesOpen and TemplatesOpen are the way from a person to what belongs to that person (F25).
	SessionsOpen  Capability = "sessions.open.others"
	FilesOpen     Capability = "files.open.others"
	TemplatesOpen Capability = "templates.open.others"
	PresenceWrite Capability = "presence.write"
	PresenceForce Capability = "presence.write.others"
)

// Reach is how far a capability goes.
type Reach string

// The reaches. Where a capability is had with several, the widest counts: those of one row of the catalogue all cover one another.
const (
	// ReachNone is not at all.
	ReachNone Reach = ""
	// ReachSelf is oneself only.
	ReachSelf Reach = "Self"
	// ReachChannels is the channels one has been granted.
	ReachChannels Reach = "Channels"
	// ReachTeam is oneself and one's effective team.
	ReachTeam Reach = "Team"
	// ReachScope is the conversations in one's scope.
	ReachScope Reach = "Scope"
	// ReachAdministered is everybody of whom one administers every tenant, and oneself.
	ReachAdministered Reach = "Administered"
	// ReachTenant is the whole tenant.
	ReachTenant Reach = "Tenant"
)

// Covers tells whether a reach goes at least as far as another: the whole tenant as far as any, a team and those whom one administers
// as far as oneself. Of all others neither covers the other.
func (r Reach) Covers(other Reach) bool {
	return r == other || r == ReachTenant || other == ReachNone || other == ReachSelf && (r == ReachTeam || r == ReachAdministered)
}

// CapabilityRow is one row of the catalogue: who has a capability, and how far.
type CapabilityRow struct {
	Capability Capability
	// Administrator, Manager and Worker are how far the role alone goes.
	Administrator, Manager, Worker Reach
	// Needs are the switches without which the roles Manager and Worker do not have it; they never restrict an Administrator.
	Needs []Switch
	// Permissions are the additive permissions that give it with the reach Tenant, whatever the role and the switches.
	Permissions []Permission
	// Source names the features of the sources the row comes from, or says "ours".
	Source string
}

// Of is how far a role alone goes.
func (r CapabilityRow) Of(role Role) Reach {
	switch role {
	case Administrator:
		return r.Administrator
	case Manager:
		return r.Manager
	case Worker:
		return r.Worker
	}
	return ReachNone
}

// catalogue is who may do what, a row per capability. It is the only place that says so.
var catalogue = []CapabilityRow{
	{Capability: OperatorCreate, Administrator: ReachTenant, Source: "F44 F50"},
	{Capability: AdministratorGrant, Administrator: ReachTenant, Source: "F47"},
	{Capability: OperatorUpdate, Administrator: ReachTenant, Source: "F03 F92"},
	{Capability: OperatorDeactivate, Administrator: ReachTenant, Source: "F06"},
	{Capability: OperatorReactivate, Administrator: ReachTenant, Source: "F06"},
	{Capability: OperatorDelete, Administrator: ReachAdministered, Source: "F93"},
	{Capability: FilesManage, Administrator: ReachTenant, Permissions: []Permission{ManageFiles}, Source: "F25"},
	{Capability: GroupsList, Administrator: ReachTenant, Permissions: []Permission{ManageFiles, ManageTemplates}, Source: "F26"},
	{Capability: OperatorsList, Administrator: ReachTenant, Permissions: []Permission{ViewOperators}, Source: "F26"},
	{Capability: CampaignsManage, Administrator: ReachTenant, Permissions: []Permission{ManageCampaigns}, Source: "F26"},
	{Capability: SessionsReadOthers, Administrator: ReachTenant, Permissions: []Permission{ViewSessions}, Source: "F26"},
	{Capability: EmailsReadOthers, Administrator: ReachTenant, Permissions: []Permission{ViewEmails}, Source: "F26"},
	{Capability: GroupCreate, Administrator: ReachTenant, Source: "F45"},
	{Capability: GroupAssign, Administrator: ReachTenant, Source: "F13 F46"},
	{Capability: GroupSettingsWrite, Administrator: ReachTenant, Source: "F19"},
	{Capability: ChannelsGrant, Administrator: ReachTenant, Source: "F26"},
	{Capability: SwitchesWrite, Administrator: ReachTenant, Source: "F43"},
	{Capability: TeamWrite, Administrator: ReachTenant, Manager: ReachTeam, Source: "F51"},
	{Capability: TenantSettingsWrite, Administrator: ReachTenant, Source: "F38"},
	{Capability: PaymentsEnable, Administrator: ReachTenant, Source: "F41"},
	{Capability: APIAccess, Administrator: ReachTenant, Source: "F39"},
	{Capability: FacebookManage, Administrator: ReachTenant, Source: "F40"},
	{Capability: ConversationRead, Administrator: ReachTenant, Manager: ReachScope, Worker: ReachScope, Source: "F42 F52 F53 F64 F65 F66"},
	{
		Capability: ArchivedCallReadOthers, Administrator: ReachTenant, Manager: ReachScope, Worker: ReachScope,
		Needs: []Switch{SwitchOthersArchivedCalls}, Source: "F42 F82",
	},
	{
		Capability: OfflineMessageRead, Administrator: ReachTenant, Manager: ReachScope, Worker: ReachScope,
		Needs: []Switch{SwitchOfflineMessages}, Source: "F83",
	},
	{
		Capability: OfflineMessageReadOthers, Administrator: ReachTenant, Manager: ReachScope, Worker: ReachScope,
		Needs: []Switch{SwitchOfflineMessages, SwitchOthersOfflineMessages}, Source: "F86",
	},
	{
		Capability: ConversationInitiate, Administrator: ReachChannels, Manager: ReachChannels, Worker: ReachChannels,
		Source: "F76",
	},
	{Capability: CustomersRead, Administrator: ReachTenant, Manager: ReachTenant, Worker: ReachTenant, Source: "F55 F74"},
	{Capability: VisitorsCount, Administrator: ReachTenant, Manager: ReachTenant, Worker: ReachTenant, Source: "F75"},
	{
		Capability: VisitorsList, Administrator: ReachTenant, Manager: ReachTenant, Worker: ReachTenant,
		Needs: []Switch{SwitchLiveVisitors}, Permissions: []Permission{ViewVisitors}, Source: "F56 F84",
	},
	{
		Capability: VisitorsPreview, Administrator: ReachTenant, Manager: ReachTenant, Worker: ReachTenant,
		Needs: []Switch{SwitchLiveVisitors, SwitchLiveVisitorPreview}, Source: "F85",
	},
	{Capability: TemplatesRead, Administrator: ReachTenant, Manager: ReachTenant, Worker: ReachTenant, Source: "F60, a Worker's is ours"},
	{
		Capability: TemplatesWrite, Administrator: ReachTenant, Manager: ReachTenant,
		Permissions: []Permission{ManageTemplates}, Source: "F61",
	},
	{Capability: StatsRead, Administrator: ReachTenant, Manager: ReachTeam, Worker: ReachSelf, Source: "F57 F78"},
	{Capability: WorktimeRead, Administrator: ReachTenant, Manager: ReachTeam, Worker: ReachSelf, Source: "F57 F77"},
	{Capability: ReportsGenerate, Administrator: ReachTenant, Manager: ReachTeam, Source: "F58"},
	{Capability: ReportsExport, Administrator: ReachTenant, Manager: ReachTeam, Source: "F59"},
	{Capability: NotificationsWrite, Administrator: ReachSelf, Manager: ReachSelf, Worker: ReachSelf, Source: "F54 F73 F87 F88"},
	{Capability: ProfileWrite, Administrator: ReachAdministered, Manager: ReachSelf, Worker: ReachSelf, Source: "F67 F68 F70 F71 F72"},
	{Capability: AvatarSet, Administrator: ReachSelf, Manager: ReachSelf, Worker: ReachSelf, Source: "F48 F69"},
	{Capability: SessionsOpen, Administrator: ReachTenant, Manager: ReachScope, Source: "F25"},
	{Capability: FilesOpen, Administrator: ReachTenant, Permissions: []Permission{ManageFiles}, Source: "F25"},
	{Capability: TemplatesOpen, Administrator: ReachTenant, Permissions: []Permission{ManageTemplates}, Source: "F25"},
	{Capability: PresenceWrite, Administrator: ReachSelf, Manager: ReachSelf, Worker: ReachSelf, Source: "F30 F31"},
	{Capability: PresenceForce, Administrator: ReachTenant, Source: "ours"},
}

// alphabetic is the catalogue in the order of names, in which capabilities are held.
var alphabetic = orderedBy(catalogue, func(r CapabilityRow) string { return string(r.Capability) })

// Capabilities are the rows of the catalogue, in the order in which the sources speak of them.
func Capabilities() iter.Seq[CapabilityRow] { return slices.Values(catalogue) }

// LookUpCapability is the row of a capability; false where there is no such capability.
func LookUpCapability(c Capability) (CapabilityRow, bool) {
	i := slices.IndexFunc(catalogue, func(r CapabilityRow) bool { return r.Capability == c })
	if i < 0 {
		return CapabilityRow{}, false
	}
	return catalogue[i], true
}

// HeldCapability is a capability that a person has, how far, and why.
type HeldCapability struct {
	Capability Capability `json:"capability"`
	Reach      Reach      `json:"reach"`
	// Causes are all the causes, in order: with all of them gone the person does not have it. It is read, never changed.
	Causes []Cause `json:"causes"`
}

// Uncovered are those of the wanted capabilities that the held ones do not cover, in the order they were wanted.
func Uncovered(held, wanted []HeldCapability) []HeldCapability {
	var uncovered []HeldCapability
	for _, w := range wanted {
		covered := slices.ContainsFunc(held, func(h HeldCapability) bool {
			return h.Capability == w.Capability && h.Reach.Covers(w.Reach)
		})
		if !covered {
			uncovered = append(uncovered, w)
		}
	}
	return uncovered
}
