// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
)

// judgedObject is an object of any kind, with its conditions.
type judgedObject interface {
	client.Object
	LifecycleStatus() (observedGeneration *int64, conditions *[]metav1.Condition)
}

// kindWord is a kind, the words for it, and an empty object of it.
type kindWord struct {
	kind, resource string
	words          []string
	empty          func() judgedObject
}

// kindWords are the four kinds by the words that people and kubectl have for them.
var kindWords = []kindWord{
	{"Operator", "operators", []string{"operator", "operators", "rop"}, func() judgedObject { return &v1alpha1.Operator{} }},
	{"Tenant", "tenants", []string{"tenant", "tenants", "rten"}, func() judgedObject { return &v1alpha1.Tenant{} }},
	{"Group", "groups", []string{"group", "groups", "rgrp"}, func() judgedObject { return &v1alpha1.Group{} }},
	{"ChannelPolicy", "channelpolicies", []string{"channelpolicy", "channelpolicies", "policy", "rcp"}, func() judgedObject { return &v1alpha1.ChannelPolicy{} }},
}

// objectOf is the kind and the name that a word such as operator/anna names.
func objectOf(c *cobra.Command, word string) (kindWord, string, error) {
	kind, name, both := strings.Cut(word, "/")
	if !both || name == "" {
		return kindWord{}, "", misuse(c, "%q names no object: write KIND/NAME, such as operator/anna", word)
	}
	// kubectl prints the group after the kind.
	kind, _, _ = strings.Cut(strings.ToLower(kind), ".")
	var known []string
	for _, k := range kindWords {
		if slices.Contains(k.words, kind) {
			return k, name, nil
		}
		known = append(known, k.words[0])
	}
	return kindWord{}, "", misuse(c, "there is no kind %q: it is one of %s%s", kind, strings.Join(known, ", "), didYouMean(kind, known))
}

// conditionAnswer is whether an object is Ready, and what is not as it should be.
type conditionAnswer struct {
	Company string `json:"company"`
	Kind    string `json:"kind"`
	Name    string `json:"name"`
	Ready   bool   `json:"ready"`
	// Activated is whether a person can log in; absent where nothing says it, and for other kinds.
	Activated *bool `json:"activated,omitempty"`
	// Troubles are the conditions that are not as they should be, the one that explains most first.
	Troubles []trouble `json:"troubles"`
}

// trouble is one condition that is not as it should be.
type trouble struct {
	// Condition is its type; empty is that there is no condition to say it.
	Condition string `json:"condition,omitempty"`
	Reason    string `json:"reason,omitempty"`
	// Says is how it stands, as a phrase for people, and Message the manager's own words.
	Says    string `json:"says"`
	Since   string `json:"since,omitempty"`
	Message string `json:"message,omitempty"`
	// Means and Do are what the reason means and what to do about it.
	Means string `json:"means,omitempty"`
	Do    string `json:"do,omitempty"`
}

func newCondition(program string) *cobra.Command {
	var from source
	var to output
	c := &cobra.Command{
		Use:   "why KIND/NAME",
		Short: "Why is this object not Ready, or this person not Activated",
		Long: `Why is this object not Ready, or this person not Activated: each condition that is not as it should be, what it means, and what to do.

KIND is operator, tenant, group or channelpolicy. The exit code is 0 where the object is Ready, 1 where it is not, 2 where the command is
called wrongly, and 3 where it cannot be told. That a person has not set a password yet does not touch Ready.`,
		Example: strings.ReplaceAll(`  rosterctl why operator/bronze-lapwing -n harbour`, programName, program),
		Args:    exactly("KIND/NAME"),

		ValidArgsFunction: completeWords(from.offering((*company).objects)),
		RunE: telling(func(c *cobra.Command, args []string) error {
			kind, name, err := objectOf(c, args[0])
			if err != nil {
				return err
			}
			object, err := from.object(c, kind, name)
			if err != nil {
				return err
			}
			answer := conditionsOf(kind.kind, object)
			if err := to.print(c.OutOrStdout(), answer, answer.draw); err != nil {
				return err
			}
			if !answer.Ready {
				return errNo
			}
			return nil
		}),
	}
	from.bind(c)
	to.bind(c)
	return c
}

// objects are all objects of the company, as why takes them.
func (c *company) objects() []string {
	var words []string
	for _, name := range c.people() {
		words = append(words, "operator/"+name)
	}
	for _, name := range c.tenants {
		words = append(words, "tenant/"+name)
		for _, g := range c.directory.GroupsOf(c.name, name) {
			words = append(words, "group/"+g.Name)
		}
		for _, p := range c.directory.PoliciesOf(c.name, name) {
			words = append(words, "channelpolicy/"+p.Name)
		}
	}
	return words
}

// object is one object of the manifests, or of the cluster, which is asked for nothing else.
func (s *source) object(c *cobra.Command, kind kindWord, name string) (judgedObject, error) {
	if len(s.files) > 0 {
		return s.objectOfManifests(c, kind, name)
	}
	from, company, err := s.cluster.connect(s.namespace,
		"there is nothing to read: name a cluster with --kubeconfig, --context or KUBECONFIG, or manifests with a status with --filename")
	if err != nil {
		return nil, err
	}
	object := kind.empty()
	err = from.Get().Namespace(company).Resource(kind.resource).Name(name).Do(c.Context()).Into(object.(runtime.Object))
	switch {
	case apierrors.IsNotFound(err):
		return nil, fmt.Errorf("there is no %s %q in namespace %q; name another with --namespace", kind.kind, name, company)
	case err != nil:
		return nil, fmt.Errorf("read %s %q of namespace %q: %w", kind.kind, name, company, err)
	}
	return object, nil
}

func (s *source) objectOfManifests(c *cobra.Command, kind kindWord, name string) (judgedObject, error) {
	w, err := s.read(c.Context(), c.InOrStdin())
	if err != nil {
		return nil, err
	}
	in, err := w.company(sought{
		kind: kind.kind, name: name, has: func(c *company) bool { return c.object(kind.kind, name) != nil },
		names: func(c *company) []string { return c.named(kind.words[0]) },
	})
	if err != nil {
		return nil, err
	}
	if object := in.object(kind.kind, name); object != nil {
		return object, nil
	}
	return nil, fmt.Errorf("there is no %s %q in company %q%s", kind.kind, name, in.name, didYouMean(name, in.named(kind.words[0])))
}

// named are the names of the objects of a kind, by the word for it.
func (c *company) named(kind string) []string {
	var names []string
	for _, word := range c.objects() {
		if name, is := strings.CutPrefix(word, kind+"/"); is {
			names = append(names, name)
		}
	}
	return names
}

// object is an object of the company; nil is that there is none.
func (c *company) object(kind, name string) judgedObject {
	var found judgedObject
	c.directory.Of(c.name,
		func(o *v1alpha1.Tenant) { found = either(found, kind == "Tenant" && o.Name == name, o) },
		func(o *v1alpha1.Group) { found = either(found, kind == "Group" && o.Name == name, o) },
		func(o *v1alpha1.ChannelPolicy) { found = either(found, kind == "ChannelPolicy" && o.Name == name, o) },
		func(o *v1alpha1.Operator) { found = either(found, kind == "Operator" && o.Name == name, o) },
	)
	return found
}

func either(before judgedObject, is bool, now judgedObject) judgedObject {
	if is {
		return now
	}
	return before
}

// order are the types of conditions, the one that explains most first. Reconciling and Stalled say what Ready says, and how long.
var order = []string{
	v1alpha1.ConditionReady, v1alpha1.ConditionConflict, v1alpha1.ConditionHeld, v1alpha1.ConditionResolved, v1alpha1.ConditionSuspended,
	v1alpha1.ConditionDrifted, v1alpha1.ConditionActivated, v1alpha1.ConditionChannelsGranted, v1alpha1.ConditionAdministered,
	v1alpha1.ConditionOfflineMessagesAttended, v1alpha1.ConditionOffboardingHeld, v1alpha1.ConditionEffective, v1alpha1.ConditionSynced,
}

// good are the types of conditions that should be True; the others should be absent.
var good = []string{
	v1alpha1.ConditionReady, v1alpha1.ConditionResolved, v1alpha1.ConditionSynced, v1alpha1.ConditionActivated, v1alpha1.ConditionChannelsGranted,
	v1alpha1.ConditionAdministered, v1alpha1.ConditionOfflineMessagesAttended, v1alpha1.ConditionEffective,
}

// conditionsOf is what the status of an object says.
func conditionsOf(kind string, object judgedObject) conditionAnswer {
	answer := conditionAnswer{Company: object.GetNamespace(), Kind: kind, Name: object.GetName(), Troubles: []trouble{}}
	observed, conditions := object.LifecycleStatus()
	is := meta.FindStatusCondition(*conditions, v1alpha1.ConditionReady)
	answer.Troubles = append(answer.Troubles, beside(object, *observed, is)...)
	answer.Ready = is != nil && is.Status == metav1.ConditionTrue && len(answer.Troubles) == 0
	if activated := meta.FindStatusCondition(*conditions, v1alpha1.ConditionActivated); activated != nil {
		answer.Activated = new(activated.Status == metav1.ConditionTrue)
	}
	for _, name := range order {
		condition := meta.FindStatusCondition(*conditions, name)
		if condition == nil || (condition.Status == metav1.ConditionTrue) == slices.Contains(good, name) {
			continue
		}
		if name == v1alpha1.ConditionSynced && !answer.Ready {
			// What Ready says is why.
			continue
		}
		answer.Troubles = append(answer.Troubles, troubleOf(*condition, *conditions))
	}
	return answer
}

// beside are the troubles that no condition tells of.
func beside(object judgedObject, observed int64, ready *metav1.Condition) []trouble {
	var found []trouble
	switch {
	case ready == nil:
		found = append(found, trouble{
			Says: "the manager has not looked at it yet", Means: "it is new, or no manager keeps this namespace",
			Do: "see that the manager runs and keeps this namespace",
		})
	case observed < object.GetGeneration():
		found = append(found, trouble{
			Says:  fmt.Sprintf("the manager has not looked at its last edit yet: it is generation %d, and the status is of %d", object.GetGeneration(), observed),
			Means: "what the conditions say is of before", Do: "wait a moment; else see that the manager runs",
		})
	}
	if deleted := object.GetDeletionTimestamp(); deleted != nil {
		found = append(found, trouble{
			Says: "it is being deleted", Since: timeOf(*deleted), Means: "its record is removed from the store first", Do: "wait, or see what keeps the removal",
		})
	}
	return found
}

func troubleOf(condition metav1.Condition, all []metav1.Condition) trouble {
	says := fmt.Sprintf("its condition %s is %s", condition.Type, condition.Status)
	if condition.Type == v1alpha1.ConditionActivated {
		says = "it is not Activated"
	}
	if condition.Type == v1alpha1.ConditionReady {
		says = "it is not Ready"
		switch {
		case meta.IsStatusConditionTrue(all, v1alpha1.ConditionStalled):
			says += ", and Stalled: it does not heal soon unless somebody acts"
		case meta.IsStatusConditionTrue(all, v1alpha1.ConditionReconciling):
			says += ", and Reconciling: the manager is at it"
		}
	}
	known := cmp.Or(counsel[condition.Type][condition.Reason], advice{means: "this program does not know the reason; that of the manager's version does"})
	return trouble{
		Condition: condition.Type, Reason: condition.Reason, Says: says, Since: timeOf(condition.LastTransitionTime),
		Message: condition.Message, Means: known.means, Do: known.do,
	}
}

func timeOf(t metav1.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func (a conditionAnswer) draw(w io.Writer) {
	verdict := "Ready"
	if !a.Ready {
		verdict = "not Ready"
	}
	if a.Activated != nil && !*a.Activated {
		conjunction := ", but not Activated"
		if !a.Ready {
			conjunction = ", and not Activated"
		}
		verdict += conjunction
	}
	_, _ = fmt.Fprintf(w, "%s %q is %s.\n", a.Kind, a.Name, verdict)
	for _, t := range a.Troubles {
		t.draw(w)
	}
}

func (t trouble) draw(w io.Writer) {
	_, _ = fmt.Fprintf(w, "\n%s", strings.ToUpper(t.Says[:1])+t.Says[1:])
	if t.Reason != "" {
		_, _ = fmt.Fprintf(w, " (%s)", t.Reason)
	}
	if t.Since != "" {
		_, _ = fmt.Fprintf(w, ", since %s", t.Since)
	}
	_, _ = fmt.Fprintln(w, ".")
	for _, line := range [][2]string{{"The manager says", t.Message}, {"It means", t.Means}, {"What to do", t.Do}} {
		if line[1] != "" {
			_, _ = fmt.Fprintf(w, "  %s: %s.\n", line[0], strings.TrimSuffix(line[1], "."))
		}
	}
}
