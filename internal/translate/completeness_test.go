// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package translate_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/testkit"
	"github.com/roster-dev/roster/internal/translate"
)

// notTranslated are the fields the core has no use for, with why. Any other field of a spec must change what an object
// translates to.
var notTranslated = map[string]string{
	"Tenant.Activation.ValidFor.Duration":                    "the life of a link is asked of the object when a link is made",
	"Tenant.Suspend":                                         "suspending is the manager's own affair",
	"Tenant.Offboarding.Budget.Max.StrVal":                   "only a percentage counts; see TestABudgetIsANumberOrAPercentage",
	"Tenant.Offboarding.Budget.Max.IntVal":                   "only one of the two counts; see TestABudgetIsANumberOrAPercentage",
	"Tenant.Offboarding.Budget.Max.Type":                     "it is a type that is none; see TestABudgetIsANumberOrAPercentage",
	"Tenant.Integrations.Facebook.AccessTokenSecretRef.Name": "a Secret is never stored",
	"Tenant.Integrations.Facebook.AccessTokenSecretRef.Key":  "a Secret is never stored",
	"Operator.KubernetesUser":                                "who a Kubernetes user is matters at admission only",
	"Operator.Credential.PasswordSecretRef.Name":             "a Secret is never stored",
	"Operator.Credential.PasswordSecretRef.Key":              "a Secret is never stored",
	"Operator.DeletionPolicy":                                "it is asked of the object when the object is deleted",
	"Operator.Suspend":                                       "suspending is the manager's own affair",
	"Group.Suspend":                                          "suspending is the manager's own affair",
	"ChannelPolicy.Suspend":                                  "suspending is the manager's own affair",
}

func TestEveryFieldOfASpecIsTranslated(t *testing.T) {
	kinds := map[string]struct {
		spec      func() any
		translate func(spec any) any
	}{
		"Tenant": {
			spec:      func() any { return &v1alpha1.TenantSpec{} },
			translate: func(s any) any { return translate.Tenant(&v1alpha1.Tenant{Spec: *s.(*v1alpha1.TenantSpec)}) },
		},
		"Operator": {
			spec:      func() any { return &v1alpha1.OperatorSpec{} },
			translate: func(s any) any { return translate.Operator(&v1alpha1.Operator{Spec: *s.(*v1alpha1.OperatorSpec)}) },
		},
		"Group": {
			spec:      func() any { return &v1alpha1.GroupSpec{} },
			translate: func(s any) any { return translate.Group(&v1alpha1.Group{Spec: *s.(*v1alpha1.GroupSpec)}) },
		},
		"ChannelPolicy": {
			spec: func() any { return &v1alpha1.ChannelPolicySpec{} },
			translate: func(s any) any {
				return translate.Policy(&v1alpha1.ChannelPolicy{Spec: *s.(*v1alpha1.ChannelPolicySpec)})
			},
		},
	}
	for kind, k := range kinds {
		t.Run(kind, func(t *testing.T) {
			plain := k.spec()
			testkit.FillFields(plain)
			want := k.translate(plain)
			for _, field := range testkit.Fields(plain) {
				path := kind + "." + field
				changed := k.spec()
				testkit.FillFields(changed)
				testkit.ChangeField(t, changed, field)
				unchanged := cmp.Equal(want, k.translate(changed))
				reason, excused := notTranslated[path]
				if unchanged && !excused {
					t.Errorf("a change of %s changes nothing in the translation: translate it, or say in notTranslated why not", path)
				}
				if !unchanged && excused {
					t.Errorf("%s is translated, though notTranslated says that %s", path, reason)
				}
			}
		})
	}
}

func TestAbsentFieldsTranslateToWhatTheirCommentsSay(t *testing.T) {
	meta := metav1.ObjectMeta{Namespace: "acme", Name: "north"}
	tenant := translate.Tenant(&v1alpha1.Tenant{ObjectMeta: meta})
	got := fmt.Sprint(tenant.Record.DisplayName, " ", tenant.GeneralGroupName, " ", tenant.Record.OthersMessages, " ", tenant.Record.UnassignedScope, " ",
		tenant.RolePolicy, " ", tenant.MaxGroups, " ", tenant.Record.Settings.Retention, " ", len(tenant.Record.Channels), " ", tenant.PurgeWhenDeleted)
	if want := "north general Allowed General Strict 0 2592000 0 false"; got != want {
		t.Errorf("an empty Tenant translates to %q, want %q", got, want)
	}
	operator := translate.Operator(&v1alpha1.Operator{Spec: v1alpha1.OperatorSpec{Tenants: []v1alpha1.OperatorTenant{{Tenant: "north", Groups: []v1alpha1.OperatorGroup{{Name: "sales"}}}}}})
	got = fmt.Sprint(operator.Active, " ", operator.CredentialMode, " ", operator.Entries[0].Active, " ", operator.Entries[0].Role, " ", operator.Entries[0].Groups[0].Priority)
	if want := "true ActivationLink true Worker Normal"; got != want {
		t.Errorf("an empty Operator translates to %q, want %q", got, want)
	}
	if all := translate.Group(&v1alpha1.Group{ObjectMeta: meta}); all.Channels != nil || all.DisplayName != "north" {
		t.Errorf("a Group without channels serves all of them and is called by its name, got %v and %q", all.Channels, all.DisplayName)
	}
	if none := translate.Group(&v1alpha1.Group{Spec: v1alpha1.GroupSpec{Channels: []v1alpha1.Channel{}}}); none.Channels == nil {
		t.Error("a Group with an empty list of channels serves none of them, got all")
	}
	policy := translate.Policy(&v1alpha1.ChannelPolicy{})
	if !policy.Online || !policy.Away || policy.Capacity != 0 {
		t.Errorf("a ChannelPolicy allows both states without a cap unless it says otherwise, got %+v", policy)
	}
}
