// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

import (
	"strings"
	"testing"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/testkit"
)

const (
	saysUserName        = "must be a login: ASCII letters, digits and . _ @ + -, beginning with a letter or digit"
	saysUserNameFixed   = "cannot be changed: delete this operator and create one with the new user name"
	saysLocale          = "must be a language tag of BCP 47, such as en or cs-CZ"
	saysTimeZone        = "must be an IANA time zone name, such as UTC or Europe/Prague"
	saysHomeTenant      = "must be one of the tenants listed in tenants[]"
	saysPasswordNeeded  = "mode InitialPassword needs passwordSecretRef, the Secret with the first password"
	saysPasswordSurplus = "passwordSecretRef belongs to mode InitialPassword: remove it or change the mode"
	saysProviderNeeded  = "mode IdentityProvider needs identityProvider, the name of the provider"
	saysProviderSurplus = "identityProvider belongs to mode IdentityProvider: remove it or change the mode"
	saysProviderName    = "must be the name of an identity provider: lower-case letters, digits and '-', beginning and ending with a letter or digit"
	saysModeFixed       = "cannot be changed once it is IdentityProvider: delete this operator and create one with the other mode"
)

func TestOperatorIsJudgedAlone(t *testing.T) {
	testCreations(t, operator, operatorCreations)
}

func TestOperatorChanges(t *testing.T) {
	testUpdates(t, operator, operatorUpdates)
}

func operator(namespace string) *v1alpha1.Operator { return testkit.Operator(namespace, "anna") }

var operatorCreations = []creation[v1alpha1.Operator]{
	{reason: "an operator in no tenant is valid", change: func(*v1alpha1.Operator) {}},
	{reason: "every field can be given", change: fillOperator},
	{reason: "a login may be an e-mail address", change: userName("Anna.Nova+desk@example.com")},
	{reason: "a login may have 254 characters", change: userName(strings.Repeat("a", 254))},
	{reason: "a login has at most 254 characters", change: userName(strings.Repeat("a", 255)), want: []cause{{"spec.userName", "Too long: may not be more than 254 bytes"}}},
	{reason: "a login is needed", change: userName(""), want: []cause{{"spec.userName", saysUserName}}},
	{reason: "a login has no blank", change: userName("anna nova"), want: []cause{{"spec.userName", saysUserName}}},
	{reason: "a login is ASCII", change: userName("žofie"), want: []cause{{"spec.userName", saysUserName}}},
	{reason: "a login begins with a letter or digit", change: userName("-anna"), want: []cause{{"spec.userName", saysUserName}}},
	{
		reason: "names and e-mail are needed",
		change: func(o *v1alpha1.Operator) { o.Spec.Profile = v1alpha1.Profile{} },
		want: []cause{
			{"spec.profile.givenName", saysDisplayText},
			{"spec.profile.familyName", saysDisplayText},
			{"spec.profile.email", saysEmail},
		},
	},
	{
		reason: "blank names are refused",
		change: func(o *v1alpha1.Operator) {
			o.Spec.Profile.GivenName, o.Spec.Profile.FamilyName = " ", "\u2003"
			o.Spec.Profile.Title, o.Spec.Profile.PublicName = "\t", "a\u0000"
		},
		want: []cause{
			{"spec.profile.givenName", saysDisplayText},
			{"spec.profile.familyName", saysDisplayText},
			{"spec.profile.title", saysDisplayText},
			{"spec.profile.publicName", saysDisplayText},
		},
	},
	{reason: "an e-mail address may use all that RFC 5322 calls atoms", change: email("o'neil.{x}`y`/z=1@a-b.example.co")},
	{reason: "an e-mail address has a domain", change: email("anna@"), want: []cause{{"spec.profile.email", saysEmail}}},
	{reason: "an e-mail address has a domain with a dot", change: email("anna@localhost"), want: []cause{{"spec.profile.email", saysEmail}}},
	{reason: "an e-mail address is ASCII", change: email("žofie@example.com"), want: []cause{{"spec.profile.email", saysEmail}}},
	{reason: "an e-mail address is one address", change: email("a@example.com,b@example.com"), want: []cause{{"spec.profile.email", saysEmail}}},
	{reason: "an e-mail address adds no header to a mail", change: email("a@example.com\nBcc: b@example.com"), want: []cause{{"spec.profile.email", saysEmail}}},
	{reason: "an e-mail address has no two dots in a row", change: email("a..b@example.com"), want: []cause{{"spec.profile.email", saysEmail}}},
	{
		reason: "an e-mail address has at most 254 characters",
		change: email(v1alpha1.EmailAddress("a@" + strings.Repeat("a.", 125) + "com")),
		want:   []cause{{"spec.profile.email", "Too long: may not be more than 254 bytes"}},
	},
	{
		reason: "a phone number has its country code and no blanks",
		change: func(o *v1alpha1.Operator) { o.Spec.Profile.PhoneNumber = "+420 123 456" },
		want:   []cause{{"spec.profile.phoneNumber", saysPhone}},
	},
	{
		reason: "no country code begins with 0",
		change: func(o *v1alpha1.Operator) { o.Spec.Profile.PhoneNumber = "+0123456789" },
		want:   []cause{{"spec.profile.phoneNumber", saysPhone}},
	},
	{
		reason: "a language is a tag, not a name of a file",
		change: func(o *v1alpha1.Operator) { o.Spec.Profile.Locale = "cs_CZ.UTF-8" },
		want:   []cause{{"spec.profile.locale", saysLocale}},
	},
	{reason: "a language may have a script and a region", change: func(o *v1alpha1.Operator) { o.Spec.Profile.Locale = "zh-Hant-TW" }},
	{reason: "a time zone may have three parts", change: timeZone("America/Argentina/Buenos_Aires")},
	{reason: "a time zone may be an offset of the Etc area", change: timeZone("Etc/GMT+5")},
	{reason: "a time zone is not a path", change: timeZone("../etc/passwd"), want: []cause{{"spec.profile.timeZone", saysTimeZone}}},
	{reason: "a time zone is not whatever the server has", change: timeZone("Local"), want: []cause{{"spec.profile.timeZone", saysTimeZone}}},
	{
		reason: "a home tenant is one of the person's own",
		change: func(o *v1alpha1.Operator) {
			testkit.InTenant("sales")(o)
			o.Spec.HomeTenant = "support"
		},
		want: []cause{{"spec.homeTenant", saysHomeTenant}},
	},
	{
		reason: "whoever is in no tenant has no home tenant, and none has such a name",
		change: func(o *v1alpha1.Operator) { o.Spec.HomeTenant = "Sales" },
		want:   []cause{{"spec.homeTenant", saysHomeTenant}, {"spec.homeTenant", saysObjectName}},
	},
	{
		reason: "a Kubernetes user has at most 256 characters",
		change: func(o *v1alpha1.Operator) { o.Spec.KubernetesUser = strings.Repeat("u", 257) },
		want:   []cause{{"spec.kubernetesUser", "Too long: may not be more than 256 bytes"}},
	},
	{
		reason: "InitialPassword needs its Secret",
		change: credential(v1alpha1.Credential{Mode: v1alpha1.CredentialModeInitialPassword}),
		want:   []cause{{"spec.credential.passwordSecretRef", saysPasswordNeeded}},
	},
	{
		reason: "a Secret has no place with an activation link",
		change: credential(v1alpha1.Credential{PasswordSecretRef: &v1alpha1.SecretKeyRef{Name: "first", Key: "password"}}),
		want:   []cause{{"spec.credential.passwordSecretRef", saysPasswordSurplus}},
	},
	{
		reason: "a Secret is named as Secrets are",
		change: credential(v1alpha1.Credential{
			Mode: v1alpha1.CredentialModeInitialPassword, PasswordSecretRef: &v1alpha1.SecretKeyRef{Name: "-first", Key: "pass word"},
		}),
		want: []cause{{"spec.credential.passwordSecretRef.name", saysObjectName}, {"spec.credential.passwordSecretRef.key", saysSecretKey}},
	},
	{
		reason: "IdentityProvider needs its name",
		change: credential(v1alpha1.Credential{Mode: v1alpha1.CredentialModeIdentityProvider}),
		want:   []cause{{"spec.credential.identityProvider", saysProviderNeeded}},
	},
	{
		reason: "a provider has no place with an activation link, and has a plain name",
		change: credential(v1alpha1.Credential{Mode: v1alpha1.CredentialModeActivationLink, IdentityProvider: "Our.SSO"}),
		want:   []cause{{"spec.credential.identityProvider", saysProviderSurplus}, {"spec.credential.identityProvider", saysProviderName}},
	},
	{
		reason: "enumerations are closed",
		change: func(o *v1alpha1.Operator) {
			o.Spec.DeletionPolicy = "Retain"
			o.Spec.Notifications.Conversations = []v1alpha1.NotificationMethod{"Fax"}
			o.Spec.Notifications.Messages = []v1alpha1.NotificationMethod{"Sound", "Sound"}
		},
		want: []cause{
			{"spec.deletionPolicy", `supported values: "Deactivate", "Delete", "Orphan"`},
			{"spec.notifications.conversations[0]", `supported values: "Sound", "Desktop", "Email"`},
			{"spec.notifications.messages[1]", `Duplicate value: "Sound"`},
		},
	},
}

var operatorUpdates = []update[v1alpha1.Operator]{
	{reason: "a login is fixed", after: userName("hana"), want: []cause{{"spec.userName", saysUserNameFixed}}},
	{reason: "a login is fixed in its case, too", after: userName("Anna"), want: []cause{{"spec.userName", saysUserNameFixed}}},
	{
		reason: "all but the login can change",
		before: fillOperator,
		after: func(o *v1alpha1.Operator) {
			login := o.Spec.UserName
			o.Spec = testkit.Operator("", "hana").Spec
			o.Spec.UserName = login
			o.Spec.Credential.Mode = v1alpha1.CredentialModeActivationLink
		},
	},
	{
		reason: "a person can move to an identity provider",
		after: credential(v1alpha1.Credential{
			Mode: v1alpha1.CredentialModeIdentityProvider, IdentityProvider: "sso",
		}),
	},
	{
		reason: "a person cannot leave the identity provider",
		before: credential(v1alpha1.Credential{Mode: v1alpha1.CredentialModeIdentityProvider, IdentityProvider: "sso"}),
		after:  credential(v1alpha1.Credential{Mode: v1alpha1.CredentialModeActivationLink}),
		want:   []cause{{"spec.credential.mode", saysModeFixed}},
	},
	{
		reason: "leaving the credential out does not leave the identity provider",
		before: credential(v1alpha1.Credential{Mode: v1alpha1.CredentialModeIdentityProvider, IdentityProvider: "sso"}),
		after:  credential(v1alpha1.Credential{}),
		want:   []cause{{"spec.credential.mode", saysModeFixed}},
	},
	{
		reason: "a person can change the identity provider",
		before: credential(v1alpha1.Credential{Mode: v1alpha1.CredentialModeIdentityProvider, IdentityProvider: "sso"}),
		after:  credential(v1alpha1.Credential{Mode: v1alpha1.CredentialModeIdentityProvider, IdentityProvider: "sso-2"}),
	},
}

func fillOperator(o *v1alpha1.Operator) {
	testkit.InTenant("sales", fillEntry)(o)
	testkit.InTenant("support", testkit.Leading("bob"))(o)
	testkit.InTenant("billing", testkit.As(v1alpha1.RoleAdministrator))(o)
	o.Spec.Profile.Title = "Senior consultant"
	o.Spec.Profile.PhoneNumber = "+420123456789"
	o.Spec.Profile.Locale = "cs-CZ"
	o.Spec.Profile.TimeZone = "Europe/Prague"
	o.Spec.Profile.PublicName = "Anna from the desk"
	o.Spec.HomeTenant = "support"
	o.Spec.Active = new(false)
	o.Spec.CompanyAdministrator = true
	o.Spec.KubernetesUser = "oidc:https://id.example.com#anna"
	o.Spec.Credential = v1alpha1.Credential{
		Mode: v1alpha1.CredentialModeInitialPassword, PasswordSecretRef: &v1alpha1.SecretKeyRef{Name: "first", Key: "password"},
	}
	o.Spec.Notifications = v1alpha1.Notifications{
		AfterConversation: new(true), AfterCall: new(false),
		Conversations: []v1alpha1.NotificationMethod{v1alpha1.NotificationSound, v1alpha1.NotificationDesktop},
		Messages:      []v1alpha1.NotificationMethod{v1alpha1.NotificationEmail},
	}
	o.Spec.DeletionPolicy = v1alpha1.OperatorDeletionPolicyOrphan
	o.Spec.Suspend = true
}

func userName(name string) func(*v1alpha1.Operator) {
	return func(o *v1alpha1.Operator) { o.Spec.UserName = name }
}

func email(address v1alpha1.EmailAddress) func(*v1alpha1.Operator) {
	return func(o *v1alpha1.Operator) { o.Spec.Profile.Email = address }
}

func timeZone(name string) func(*v1alpha1.Operator) {
	return func(o *v1alpha1.Operator) { o.Spec.Profile.TimeZone = name }
}

func credential(c v1alpha1.Credential) func(*v1alpha1.Operator) {
	return func(o *v1alpha1.Operator) { o.Spec.Credential = c }
}
