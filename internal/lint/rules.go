// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"maps"
	"slices"

	"github.com/roster-dev/roster/internal/manifest"
	"github.com/roster-dev/roster/internal/roster"
)

// descriptions say of each rule what it finds.
var descriptions = map[string]string{
	manifest.RuleSyntax:        "A document is neither YAML nor JSON.",
	manifest.RuleManifest:      "A document is no manifest of a kind there is, though it was meant to be.",
	manifest.RuleUnknownField:  "The kind has no such field.",
	manifest.RuleSchema:        "A value is not as the CustomResourceDefinition wants it.",
	manifest.RuleCEL:           "A rule of the CustomResourceDefinition is broken.",
	manifest.RuleDeclaredTwice: "The same object is declared already.",

	"WellFormed":                               "A text, number or word is not of the form its field has.",
	"EntriesWellFormed":                        "A value of an entry for a tenant is not of the form its field has.",
	"NoDuplicates":                             "A list names something more than once.",
	"HomeTenantIsOneOfTheTenants":              "The home tenant is none of the operator's tenants.",
	"CredentialFitsMode":                       "The fields of the credential do not fit its mode.",
	"TeamNeedsManager":                         "Somebody without the role Manager has a team.",
	"TeamWithoutOneself":                       "A team lists the operator himself.",
	"AdministratorSeesEverything":              "An Administrator is to be kept from seeing what an Administrator always sees.",
	"PreviewNeedsVisitors":                     "The live preview is switched on where live visitors are switched off.",
	"OthersOfflineMessagesNeedOfflineMessages": "Offline messages of others are switched on where offline messages are switched off.",
	"LimitsInRange":                            "A limit is out of its range.",
	"GeneralIsReserved":                        "A Group has the name of the general group, which every tenant has.",
	"ChannelsGivenAreAtLeastOne":               "A Group lists no channels, which would read like all.",
	"SubjectsHaveOneWay":                       "A subject does not have exactly one of role, group, operator and selector.",
	"SubjectsWellFormed":                       "A subject names what cannot be.",
	"SelectorsUnderstood":                      "A selector could match nobody, whatever the labels.",

	roster.WarnMissingTenant:            "A Tenant is named that is not among the manifests.",
	roster.WarnMissingGroup:             "A Group is named that is not among the manifests of its tenant.",
	roster.WarnMissingOperator:          "An Operator is named who is not among the manifests.",
	roster.WarnUserNameTaken:            "Another Operator of the company declares the same user name.",
	string(roster.ReasonEmailTaken):     "Another Operator of the company declares the same e-mail address.",
	roster.WarnKubernetesUserTaken:      "Another Operator of the company claims the same Kubernetes user.",
	roster.WarnLastAdministrator:        "An Administrator is switched off, and nobody else administers the tenant.",
	roster.WarnChannelNotOfTenant:       "A channel is named that the tenant does not have.",
	roster.WarnNotWorkerOrManager:       "A team names somebody who is neither Worker nor Manager there.",
	roster.WarnMailNeverSent:            "A mail is switched on that nothing ever occasions.",
	roster.WarnPublicNameLooksLikeEmail: "Customers would see an e-mail address instead of a name.",
	roster.WarnPolicyGrantsNothing:      "A ChannelPolicy grants nothing to anybody.",

	string(roster.ReasonStrictRolePolicy):  "A Worker has an additive permission where the tenant's role policy is Strict.",
	string(roster.ReasonTooManyGroups):     "An operator is in more groups than the tenant allows.",
	string(roster.ReasonProfileIncomplete): "A profile lacks what the tenant demands.",
}

// Rules are the names of all rules by which something can be found, in order.
func Rules() []string { return slices.Sorted(maps.Keys(descriptions)) }

// Describe says in a sentence what a rule finds.
func Describe(rule string) string { return descriptions[rule] }
