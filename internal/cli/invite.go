// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"

	"github.com/roster-dev/roster/api/v1alpha1"
)

func newInvite(program string) *cobra.Command {
	var cluster clusterFlags
	var namespace string
	var reset bool
	c := &cobra.Command{
		Use:   "invite OPERATOR...",
		Short: "Mail people a new link to set their password",
		Long: `Mail people a new link to set their password, by an annotation on their Operators. The link before it is void then; somebody who has a
password gets none, unless --reset voids it. That the mail was sent, the condition Activated says.

It needs the right to patch the Operators, and the authority of an Administrator.`,
		Example: strings.ReplaceAll(`  rosterctl invite ochre-kestrel -n harbour
  rosterctl invite ochre-kestrel -n harbour --reset`, programName, program),
		ValidArgsFunction: func(c *cobra.Command, before []string, typed string) ([]string, cobra.ShellCompDirective) {
			from := source{namespace: namespace, cluster: cluster}
			return from.offering((*company).people)(c, before, typed)
		},
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return misuse(c, "OPERATOR is missing")
			}
			client, company, err := cluster.connect(namespace, "no cluster is named: name one with --kubeconfig, --context or KUBECONFIG")
			if err != nil {
				return err
			}
			annotation, done := v1alpha1.AnnotationResendActivationAt, "asked for a new link"
			if reset {
				annotation, done = v1alpha1.AnnotationResetPasswordAt, "asked to void the password"
			}
			return inviteAll(c, client, company, args, annotation, done)
		},
	}
	cluster.bind(c.Flags())
	c.Flags().StringVarP(&namespace, "namespace", "n", "", "the company; absent: that of the kubeconfig")
	completed(c, "namespace", cobra.NoFileCompletions)
	c.Flags().BoolVar(&reset, "reset", false, "void the password, if there is one, and mail a link to set another")
	return c
}

// inviteAll goes on past who cannot be invited, and tells of each.
func inviteAll(c *cobra.Command, client rest.Interface, company string, names []string, annotation, done string) error {
	var failures []error
	now := time.Now().UTC().Format(time.RFC3339Nano)
	for _, name := range names {
		if err := annotate(c.Context(), client, company, name, annotation, now); err != nil {
			failures = append(failures, err)
			continue
		}
		_, _ = fmt.Fprintf(c.OutOrStdout(), "%s: %s\n", name, done)
	}
	return errors.Join(failures...)
}

func annotate(ctx context.Context, client rest.Interface, company, name, annotation, value string) error {
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": map[string]string{annotation: value}}})
	if err != nil {
		return err
	}
	err = client.Patch(types.MergePatchType).Namespace(company).Resource("operators").Name(name).Body(patch).Do(ctx).Error()
	switch {
	case apierrors.IsNotFound(err):
		return fmt.Errorf("there is no Operator %q in namespace %q", name, company)
	case err != nil:
		return fmt.Errorf("invite %s: %w", name, err)
	}
	return nil
}
