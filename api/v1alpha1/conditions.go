// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

// The conditions of every kind.
const (
	// ConditionReady is True while the store equals what the object compiles to and every reference resolves. It is always
	// present after the first pass, and it never waits for a person: somebody invited is Ready.
	ConditionReady = "Ready"

	// ConditionReconciling is present while the object is not Ready and is expected to heal without an edit. Its reason is
	// that of Ready.
	ConditionReconciling = "Reconciling"

	// ConditionStalled is present when only an edit of this object heals it, or when a missing reference, a hold or a
	// conflict has lasted longer than the manager's --stall-after. Its reason is that of Ready.
	ConditionStalled = "Stalled"

	// ConditionSuspended is present while spec.suspend keeps the manager from writing the record.
	ConditionSuspended = "Suspended"
)

// The conditions that some kinds have.
const (
	// ConditionResolved says, on an Operator, a Group and a ChannelPolicy, whether every object it names exists.
	ConditionResolved = "Resolved"

	// ConditionSynced says whether the store has the record as the spec describes it.
	ConditionSynced = "Synced"

	// ConditionActivated says, on an Operator, whether the person has a way to log in.
	ConditionActivated = "Activated"

	// ConditionChannelsGranted says, on an Operator, whether the person has at least one channel to work on. It never
	// touches Ready.
	ConditionChannelsGranted = "ChannelsGranted"

	// ConditionHeld is present, on an Operator, while part of the spec is held back because of another object; the message
	// names the part, the cause and the remedy.
	ConditionHeld = "Held"

	// ConditionConflict is present, on any kind that owns a record, while a name or a record belongs to somebody else.
	ConditionConflict = "Conflict"

	// ConditionDrifted is present while the record in the store differs from what was written; the message names the
	// fields, never their values.
	ConditionDrifted = "Drifted"

	// ConditionAdministered says, on a Tenant, whether the tenant has a live Administrator; a company administrator is one. It
	// never touches Ready.
	ConditionAdministered = "Administered"

	// ConditionOfflineMessagesAttended says, on a Tenant, whether somebody receives the messages that visitors leave. It never
	// touches Ready.
	ConditionOfflineMessagesAttended = "OfflineMessagesAttended"

	// ConditionOffboardingHeld is present, on a Tenant, while removals beyond the budget, or of the last Administrator, are
	// held; the message says how many and how they are confirmed.
	ConditionOffboardingHeld = "OffboardingHeld"

	// ConditionEffective says, on a ChannelPolicy, whether anything it grants can take effect. It never touches Ready.
	ConditionEffective = "Effective"
)

// Reasons of Ready, and with it of Reconciling and Stalled.
const (
	// ReasonSucceeded appears when the store equals the object and every reference resolves.
	ReasonSucceeded = "Succeeded"

	// ReasonMissingReference appears when objects that the spec names do not exist; in Resolved when they are of several
	// kinds.
	ReasonMissingReference = "MissingReference"

	// ReasonStoreUnavailable appears when the store cannot be reached and a write is due. It never becomes Stalled.
	ReasonStoreUnavailable = "StoreUnavailable"

	// ReasonStoreRejected appears when the store refuses a value; an edit is needed.
	ReasonStoreRejected = "StoreRejected"

	// ReasonConflict appears when a name or a record belongs to somebody else; the condition Conflict says which.
	ReasonConflict = "Conflict"

	// ReasonSuspended appears when the object is suspended; in Ready only while a change waits for it.
	ReasonSuspended = "Suspended"

	// ReasonHeld appears when part of the spec is held back; the condition Held says which.
	ReasonHeld = "Held"

	// ReasonInternalError appears when a pass failed for a reason that the log of the manager tells; it is retried.
	ReasonInternalError = "InternalError"

	// ReasonChildrenTerminating appears while a deleted Tenant waits for its Groups and ChannelPolicies that are being
	// deleted, too.
	ReasonChildrenTerminating = "ChildrenTerminating"

	// ReasonInvalid appears while the object breaks a rule that it alone shows to be broken, such as one that was stored before
	// the rule was made; the message names the field and what would be right. Only an edit heals it.
	ReasonInvalid = "Invalid"
)

// Reasons of Resolved.
const (
	// ReasonAllResolved appears when every object that the spec names exists.
	ReasonAllResolved = "AllResolved"

	// ReasonMissingTenant appears when only Tenants are missing.
	ReasonMissingTenant = "MissingTenant"

	// ReasonMissingGroup appears when only Groups are missing.
	ReasonMissingGroup = "MissingGroup"

	// ReasonMissingOperator appears when only Operators are missing.
	ReasonMissingOperator = "MissingOperator"
)

// Reasons of Synced.
const (
	// ReasonStored appears when the store has the record in full.
	ReasonStored = "Stored"

	// ReasonNotStored appears when the store has no such record, an older one, or one with a part held back.
	ReasonNotStored = "NotStored"
)

// Reasons of Conflict.
const (
	// ReasonUserNameTaken appears when another person of the company has the user name.
	ReasonUserNameTaken = "UserNameTaken"

	// ReasonEmailTaken appears when another person of the company has the e-mail address.
	ReasonEmailTaken = "EmailTaken"

	// ReasonAdopting appears, for a moment, before a record is taken over because of roster.dev/adopt; the message names the
	// fields that will change.
	ReasonAdopting = "Adopting"

	// ReasonForeignRecord appears when the record bears the stamp of another owner, or none.
	ReasonForeignRecord = "ForeignRecord"
)

// Reasons of Held, beside ForeignRecord above, and StrictRolePolicy and TooManyGroups below.
const (
	// ReasonLastAdministrator appears when an edit takes the last live Administrator from a tenant: the person stays active and
	// Administrator there until somebody else is.
	ReasonLastAdministrator = "LastAdministrator"

	// ReasonProfileIncomplete appears when the profile lacks a field that a tenant demands: the entry for it is not written.
	ReasonProfileIncomplete = "ProfileIncomplete"

	// ReasonSeveralHeld appears when parts are held for different reasons, which the message names.
	ReasonSeveralHeld = "SeveralHeld"
)

// Reasons of Drifted, and of the Events about what other programs changed in the store.
const (
	// ReasonChangedInStore appears while a record differs from what was written and stays so, as the driftPolicy is Report.
	ReasonChangedInStore = "ChangedInStore"

	// ReasonDriftFound is the Event of that, when it begins or becomes something else.
	ReasonDriftFound = "DriftFound"

	// ReasonDriftCorrected is the Event of a record that another program had changed, and that was written again.
	ReasonDriftCorrected = "DriftCorrected"

	// ReasonStoreIDChanged is the Event of a person whom the store knows by another ID than before, since his record was removed or
	// changed by another program.
	ReasonStoreIDChanged = "StoreIDChanged"
)

// Reasons of OffboardingHeld, beside LastAdministrator and SeveralHeld above.
const (
	// ReasonRemovalBudget appears while removals are beyond spec.offboarding.budget of a tenant.
	ReasonRemovalBudget = "RemovalBudget"

	// ReasonRemovalHeld is the Event of an object that is gone while its removal from the store is held.
	ReasonRemovalHeld = "RemovalHeld"
)

// Reasons of ChannelsGranted.
const (
	// ReasonGranted appears when the person has at least one channel that its tenant has; somebody deactivated keeps it.
	ReasonGranted = "Granted"

	// ReasonNothingGranted appears when neither a direct grant nor a policy gives the person a channel that his tenants
	// have.
	ReasonNothingGranted = "NothingGranted"
)

// Reasons of Administered.
const (
	// ReasonHasAdministrator appears when somebody is a live Administrator of the tenant, or company administrator.
	ReasonHasAdministrator = "HasAdministrator"

	// ReasonNoAdministrator appears when nobody is.
	ReasonNoAdministrator = "NoAdministrator"
)

// Reasons of OfflineMessagesAttended.
const (
	// ReasonAttended appears when the switch offlineMessages is on for somebody live, by default or by the entry.
	ReasonAttended = "Attended"

	// ReasonNobodyAttends appears when it is on for nobody: what visitors leave reaches nobody.
	ReasonNobodyAttends = "NobodyAttends"
)

// Reasons of Activated.
const (
	// ReasonPasswordSet appears when the person set a password.
	ReasonPasswordSet = "PasswordSet"

	// ReasonInitialPassword appears when the person has the password of the Secret, and is to set another one at the first login.
	ReasonInitialPassword = "InitialPassword"

	// ReasonIdentityProvider appears when an identity provider vouches for the person.
	ReasonIdentityProvider = "IdentityProvider"

	// ReasonDeactivated appears when the person is switched off.
	ReasonDeactivated = "Deactivated"

	// ReasonInvited appears when a link to set a password was mailed, and works.
	ReasonInvited = "Invited"

	// ReasonSending appears when a link is to be mailed, and was not tried yet.
	ReasonSending = "Sending"

	// ReasonSendingFailed appears when a link could not be mailed; the message says why in a word, and when it is tried again.
	ReasonSendingFailed = "SendingFailed"

	// ReasonLinkExpired appears when the link expired before a password was set.
	ReasonLinkExpired = "LinkExpired"

	// ReasonNoLink appears when the person has no password, and no link is valid.
	ReasonNoLink = "NoLink"

	// ReasonLinksNotSent appears when the manager sends no links, or none to this person.
	ReasonLinksNotSent = "LinksNotSent"

	// ReasonSecretsNotRead appears when the person's first password is in a Secret, and the manager reads none.
	ReasonSecretsNotRead = "SecretsNotRead"

	// ReasonSecretMissing appears when that Secret, its key or its label is not there.
	ReasonSecretMissing = "SecretMissing"
)

// Reasons of Effective.
const (
	// ReasonGranting appears when the policy gives at least one operator a channel.
	ReasonGranting = "Granting"

	// ReasonNoMatch appears when no operator of the tenant matches a subject.
	ReasonNoMatch = "NoMatch"

	// ReasonNoChannelOfTenant appears when the tenant has none of the channels.
	ReasonNoChannelOfTenant = "NoChannelOfTenant"

	// ReasonNothingAllowed appears when availability denies every state.
	ReasonNothingAllowed = "NothingAllowed"

	// ReasonTenantMissing appears when the tenant does not exist.
	ReasonTenantMissing = "TenantMissing"
)

// Reasons of an ineffective grant in an Operator's status, beside TenantMissing, ProfileIncomplete and Invalid above.
const (
	// ReasonChannelNotOfTenant appears when the tenant does not have the channel.
	ReasonChannelNotOfTenant = "ChannelNotOfTenant"

	// ReasonNotWorkerOrManager appears when a member of the team is neither Worker nor Manager in the tenant.
	ReasonNotWorkerOrManager = "NotWorkerOrManager"

	// ReasonStrictRolePolicy appears when a Worker has an additive permission where the tenant's rolePolicy is Strict.
	ReasonStrictRolePolicy = "StrictRolePolicy"

	// ReasonTooManyGroups appears when a group is beyond the tenant's groupPolicy.maxPerOperator, by priority and then by name.
	ReasonTooManyGroups = "TooManyGroups"
)

// Reasons of Events that tell of no trouble. A healthy object has no others.
const (
	// ReasonVisibilityNarrowed appears when people see less of each other's conversations than before: on a Tenant by its first
	// group or a change of its conversations, on an Operator by the first group where unassignedScope is All.
	ReasonVisibilityNarrowed = "VisibilityNarrowed"

	// ReasonVisibilityWidened appears when they see more: on a Tenant by its last group gone or a change of its conversations, on
	// an Operator by the last group taken out where unassignedScope is All, and by a Manager's team that grew.
	ReasonVisibilityWidened = "VisibilityWidened"
)
