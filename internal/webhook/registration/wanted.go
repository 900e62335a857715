// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package registration

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/roster-dev/roster/api/v1alpha1"
)

const (
	// Webhook is the name of the webhook, which kubectl shows beside every refusal.
	Webhook = "admission.identity.roster.dev"
	// Path is where the manager answers API servers.
	Path = "/admit"
	// Timeout is how long an API server waits for an answer, in seconds; then it refuses.
	Timeout = 5
	// AnnotationInstallation says on the configuration which manager's it is.
	AnnotationInstallation = v1alpha1.AnnotationPrefix + "installation"
)

// kinds are the resources that are asked about, each with its status.
var kinds = []string{"tenants", "operators", "groups", "channelpolicies"}

// Pardoned are the users of Kubernetes' own controllers that finish deletions: what they change is finalizers and owner references of
// objects that somebody was allowed to delete. They are not asked about, so that deletion goes on while nobody answers.
var Pardoned = []string{
	"system:serviceaccount:kube-system:generic-garbage-collector",
	"system:serviceaccount:kube-system:namespace-controller",
	"system:kube-controller-manager",
}

// Terms are what a configuration depends on, beside the certificates.
type Terms struct {
	// Name of the configuration; managers that share a cluster have one each.
	Name string
	// Installation whose configuration it is: a configuration of another is left alone.
	Installation string
	// Namespace is the one company that is asked about; empty is all.
	Namespace string
	// Manager is the user the manager itself is to the API server. It is not asked about.
	Manager string
	// Service is where API servers reach the manager; not used where there is a URL.
	Service types.NamespacedName
	// URL is where they reach it instead, such as https://192.0.2.1:9443; empty is by the Service.
	URL string
}

// wanted is the configuration as it should be; every field that has a default is written out, so that it compares equal to what the
// API server stores.
func wanted(terms Terms, bundle []byte, owner metav1.OwnerReference) *admissionregistrationv1.ValidatingWebhookConfiguration {
	return &admissionregistrationv1.ValidatingWebhookConfiguration{
		TypeMeta: metav1.TypeMeta{APIVersion: admissionregistrationv1.SchemeGroupVersion.String(), Kind: "ValidatingWebhookConfiguration"},
		ObjectMeta: metav1.ObjectMeta{
			Name: terms.Name,
			Labels: map[string]string{
				"app.kubernetes.io/name":      "roster",
				"app.kubernetes.io/component": "manager",
				// One provider of clusters narrows every configuration that does not ask it to leave it alone.
				"admissions.enforcer/disabled": "true",
			},
			Annotations:     map[string]string{AnnotationInstallation: terms.Installation},
			OwnerReferences: []metav1.OwnerReference{owner},
		},
		Webhooks: []admissionregistrationv1.ValidatingWebhook{wantedWebhook(terms, bundle)},
	}
}

func wantedWebhook(terms Terms, bundle []byte) admissionregistrationv1.ValidatingWebhook {
	selector := &metav1.LabelSelector{}
	if terms.Namespace != "" {
		selector.MatchLabels = map[string]string{"kubernetes.io/metadata.name": terms.Namespace}
	}
	return admissionregistrationv1.ValidatingWebhook{
		Name:                    Webhook,
		ClientConfig:            clientConfig(terms, bundle),
		Rules:                   []admissionregistrationv1.RuleWithOperations{rule()},
		FailurePolicy:           new(admissionregistrationv1.Fail),
		MatchPolicy:             new(admissionregistrationv1.Equivalent),
		NamespaceSelector:       selector,
		ObjectSelector:          &metav1.LabelSelector{},
		SideEffects:             new(admissionregistrationv1.SideEffectClassNone),
		TimeoutSeconds:          new(int32(Timeout)),
		AdmissionReviewVersions: []string{"v1"},
		MatchConditions:         matchConditions(terms.Manager),
	}
}

func clientConfig(terms Terms, bundle []byte) admissionregistrationv1.WebhookClientConfig {
	config := admissionregistrationv1.WebhookClientConfig{CABundle: bundle}
	if terms.URL != "" {
		config.URL = new(strings.TrimSuffix(terms.URL, "/") + Path)
		return config
	}
	config.Service = &admissionregistrationv1.ServiceReference{
		Namespace: terms.Service.Namespace, Name: terms.Service.Name, Path: new(Path), Port: new(int32(443)),
	}
	return config
}

func rule() admissionregistrationv1.RuleWithOperations {
	resources := slices.Clone(kinds)
	for _, kind := range kinds {
		resources = append(resources, kind+"/status")
	}
	return admissionregistrationv1.RuleWithOperations{
		Operations: []admissionregistrationv1.OperationType{
			admissionregistrationv1.Create, admissionregistrationv1.Update, admissionregistrationv1.Delete,
		},
		Rule: admissionregistrationv1.Rule{
			APIGroups: []string{v1alpha1.GroupVersion.Group}, APIVersions: []string{v1alpha1.GroupVersion.Version},
			Resources: resources, Scope: new(admissionregistrationv1.NamespacedScope),
		},
	}
}

// matchConditions leave out whoever is not asked about. A user name is written as a CEL string: its quotes and backslashes escaped.
func matchConditions(manager string) []admissionregistrationv1.MatchCondition {
	var pardoned []string
	for _, user := range Pardoned {
		pardoned = append(pardoned, fmt.Sprintf("%q", user))
	}
	return []admissionregistrationv1.MatchCondition{
		{Name: "not-the-manager", Expression: fmt.Sprintf("request.userInfo.username != %q", manager)},
		{Name: "not-a-deletion-under-way", Expression: fmt.Sprintf("!(request.userInfo.username in [%s])", strings.Join(pardoned, ", "))},
	}
}

// differs tells whether anything of a live configuration is not as wanted.
func differs(live, want *admissionregistrationv1.ValidatingWebhookConfiguration) bool {
	for key, value := range want.Labels {
		if live.Labels[key] != value {
			return true
		}
	}
	return live.Annotations[AnnotationInstallation] != want.Annotations[AnnotationInstallation] ||
		!equality.Semantic.DeepEqual(live.OwnerReferences, want.OwnerReferences) ||
		!equality.Semantic.DeepEqual(live.Webhooks, want.Webhooks)
}

// weaknesses are the ways in which a live configuration lets through what should be asked about, as phrases; none is that it is in
// force. Where it names another address or authority it still refuses, so that is no weakness.
func weaknesses(live *admissionregistrationv1.ValidatingWebhookConfiguration, want admissionregistrationv1.ValidatingWebhook) []string {
	if live == nil {
		return []string{"there is no configuration"}
	}
	i := slices.IndexFunc(live.Webhooks, func(w admissionregistrationv1.ValidatingWebhook) bool { return w.Name == want.Name })
	if i < 0 {
		return []string{"it has no webhook of the manager's"}
	}
	found := live.Webhooks[i]
	var weak []string
	for _, part := range []struct {
		phrase    string
		has, must any
	}{
		{"its failure policy is not Fail", found.FailurePolicy, want.FailurePolicy},
		{"its rules are others", found.Rules, want.Rules},
		{"its match policy is not Equivalent", found.MatchPolicy, want.MatchPolicy},
		{"it selects other namespaces", found.NamespaceSelector, want.NamespaceSelector},
		{"it selects objects", found.ObjectSelector, want.ObjectSelector},
		{"its match conditions are others", found.MatchConditions, want.MatchConditions},
	} {
		if !equality.Semantic.DeepEqual(part.has, part.must) {
			weak = append(weak, part.phrase)
		}
	}
	return weak
}

// bundleOf is what a live configuration tells API servers to trust; nil is nothing.
func bundleOf(live *admissionregistrationv1.ValidatingWebhookConfiguration) []byte {
	if live == nil {
		return nil
	}
	for _, w := range live.Webhooks {
		if w.Name == Webhook {
			return bytes.Clone(w.ClientConfig.CABundle)
		}
	}
	return nil
}
