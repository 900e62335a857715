// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import "fmt"

// Warning is what keeps an object from being all that it declares, or what it brings about for others. It keeps nothing from being
// admitted, and names no person but by the names of objects.
type Warning struct {
	// Rule is the name of the rule, which for what is held is the reason of the hold.
	Rule string
	// Path is the field, such as "spec.tenants[acme].groups[billing]"; empty where it is of no one field.
	Path string
	// Held says that the part at Path waits for another object.
	Held bool
	// Message says what is the matter, and what would be right.
	Message string
}

// String says the warning in a sentence.
func (w Warning) String() string {
	switch {
	case w.Held:
		return fmt.Sprintf("%s is held: %s", w.Path, w.Message)
	case w.Path != "":
		return w.Path + ": " + w.Message
	}
	return w.Message
}

// Sentences are warnings as a person is told of them.
func Sentences(warnings []Warning) []string {
	var sentences []string
	for _, w := range warnings {
		sentences = append(sentences, w.String())
	}
	return sentences
}

// The rules of warnings, beside the reasons of holds.
const (
	// WarnMissingTenant, WarnMissingGroup and WarnMissingOperator: an object that is named does not exist.
	WarnMissingTenant   = "MissingTenant"
	WarnMissingGroup    = "MissingGroup"
	WarnMissingOperator = "MissingOperator"
	// WarnUserNameTaken: somebody else of the company declares the user name.
	WarnUserNameTaken = "UserNameTaken"
	// WarnKubernetesUserTaken: somebody else claims to be the same user of Kubernetes.
	WarnKubernetesUserTaken = "KubernetesUserTaken"
	// WarnChannelNotOfTenant: a channel is named that the tenant does not have.
	WarnChannelNotOfTenant = string(ReasonChannelNotOfTenant)
	// WarnNotWorkerOrManager: a team names somebody who cannot be in one.
	WarnNotWorkerOrManager = string(ReasonNotWorkerOrManager)
	// WarnMailNeverSent: a mail is switched on that nothing ever occasions.
	WarnMailNeverSent = "MailNeverSent"
	// WarnPublicNameLooksLikeEmail: customers would see an address instead of a name.
	WarnPublicNameLooksLikeEmail = "PublicNameLooksLikeEmail"
	// WarnPolicyGrantsNothing: no grant of a policy takes effect.
	WarnPolicyGrantsNothing = "PolicyGrantsNothing"
	// WarnViewsChange: others see more or less than before.
	WarnViewsChange = "ViewsChange"
	// WarnLastAdministrator: nobody else is a live Administrator of a tenant.
	WarnLastAdministrator = string(ReasonLastAdministrator)
)

// missingRules are the rules of references that are not found, by the kind of what they name.
var missingRules = map[string]string{KindTenant: WarnMissingTenant, KindGroup: WarnMissingGroup, KindOperator: WarnMissingOperator}

// WarningRules are the names of all rules of warnings that what an object declares can give rise to, whatever was before.
func WarningRules() []string {
	return []string{
		WarnMissingTenant, WarnMissingGroup, WarnMissingOperator, WarnUserNameTaken, string(ReasonEmailTaken), WarnKubernetesUserTaken,
		string(ReasonStrictRolePolicy), string(ReasonTooManyGroups), string(ReasonProfileIncomplete), WarnLastAdministrator,
		WarnChannelNotOfTenant, WarnNotWorkerOrManager, WarnMailNeverSent, WarnPublicNameLooksLikeEmail, WarnPolicyGrantsNothing,
	}
}

// warning is the hold as a warning.
func (h Hold) warning() Warning {
	return Warning{Rule: string(h.Reason), Path: h.Path, Held: true, Message: h.Message}
}
