// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlstore

import (
	"time"

	"github.com/roster-dev/roster/internal/roster"
)

var people = aggregate[roster.PersonKey, roster.Person]{
	table:   "users",
	lasting: true,
	key:     func(k roster.PersonKey) []any { return []any{k.Company, k.UserName} },
	columns: append([]column[roster.Person]{
		plain("company", func(p *roster.Person) *string { return &p.User.Company }),
		plain("user_name", func(p *roster.Person) *string { return &p.User.UserName }),
		derived("email_key", func(p *roster.Person) string { return p.User.EmailKey() }),
		optional("locale", func(p *roster.Person) *string { return &p.User.Locale }),
		optional("time_zone", func(p *roster.Person) *string { return &p.User.TimeZone }),
		optional("home_tenant", func(p *roster.Person) *string { return &p.User.HomeTenant }),
		plain("active", func(p *roster.Person) *bool { return &p.User.Active }),
		plain("company_administrator", func(p *roster.Person) *bool { return &p.User.CompanyAdministrator }),
		plain("credential_mode", func(p *roster.Person) *roster.CredentialMode { return &p.User.CredentialMode }),
		optional("identity_provider", func(p *roster.Person) *string { return &p.User.IdentityProvider }),
		document("conversation_alerts", func(p *roster.Person) *[]roster.Alert { return &p.User.ConversationAlerts }),
		document("message_alerts", func(p *roster.Person) *[]roster.Alert { return &p.User.MessageAlerts }),
		moment("purge_after", func(p *roster.Person) *time.Time { return &p.User.PurgeAfter }),
		optional("held", func(p *roster.Person) *roster.HoldReason { return &p.User.Held }),
	}, profile(func(p *roster.Person) *roster.Profile { return &p.User.Profile })...),
	parts:    []part[roster.Person]{&memberships, &memberGroups, &memberTeam, &memberPermissions, &grants, &accesses},
	complete: readSets,
	precede:  writeSets,
	unique:   &unique{constraint: "users_company_email_key", columns: []string{"company", "email_key"}, field: "spec.profile.email"},
}

// byUser is how the rows of a person's parts name the person.
var byUser = []string{"user_id"}

// profile are the columns of a person's own profile, and of what overrides it in one tenant.
func profile[R any](at func(*R) *roster.Profile) []column[R] {
	return []column[R]{
		optional("given_name", func(r *R) *string { return &at(r).GivenName }),
		optional("family_name", func(r *R) *string { return &at(r).FamilyName }),
		optional("public_name", func(r *R) *string { return &at(r).PublicName }),
		optional("title", func(r *R) *string { return &at(r).Title }),
		optional("phone_number", func(r *R) *string { return &at(r).PhoneNumber }),
		optional("email", func(r *R) *string { return &at(r).Email }),
	}
}

// inCompany is a row of a person that repeats the company, by which readers look for it.
type inCompany[R any] struct {
	company string
	row     R
}

func withCompany[R any](company string, rows []R) []inCompany[R] {
	list := make([]inCompany[R], len(rows))
	for i, row := range rows {
		list[i] = inCompany[R]{company, row}
	}
	return list
}

// repeats names the column of the company where that is not the person's.
func repeats(company string, p *roster.Person) string {
	if company != p.User.Company {
		return "company"
	}
	return ""
}

type membershipRow = inCompany[roster.Membership]

var memberships = child[roster.Person, membershipRow]{
	table: "memberships", reference: byUser, keys: 1,
	columns: append([]column[membershipRow]{
		plain("tenant", func(m *membershipRow) *string { return &m.row.Tenant }),
		plain("company", func(m *membershipRow) *string { return &m.company }),
		plain("active", func(m *membershipRow) *bool { return &m.row.Active }),
		plain("role", func(m *membershipRow) *roster.Role { return &m.row.Role }),
		plain("others_archived_calls", func(m *membershipRow) *bool { return &m.row.Switches.OthersArchivedCalls }),
		plain("offline_messages", func(m *membershipRow) *bool { return &m.row.Switches.OfflineMessages }),
		plain("live_visitors", func(m *membershipRow) *bool { return &m.row.Switches.LiveVisitors }),
		plain("live_visitor_preview", func(m *membershipRow) *bool { return &m.row.Switches.LiveVisitorPreview }),
		plain("others_offline_messages", func(m *membershipRow) *bool { return &m.row.Switches.OthersOfflineMessages }),
		plain("after_conversation", func(m *membershipRow) *bool { return &m.row.Switches.AfterConversation }),
		plain("after_call", func(m *membershipRow) *bool { return &m.row.Switches.AfterCall }),
	}, profile(func(m *membershipRow) *roster.Profile { return &m.row.Profile })...),
	rows: func(p *roster.Person) []membershipRow { return withCompany(p.User.Company, p.Memberships) },
	add: func(p *roster.Person, m membershipRow) (bool, string) {
		p.Memberships = append(p.Memberships, m.row)
		return true, repeats(m.company, p)
	},
}

type grantRow = inCompany[roster.Grant]

var grants = child[roster.Person, grantRow]{
	table: "grants", reference: byUser, keys: 2,
	columns: []column[grantRow]{
		plain("tenant", func(g *grantRow) *string { return &g.row.Tenant }),
		plain("channel", func(g *grantRow) *roster.Channel { return &g.row.Channel }),
		plain("company", func(g *grantRow) *string { return &g.company }),
		plain("online", func(g *grantRow) *bool { return &g.row.Online }),
		plain("away", func(g *grantRow) *bool { return &g.row.Away }),
		optional("capacity", func(g *grantRow) *int { return &g.row.Capacity }),
		document("causes", func(g *grantRow) *[]roster.Cause { return &g.row.Causes }),
	},
	rows: func(p *roster.Person) []grantRow { return withCompany(p.User.Company, p.Grants) },
	add: func(p *roster.Person, g grantRow) (bool, string) {
		p.Grants = append(p.Grants, g.row)
		return true, repeats(g.company, p)
	},
}

var (
	memberGroups = ofMembership("membership_groups",
		func(m *roster.Membership) *[]roster.GroupMembership { return &m.Groups },
		plain("group_name", func(g *roster.GroupMembership) *string { return &g.Group }),
		plain("priority", func(g *roster.GroupMembership) *roster.Priority { return &g.Priority }))
	memberTeam = ofMembership("membership_team",
		func(m *roster.Membership) *[]string { return &m.Team },
		plain("member", func(name *string) *string { return name }))
	memberPermissions = ofMembership("membership_permissions",
		func(m *roster.Membership) *[]roster.Permission { return &m.Permissions },
		plain("permission", func(p *roster.Permission) *roster.Permission { return p }))
)

// inTenant is a row that belongs to the membership in a tenant.
type inTenant[E any] struct {
	tenant  string
	element E
}

// ofMembership maps a list in a membership to a table with a row for each element, whose key is the tenant and the first column.
func ofMembership[E any](table string, list func(*roster.Membership) *[]E, columns ...column[E]) child[roster.Person, inTenant[E]] {
	c := child[roster.Person, inTenant[E]]{
		table: table, reference: byUser, keys: 2,
		columns: []column[inTenant[E]]{plain("tenant", func(r *inTenant[E]) *string { return &r.tenant })},
		rows:    func(p *roster.Person) []inTenant[E] { return rowsIn(p, list) },
		add: func(p *roster.Person, row inTenant[E]) (bool, string) {
			for i := range p.Memberships {
				if p.Memberships[i].Tenant == row.tenant {
					into := list(&p.Memberships[i])
					*into = append(*into, row.element)
					return true, ""
				}
			}
			return false, ""
		},
	}
	for _, each := range columns {
		c.columns = append(c.columns, column[inTenant[E]]{each.name, func(r *inTenant[E]) any { return each.at(&r.element) }})
	}
	return c
}

func rowsIn[E any](p *roster.Person, list func(*roster.Membership) *[]E) []inTenant[E] {
	var rows []inTenant[E]
	for i := range p.Memberships {
		for _, element := range *list(&p.Memberships[i]) {
			rows = append(rows, inTenant[E]{p.Memberships[i].Tenant, element})
		}
	}
	return rows
}
