// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/cli"
)

// person is the manifest of an operator; without a user he is no Kubernetes user.
func person(name, user string) string {
	manifest := "---\napiVersion: identity.roster.dev/v1alpha1\nkind: Operator\nmetadata: {name: " + name + ", namespace: acme}\nspec:\n  userName: " + name +
		"\n  profile: {givenName: Given, familyName: Family, email: " + name + "@example.com}\n"
	if user != "" {
		manifest += "  kubernetesUser: " + user + "\n"
	}
	return manifest
}

func TestAPersonsRoleIsForHisOwnOperatorAlone(t *testing.T) {
	t.Parallel()
	got := run(t, person("anna", "anna@idp")+person("bert", "bert@idp"), "rbac", "anna", "-f", "-")
	want := `---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  labels:
    app.kubernetes.io/name: roster
  name: roster-self-anna
  namespace: acme
rules:
- apiGroups:
  - identity.roster.dev
  resourceNames:
  - anna
  resources:
  - operators
  verbs:
  - get
  - update
  - patch
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  labels:
    app.kubernetes.io/name: roster
  name: roster-self-anna
  namespace: acme
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: roster-self-anna
subjects:
- apiGroup: rbac.authorization.k8s.io
  kind: User
  name: anna@idp
`
	if diff := cmp.Diff(result{cli.ExitYes, want, ""}, got, cmp.AllowUnexported(result{})); diff != "" {
		t.Errorf("a Role should allow the person's own object and nothing else (-want +got):\n%s", diff)
	}
}

func TestWhoGetsARole(t *testing.T) {
	t.Parallel()
	company := person("anna", "anna@idp") + person("bert", "") + person("carl", "shared") + person("dora", "shared")
	for name, tc := range map[string]struct {
		reason string
		args   []string
		code   int
		// roles are the names of the Roles, and says what an error says.
		roles []string
		says  string
	}{
		"all":             {"who is no user, or one whom others claim, has nothing to log in as", []string{"--all"}, cli.ExitYes, []string{"anna"}, ""},
		"by name":         {"a user name does as well", []string{"ANNA"}, cli.ExitYes, []string{"anna"}, ""},
		"no user":         {"a Role without a person would be nobody's", []string{"bert"}, cli.ExitError, nil, `the Operator "bert" is no Kubernetes user: set spec.kubernetesUser`},
		"claimed twice":   {"neither is that user", []string{"carl"}, cli.ExitError, nil, `"carl" and "dora" claim`},
		"a stranger":      {"nobody is meant", []string{"emil"}, cli.ExitError, nil, `there is no Operator "emil"`},
		"one of several":  {"all or nothing", []string{"anna", "bert"}, cli.ExitError, nil, `"bert"`},
		"nobody":          {"nobody is meant", nil, cli.ExitError, nil, "name operators, or give --all"},
		"all and someone": {"it is one or the other", []string{"--all", "anna"}, cli.ExitError, nil, "name operators, or give --all"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := run(t, company, append([]string{"rbac", "-f", "-"}, tc.args...)...)
			var roles []string
			for line := range strings.Lines(got.stdout) {
				if role, is := strings.CutPrefix(line, "  name: roster-self-"); is && !strings.Contains(strings.Join(roles, "\n"), strings.TrimSpace(role)) {
					roles = append(roles, strings.TrimSpace(role))
				}
			}
			if got.code != tc.code || !strings.Contains(got.stderr, tc.says) || !cmp.Equal(tc.roles, roles) {
				t.Errorf("%s: expected exit code %d, the Roles %v and an error with %q; got %d, %v and %q", tc.reason, tc.code, tc.roles, tc.says, got.code, roles, got.stderr)
			}
		})
	}
}
