// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"iter"
	"slices"
	"strings"
)

// Authority says who may change a field, beside the person himself where a [FieldRule] says so.
type Authority string

// The authorities. "Administrator" is whoever is a live Administrator of a tenant as a person, or holds the verb administer on it;
// a company administrator is Administrator of every tenant.
const (
	// Anybody is whoever Kubernetes lets write the object.
	Anybody Authority = "Anybody"
	// TheManager is the manager's own service account, whose requests are never asked about: everybody else is refused.
	TheManager Authority = "TheManager"
	// TenantAdministrators are the Administrators of the tenant concerned: the Tenant itself, the one a Group or ChannelPolicy belongs
	// to, the one an entry of an Operator names (F13 F43 F47).
	TenantAdministrators Authority = "TenantAdministrators"
	// EntryAdministrators are the Administrators of the tenant an entry names and, where the entry is added, of every tenant already
	// named too: nobody adds his own tenant to a stranger.
	EntryAdministrators Authority = "EntryAdministrators"
	// AdministratorsOfAll are the Administrators of every tenant that an Operator names before or after. An Operator who names none
	// before (at create: after), or who is company administrator before or after, belongs to company administrators alone.
	AdministratorsOfAll Authority = "AdministratorsOfAll"
	// CompanyAdministrators are live company administrators, and whoever holds the verb administer on companies (F05).
	CompanyAdministrators Authority = "CompanyAdministrators"
	// CompanyVerb is holding the verb administer on companies by Kubernetes RBAC, as GitOps and a restore do. Being a person does not
	// count.
	CompanyVerb Authority = "CompanyVerb"
)

// SelfRight says whether the person an Operator is of may change a field of it himself.
type SelfRight string

// The rights of the person himself.
const (
	SelfMayNot    SelfRight = ""
	SelfMay       SelfRight = "Self"
	SelfAsManager SelfRight = "SelfWithManagerRole" // in the tenant of the entry, live there (F51)
)

// FieldRule is one line of the table of who may change which field.
type FieldRule struct {
	Who  Authority
	Self SelfRight
	// Reference is the path of a reference to a Secret where the fields are one: whoever changes them must be able to read the Secret
	// it then names.
	Reference string
	// FreeToAdd says that anybody may add what only Who may take away.
	FreeToAdd bool
	// Fields are paths as in the schema, one per field and per object or list around fields. A path continues with
	//
	//	.name     a field of an object
	//	[key]     an object of a list, by its field of that name; written as the object is added or removed, too
	//	[#]       an element of a list, by its place
	//	{*}       a value of a map by its key, or an element of a set: any, a certain {one}, or those that begin as {one/*}
	//
	// and ends in ? where an empty object, list or map, or false, says what an absent one says. A field without paths below it is compared whole.
	Fields []string
	// Source names the features of the sources the line comes from, or says "ours".
	Source string
}

// ourFinalizer is on an object while the store may hold a record of it.
const ourFinalizer = "identity.roster.dev/finalizer"

// kindRules are who may create, delete and change an object of a kind.
type kindRules struct {
	create, remove Authority
	// implied are the authorities that whoever may create has too, so that a new object is refused once and not by field.
	implied []Authority
	// others are who may change a field that has no line.
	others Authority
	fields []FieldRule
}

// serverFields are what the API server keeps itself.
var serverFields = FieldRule{Who: Anybody, Source: "ours", Fields: []string{"metadata.managedFields", "metadata.resourceVersion", "metadata.generation"}}

// statusFields are the manager's word.
var statusFields = FieldRule{Who: TheManager, Source: "ours", Fields: []string{"status"}}

var operatorFields = kindRules{
	create: AdministratorsOfAll, remove: AdministratorsOfAll, others: AdministratorsOfAll,
	implied: []Authority{AdministratorsOfAll, TenantAdministrators, EntryAdministrators},
	fields: []FieldRule{
		{Who: AdministratorsOfAll, Source: "F03 F06 F44 F50 F92", Fields: []string{
			"apiVersion", "kind", "metadata", "spec", "spec.userName",
			"spec.profile", "spec.profile.givenName", "spec.profile.familyName", "spec.profile.phoneNumber", "spec.profile.locale", "spec.profile.timeZone",
			"spec.homeTenant", "spec.active", "spec.suspend", "spec.deletionPolicy",
			"spec.credential", "spec.credential.mode", "spec.credential.identityProvider", "spec.tenants?",
		}},
		{Who: AdministratorsOfAll, Self: SelfMay, Source: "F68 F70 F71", Fields: []string{
			"spec.profile.email", "spec.profile.publicName", "spec.profile.title",
		}},
		{Who: CompanyVerb, Self: SelfMay, Source: "F54 F73", Fields: []string{
			"spec.notifications?", "spec.notifications.afterConversation", "spec.notifications.afterCall",
			"spec.notifications.conversations?", "spec.notifications.conversations{*}",
			"spec.notifications.messages?", "spec.notifications.messages{*}",
		}},
		{Who: AdministratorsOfAll, Reference: "spec.credential.passwordSecretRef", Source: "F90", Fields: []string{
			"spec.credential.passwordSecretRef", "spec.credential.passwordSecretRef.name", "spec.credential.passwordSecretRef.key",
		}},
		{Who: CompanyAdministrators, Source: "F05", Fields: []string{"spec.companyAdministrator?"}},
		{Who: CompanyAdministrators, Source: "ours", Fields: []string{"spec.kubernetesUser", "metadata.annotations{roster.dev/adopt}"}},
		{Who: EntryAdministrators, Source: "F13 F47", Fields: []string{"spec.tenants[tenant]"}},
		{Who: TenantAdministrators, Source: "F13 F43 F47", Fields: []string{
			"spec.tenants[tenant].active", "spec.tenants[tenant].role",
			"spec.tenants[tenant].groups?", "spec.tenants[tenant].groups[name]", "spec.tenants[tenant].groups[name].priority",
			"spec.tenants[tenant].channels?", "spec.tenants[tenant].channels{*}",
			"spec.tenants[tenant].permissions?", "spec.tenants[tenant].permissions{*}",
			"spec.tenants[tenant].visibility?", "spec.tenants[tenant].visibility.othersArchivedCalls", "spec.tenants[tenant].visibility.liveVisitors",
			"spec.tenants[tenant].visibility.liveVisitorPreview", "spec.tenants[tenant].visibility.othersOfflineMessages",
			"spec.tenants[tenant].offlineMessages",
			"spec.tenants[tenant].notifications?", "spec.tenants[tenant].notifications.afterConversation", "spec.tenants[tenant].notifications.afterCall",
			"spec.tenants[tenant].profile?", "spec.tenants[tenant].profile.givenName", "spec.tenants[tenant].profile.familyName",
			"spec.tenants[tenant].profile.phoneNumber",
		}},
		{Who: TenantAdministrators, Self: SelfMay, Source: "F68 F70 F71", Fields: []string{
			"spec.tenants[tenant].profile.publicName", "spec.tenants[tenant].profile.title", "spec.tenants[tenant].profile.email",
		}},
		{Who: TenantAdministrators, Self: SelfAsManager, Source: "F51", Fields: []string{
			"spec.tenants[tenant].team?", "spec.tenants[tenant].team{*}",
		}},
		{Who: AdministratorsOfAll, Source: "ours", Fields: []string{
			"metadata.labels?", "metadata.labels{*}", "metadata.annotations?", "metadata.annotations{roster.dev/*}", "metadata.ownerReferences?",
			"metadata.finalizers?",
		}},
		{Who: AdministratorsOfAll, FreeToAdd: true, Source: "ours", Fields: []string{"metadata.finalizers{" + ourFinalizer + "}"}},
		{Who: Anybody, Source: "ours", Fields: []string{"metadata.annotations{*}", "metadata.finalizers{*}"}},
		serverFields, statusFields,
	},
}

var tenantFields = kindRules{
	create: CompanyAdministrators, remove: CompanyAdministrators, others: CompanyAdministrators,
	implied: []Authority{CompanyAdministrators, TenantAdministrators},
	fields: []FieldRule{
		{Who: TenantAdministrators, Source: "F37 F38 F39 F40 F41 F43", Fields: []string{
			"spec", "spec.displayName", "spec.channels", "spec.channels{*}", "spec.generalGroup", "spec.generalGroup.displayName",
			"spec.conversations", "spec.conversations.othersMessages", "spec.conversations.unassignedScope",
			"spec.chat", "spec.chat.appearance", "spec.chat.appearance.theme", "spec.chat.appearance.accentColor",
			"spec.chat.appearance.position", "spec.chat.appearance.avatarShown",
			"spec.chat.behaviour", "spec.chat.behaviour.greeting", "spec.chat.behaviour.offlineForm", "spec.chat.behaviour.proactiveInvitation",
			"spec.payments", "spec.payments.enabled", "spec.integrations", "spec.integrations.developerAPI", "spec.integrations.developerAPI.enabled",
			"spec.integrations.facebook", "spec.integrations.facebook.pageID",
			"spec.profilePolicy", "spec.profilePolicy.required", "spec.profilePolicy.required{*}",
			"spec.groupPolicy", "spec.groupPolicy.maxPerOperator", "spec.rolePolicy", "spec.awayRouting", "spec.awayRouting.channels", "spec.awayRouting.channels{*}",
			"spec.activation", "spec.activation.validFor", "spec.locale", "spec.consoleURL", "spec.deletionPolicy",
			"spec.offboarding", "spec.offboarding.retention", "spec.offboarding.budget", "spec.offboarding.budget.max", "spec.offboarding.budget.window",
			"spec.driftPolicy", "spec.suspend",
		}},
		{Who: TenantAdministrators, Reference: "spec.integrations.facebook.accessTokenSecretRef", Source: "F40", Fields: []string{
			"spec.integrations.facebook.accessTokenSecretRef", "spec.integrations.facebook.accessTokenSecretRef.name",
			"spec.integrations.facebook.accessTokenSecretRef.key",
		}},
		{Who: TenantAdministrators, Source: "ours", Fields: []string{"metadata.annotations?", "metadata.annotations{*}"}},
		{Who: CompanyAdministrators, Source: "ours", Fields: []string{
			"apiVersion", "kind", "metadata", "metadata.labels?", "metadata.labels{*}", "metadata.ownerReferences?", "metadata.finalizers?",
		}},
		{Who: CompanyAdministrators, FreeToAdd: true, Source: "ours", Fields: []string{"metadata.finalizers{" + ourFinalizer + "}"}},
		{Who: Anybody, Source: "ours", Fields: []string{"metadata.finalizers{*}"}},
		serverFields, statusFields,
	},
}

// ofTenant are the lines that Groups and ChannelPolicies have in common: everything is the Administrators' of their tenant.
var ofTenant = []FieldRule{
	{Who: TenantAdministrators, Source: "ours", Fields: []string{
		"apiVersion", "kind", "metadata", "metadata.labels?", "metadata.labels{*}", "metadata.annotations?", "metadata.annotations{*}",
		"metadata.ownerReferences?", "metadata.finalizers?",
	}},
	{Who: TenantAdministrators, FreeToAdd: true, Source: "ours", Fields: []string{"metadata.finalizers{" + ourFinalizer + "}"}},
	{Who: Anybody, Source: "ours", Fields: []string{"metadata.finalizers{*}"}},
	serverFields, statusFields,
}

var groupFields = kindRules{
	create: TenantAdministrators, remove: TenantAdministrators, others: TenantAdministrators,
	implied: []Authority{TenantAdministrators},
	fields: append([]FieldRule{
		{Who: TenantAdministrators, Source: "F19 F45", Fields: []string{
			"spec", "spec.tenant", "spec.displayName", "spec.description", "spec.channels", "spec.channels{*}",
			"spec.routing", "spec.routing.strategy", "spec.routing.maxConcurrentPerOperator", "spec.suspend",
		}},
	}, ofTenant...),
}

var policyFields = kindRules{
	create: TenantAdministrators, remove: TenantAdministrators, others: TenantAdministrators,
	implied: []Authority{TenantAdministrators},
	fields: append([]FieldRule{
		{Who: TenantAdministrators, Source: "F26", Fields: []string{
			"spec", "spec.tenant", "spec.channels", "spec.channels{*}", "spec.subjects", "spec.subjects[#]",
			"spec.subjects[#].role", "spec.subjects[#].group", "spec.subjects[#].operator", "spec.subjects[#].selector",
			"spec.subjects[#].selector.matchLabels", "spec.subjects[#].selector.matchLabels{*}",
			"spec.subjects[#].selector.matchExpressions", "spec.subjects[#].selector.matchExpressions[#]",
			"spec.subjects[#].selector.matchExpressions[#].key", "spec.subjects[#].selector.matchExpressions[#].operator",
			"spec.subjects[#].selector.matchExpressions[#].values", "spec.subjects[#].selector.matchExpressions[#].values[#]",
			"spec.availability", "spec.availability.online", "spec.availability.away", "spec.capacity", "spec.capacity.maxConcurrent", "spec.suspend",
		}},
	}, ofTenant...),
}

// rulesOfKind are the tables by kind.
var rulesOfKind = map[string]kindRules{
	KindOperator: operatorFields, KindTenant: tenantFields, KindGroup: groupFields, KindChannelPolicy: policyFields,
}

// KindChannelPolicy is the kind of the objects that grant channels.
const KindChannelPolicy = "ChannelPolicy"

// FieldRules are the lines of the table of who may change which field of a kind, in their order; none where there is no such kind.
func FieldRules(kind string) iter.Seq[FieldRule] { return slices.Values(rulesOfKind[kind].fields) }

// shape is how a value is compared.
type shape int

const (
	asWhole shape = iota
	asObject
	asKeyedList
	asList
	asSetOrMap
)

// fieldRow is what the table says of one path.
type fieldRow struct {
	rule *FieldRule
	// emptyIsAbsent says that an empty value, or false, says what an absent one says.
	emptyIsAbsent bool
	shape         shape
	// key is the field by which the objects of a keyed list are known.
	key string
}

// fieldTable is the table of a kind, by path.
type fieldTable map[string]fieldRow

// fieldTables are the tables by kind, as they are looked up.
var fieldTables = func() map[string]fieldTable {
	tables := map[string]fieldTable{}
	for kind, rules := range rulesOfKind {
		tables[kind] = newFieldTable(rules.fields)
	}
	return tables
}()

func newFieldTable(rules []FieldRule) fieldTable {
	table := fieldTable{}
	for i := range rules {
		for _, field := range rules[i].Fields {
			path, emptyIsAbsent := strings.CutSuffix(field, "?")
			row := table[path]
			row.rule, row.emptyIsAbsent = &rules[i], emptyIsAbsent
			table[path] = row
			table.shapeParent(path)
		}
	}
	return table
}

// shapeParent notes around a path how its parent is compared.
func (t fieldTable) shapeParent(path string) {
	opening := map[byte]struct {
		sign  string
		shape shape
	}{'}': {"{", asSetOrMap}, ']': {"[", asKeyedList}}
	last, found := opening[path[len(path)-1]]
	if !found {
		last.sign, last.shape = ".", asObject
	}
	at := strings.LastIndex(path, last.sign)
	if at < 0 {
		return
	}
	parent := t[path[:at]]
	parent.shape = last.shape
	if parent.shape == asKeyedList {
		parent.key = path[at+1 : len(path)-1]
		if parent.key == "#" {
			parent.shape, parent.key = asList, ""
		}
	}
	t[path[:at]] = parent
}

// member is the path in the table of a value of a map or an element of a set: the one that names it, else the one for all that have
// its prefix, else the one for any.
func (t fieldTable) member(parent, key string) string {
	paths := []string{parent + "{" + key + "}"}
	if prefix, _, found := strings.Cut(key, "/"); found {
		paths = append(paths, parent+"{"+prefix+"/*}")
	}
	for _, path := range paths {
		if t[path].rule != nil {
			return path
		}
	}
	return parent + "{*}"
}
