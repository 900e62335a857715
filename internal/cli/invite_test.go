// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/cli"
	"github.com/roster-dev/roster/internal/testkit"
)

func TestInviteAsksForALinkAnewEachTime(t *testing.T) {
	t.Parallel()
	namespace := plane.Namespace(t)
	c := plane.Client(t)
	o := testkit.Operator(namespace, "anna")
	must(t, c.Create(t.Context(), o))
	asked := func(annotation string) string {
		must(t, c.Get(t.Context(), client.ObjectKeyFromObject(o), o))
		return o.Annotations[annotation]
	}
	invite := func(args ...string) result {
		return run(t, "", append([]string{"invite", "--kubeconfig", plane.Kubeconfig(t), "-n", namespace}, args...)...)
	}
	first := invite("anna")
	before := asked(v1alpha1.AnnotationResendActivationAt)
	if first.code != cli.ExitYes || first.stdout != "anna: asked for a new link\n" || before == "" {
		t.Fatalf("invite: %+v, annotation %q; expected that it is set, and told", first, before)
	}
	if second := invite("nobody", "anna"); second.code != cli.ExitError || !strings.Contains(second.stderr, `there is no Operator "nobody"`) || second.stdout == "" {
		t.Errorf("invite of two, one of whom is not there: %+v; expected that the other is invited, and an error", second)
	}
	if again := asked(v1alpha1.AnnotationResendActivationAt); again == before {
		t.Errorf("the annotation is %q as before; expected another value, as each acts once", again)
	}
	if reset := invite("--reset", "anna"); reset.code != cli.ExitYes || asked(v1alpha1.AnnotationResetPasswordAt) == "" {
		t.Errorf("invite --reset: %+v; expected the annotation that voids the password", reset)
	}
}

func TestInviteOfNobodySaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	if nobody := run(t, "", "invite"); nobody.code != cli.ExitError || !strings.Contains(nobody.stderr, "OPERATOR is missing") {
		t.Errorf("invite of nobody: %+v; expected to be told what is missing", nobody)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
