// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/roster-dev/roster/api/v1alpha1"
)

func newRBAC(program string) *cobra.Command {
	var from source
	var all bool
	c := &cobra.Command{
		Use:   "rbac [OPERATOR]...",
		Short: "Make the Roles by which people may edit their own Operators",
		Long: `Make the Roles by which people may edit their own Operators, each with its RoleBinding, as manifests for kubectl.

A Role allows its person to read and write that one object, as far as Kubernetes goes; which fields of it, the manager decides as it is
written. The person is the Kubernetes user that spec.kubernetesUser names.`,
		Example: strings.ReplaceAll(`  rosterctl rbac ochre-kestrel -f config/samples
  rosterctl rbac --all -f config/samples`, programName, program),
		ValidArgsFunction: completeWords(from.offering((*company).people)),
		RunE: func(c *cobra.Command, args []string) error {
			if all == (len(args) > 0) {
				return misuse(c, "name operators, or give --all for everybody who is a Kubernetes user")
			}
			people, err := from.users(c, args)
			if err != nil {
				return err
			}
			return printSelfService(c.OutOrStdout(), people)
		},
	}
	from.bind(c)
	c.Flags().BoolVar(&all, "all", false, "for everybody of the company who is a Kubernetes user")
	return c
}

// users are the operators of some names, or all, who are Kubernetes users; who is named and is none is an error.
func (s *source) users(c *cobra.Command, names []string) ([]*v1alpha1.Operator, error) {
	w, err := s.read(c.Context(), c.InOrStdin())
	if err != nil {
		return nil, err
	}
	first := ""
	if len(names) > 0 {
		first = names[0]
	}
	in, err := w.company(sought{
		kind: "Operator", name: first, names: (*company).people,
		has: func(c *company) bool { _, err := c.operator(first); return err == nil },
	})
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return slices.DeleteFunc(slices.Clone(in.operators), func(o *v1alpha1.Operator) bool { return in.user(o) != nil }), nil
	}
	var people []*v1alpha1.Operator
	for _, name := range names {
		o, err := in.operator(name)
		if err != nil {
			return nil, err
		}
		if err := in.user(o); err != nil {
			return nil, err
		}
		people = append(people, o)
	}
	return people, nil
}

// user is why an operator is no Kubernetes user; nil is that he is one.
func (c *company) user(o *v1alpha1.Operator) error {
	if o.Spec.KubernetesUser == "" {
		return fmt.Errorf("the Operator %q is no Kubernetes user: set spec.kubernetesUser", o.Name)
	}
	for _, other := range c.directory.OperatorsByKubernetesUser(o.Namespace, o.Spec.KubernetesUser) {
		if other.Name != o.Name {
			return fmt.Errorf("the Operators %q and %q claim the Kubernetes user of each other, so neither is that user: leave spec.kubernetesUser to one", o.Name, other.Name)
		}
	}
	return nil
}

// printSelfService prints a Role and a RoleBinding for each person, as YAML documents.
func printSelfService(w io.Writer, people []*v1alpha1.Operator) error {
	for _, o := range people {
		for _, object := range selfService(o) {
			text, err := yaml.Marshal(object)
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(w, "---\n%s", text); err != nil {
				return err
			}
		}
	}
	return nil
}

// selfService are the Role by which a person may edit his own Operator, and what binds it to him.
func selfService(o *v1alpha1.Operator) []any {
	named := metav1.ObjectMeta{
		Namespace: o.Namespace, Name: "roster-self-" + o.Name, Labels: map[string]string{"app.kubernetes.io/name": "roster"},
	}
	return []any{
		&rbacv1.Role{
			TypeMeta: metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: "Role"}, ObjectMeta: named,
			Rules: []rbacv1.PolicyRule{{
				APIGroups: []string{v1alpha1.GroupVersion.Group}, Resources: []string{"operators"}, ResourceNames: []string{o.Name},
				Verbs: []string{"get", "update", "patch"},
			}},
		},
		&rbacv1.RoleBinding{
			TypeMeta: metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: "RoleBinding"}, ObjectMeta: named,
			RoleRef:  rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: named.Name},
			Subjects: []rbacv1.Subject{{Kind: rbacv1.UserKind, APIGroup: rbacv1.GroupName, Name: o.Spec.KubernetesUser}},
		},
	}
}
