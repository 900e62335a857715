// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import "github.com/roster-dev/roster/api/v1alpha1"

// advice is what a reason means, and what to do about it, each as a sentence without its end. It is what docs/conditions.md says, and a test
// holds the two together.
type advice struct{ means, do string }

// ready is advice on the reasons of Ready, and with it of Reconciling and Stalled.
var ready = map[string]advice{
	v1alpha1.ReasonMissingReference: {
		"objects that the spec names do not exist; what does resolve is stored meanwhile", "create them, or take the names out",
	},
	v1alpha1.ReasonConflict: {"a name or a record belongs to somebody else", "see what is said of Conflict"},
	v1alpha1.ReasonHeld:     {"a part is held back because of another object, and follows by itself", "see what is said of Held"},
	v1alpha1.ReasonInvalid: {
		"the object breaks a rule by itself; what breaks it is not stored, and what the object takes away is", "edit the object",
	},
	v1alpha1.ReasonStoreUnavailable: {
		"a write is due and the identity store cannot be reached", "mend the store; the manager tries again within 5 seconds",
	},
	v1alpha1.ReasonStoreRejected:       {"the identity store refuses a value", "edit the object"},
	v1alpha1.ReasonSuspended:           {"a change waits for spec.suspend to end", "set spec.suspend to false"},
	v1alpha1.ReasonChildrenTerminating: {"a deleted Tenant waits for its Groups and ChannelPolicies that are being deleted", "nothing, or look at the one that is named"},
	v1alpha1.ReasonInternalError:       {"a pass failed for another reason, and is made again", "read the manager's log"},
}

// conflicts is advice on the reasons of Conflict.
var conflicts = map[string]advice{
	v1alpha1.ReasonUserNameTaken: {
		"another Operator of the namespace has the user name",
		`choose another; delete the other Operator with deletionPolicy: Delete; or set the annotation roster.dev/adopt to "true" to follow it once it is gone`,
	},
	v1alpha1.ReasonEmailTaken: {
		"another person of the company has the e-mail address, also if he was deactivated by deletion; the rest of a person who is stored is written, with the former address",
		"choose another, or change it there first",
	},
	v1alpha1.ReasonForeignRecord: {"the store's record is another installation's, or nobody's", "adopt it by the annotation roster.dev/adopt, or choose another name"},
	v1alpha1.ReasonAdopting:      {"the record is about to be taken over, as roster.dev/adopt asks", "nothing: it lasts a second"},
}

// held is advice on the reasons of Held.
var held = map[string]advice{
	v1alpha1.ReasonLastAdministrator: {
		"an edit takes the last live Administrator from a tenant; the person stays active and Administrator there", "make somebody else Administrator first",
	},
	v1alpha1.ReasonStrictRolePolicy: {
		"a Worker has an additive permission where the Tenant's rolePolicy is Strict", "make the person Manager, or the policy Additive",
	},
	v1alpha1.ReasonTooManyGroups: {
		"a group is beyond the Tenant's groupPolicy.maxPerOperator", "take the person out of another group, or raise the limit",
	},
	v1alpha1.ReasonProfileIncomplete: {"the profile lacks what a Tenant demands, so the entry is not written", "give the person what is demanded"},
	v1alpha1.ReasonSeveralHeld:       {"parts are held for different reasons", "see the message, which names each"},
	v1alpha1.ReasonForeignRecord: {
		"the record of the Operator before this one is a company administrator's, has no tenant, or has one that the manifest does not name",
		"name its tenants, or adopt it by the annotation roster.dev/adopt",
	},
}

// resolved is advice on the reasons of Resolved.
var resolved = map[string]advice{
	v1alpha1.ReasonMissingTenant:    {"a Tenant that the spec names does not exist", "create it, or take the name out"},
	v1alpha1.ReasonMissingGroup:     {"a Group that the spec names does not exist", "create it, or take the name out"},
	v1alpha1.ReasonMissingOperator:  {"an Operator that the spec names does not exist", "create it, or take the name out"},
	v1alpha1.ReasonMissingReference: {"objects of several kinds that the spec names do not exist", "create them, or take the names out"},
}

// activated is advice on the reasons of Activated.
var activated = map[string]advice{
	v1alpha1.ReasonSending:        {"the mail with the link to set a password is on its way", "nothing"},
	v1alpha1.ReasonInvited:        {"the link was mailed, and no password is set yet", "wait for the person, or send it anew with rosterctl invite"},
	v1alpha1.ReasonSendingFailed:  {"the mail was not taken", "see the message; what passes is tried again by itself, and the rest once the address changes or the link is asked for anew"},
	v1alpha1.ReasonLinkExpired:    {"the link expired before a password was set", "send it anew with rosterctl invite"},
	v1alpha1.ReasonNoLink:         {"the person has no password, and no link is valid", "send one with rosterctl invite"},
	v1alpha1.ReasonLinksNotSent:   {"the manager sends no links", "set activation.keyFile in its configuration"},
	v1alpha1.ReasonSecretMissing:  {"the Secret with the first password, its key or its label is not there", "create it with the label roster.dev/initial-password=true"},
	v1alpha1.ReasonSecretsNotRead: {"the first password is in a Secret, and the manager reads none", "set activation.initialPasswords in its configuration"},
	v1alpha1.ReasonDeactivated:    {"the person is switched off", "nothing, or set spec.active to true"},
	v1alpha1.ReasonNotStored:      {"the store does not hold the person yet", "see what is said of Ready"},
}

// counsel is advice by the type of a condition and then by its reason.
var counsel = map[string]map[string]advice{
	v1alpha1.ConditionReady:       ready,
	v1alpha1.ConditionReconciling: ready,
	v1alpha1.ConditionStalled:     ready,
	v1alpha1.ConditionConflict:    conflicts,
	v1alpha1.ConditionHeld:        held,
	v1alpha1.ConditionResolved:    resolved,
	v1alpha1.ConditionActivated:   activated,
	v1alpha1.ConditionSynced: {
		v1alpha1.ReasonNotStored: {"the store has no such record, an older one, or one with a part held back", "see what is said of Ready"},
	},
	v1alpha1.ConditionSuspended: {
		v1alpha1.ReasonSuspended: {"the manager leaves the record as it is", "set spec.suspend to false"},
	},
	v1alpha1.ConditionDrifted: {
		v1alpha1.ReasonChangedInStore: {
			"another program changed the record, and it stays so, as the driftPolicy is Report", "undo the change there, or edit the object, which writes all of it",
		},
	},
	v1alpha1.ConditionChannelsGranted: {
		v1alpha1.ReasonNothingGranted: {"the person may log in and gets no work", "grant a channel in spec.tenants[].channels or by a ChannelPolicy"},
	},
	v1alpha1.ConditionAdministered: {
		v1alpha1.ReasonNoAdministrator: {"nobody live is Administrator of the tenant, nor company administrator", "give an operator the role Administrator in it"},
	},
	v1alpha1.ConditionOfflineMessagesAttended: {
		v1alpha1.ReasonNobodyAttends: {"what visitors leave reaches nobody", "set offlineMessages to true in the entry of an operator who is active"},
	},
	v1alpha1.ConditionOffboardingHeld: {
		v1alpha1.ReasonRemovalBudget:     {"removals beyond the tenant's budget wait, and the people keep what they had", "apply the Operators again, or confirm as the message says"},
		v1alpha1.ReasonLastAdministrator: {"the removal of the last Administrator waits", "make somebody else Administrator, or confirm as the message says"},
		v1alpha1.ReasonSeveralHeld:       {"removals wait for several reasons, and the people keep what they had", "see the message, which says how they are confirmed"},
	},
	v1alpha1.ConditionEffective: {
		v1alpha1.ReasonTenantMissing:     {"the tenant does not exist", "create it"},
		v1alpha1.ReasonNoChannelOfTenant: {"the tenant has none of the channels", "add one to the channels of the tenant"},
		v1alpha1.ReasonNothingAllowed:    {"availability denies every state", "allow one in spec.availability"},
		v1alpha1.ReasonNoMatch:           {"no operator of the tenant matches a subject", "change spec.subjects, or wait for somebody who matches"},
	},
}
