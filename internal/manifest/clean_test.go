// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package manifest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/manifest"
)

func TestACleanManifestSaysNoMoreThanItsAuthorDid(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"Tenant": `apiVersion: identity.roster.dev/v1alpha1
kind: Tenant
metadata:
  name: north
  namespace: acme
spec:
  activation:
    validFor: 1h30m
  channels:
  - Chat
  - Phone
  offboarding:
    budget:
      max: 10%
      window: 24h
`,
		"Operator": `apiVersion: identity.roster.dev/v1alpha1
kind: Operator
metadata:
  annotations:
    example.com/note: kept
  labels:
    floor: "2"
  name: anna
  namespace: acme
spec:
  active: false
  profile:
    email: anna@example.com
    familyName: A
    givenName: Anna
  tenants:
  - groups:
    - name: sales
    - name: social
      priority: Primary
    offlineMessages: false
    tenant: north
  userName: Anna.A
`,
		"Group": `apiVersion: identity.roster.dev/v1alpha1
kind: Group
metadata:
  name: sales
  namespace: acme
spec:
  routing:
    maxConcurrentPerOperator: 3
  tenant: north
`,
		"ChannelPolicy": `apiVersion: identity.roster.dev/v1alpha1
kind: ChannelPolicy
metadata:
  name: calls
  namespace: acme
spec:
  availability:
    away: Denied
  channels:
  - Phone
  subjects:
  - selector: {}
  - role: Worker
  tenant: north
`,
	} {
		if diff := cmp.Diff(text, cleaned(t, name, text)); diff != "" {
			t.Errorf("%s: what is written should be what was read (-read +written):\n%s", name, diff)
		}
	}
}

func TestACleanManifestHasNothingOfTheServer(t *testing.T) {
	t.Parallel()
	text := `apiVersion: identity.roster.dev/v1alpha1
kind: Group
metadata:
  name: sales
  namespace: acme
  uid: 0a1b
  resourceVersion: "7"
  generation: 3
  creationTimestamp: "2030-01-01T09:00:00Z"
  finalizers: [identity.roster.dev/finalizer]
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: "{}"
    roster.dev/adopt: "true"
spec: {tenant: north, suspend: false}
status: {observedGeneration: 3}
`
	want := "apiVersion: identity.roster.dev/v1alpha1\nkind: Group\nmetadata:\n  name: sales\n  namespace: acme\nspec:\n  tenant: north\n"
	if diff := cmp.Diff(want, cleaned(t, "Group", text)); diff != "" {
		t.Errorf("the manifest should have what somebody would write (-want +got):\n%s", diff)
	}
}

func TestWhatTheAPIServerWouldRefuseIsTold(t *testing.T) {
	t.Parallel()
	c, err := manifest.NewCleaner()
	if err != nil {
		t.Fatal(err)
	}
	o := &v1alpha1.Group{}
	o.Name, o.Namespace, o.Spec.Tenant = "Sales", "acme", "north"
	if _, refused, err := c.Clean("Group", o); err != nil || len(refused) != 1 || !strings.Contains(refused[0].String(), "metadata.name") {
		t.Errorf("a name in capitals: refused %v, %v; expected one sentence about metadata.name", refused, err)
	}
}

// cleaned is the clean manifest of the one object that a text declares.
func cleaned(t *testing.T, kind, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "object.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	objects, err := manifest.Source{Paths: []string{path}}.Read()
	if err != nil {
		t.Fatal(err)
	}
	c, err := manifest.NewCleaner()
	if err != nil {
		t.Fatal(err)
	}
	var object client.Object
	switch kind {
	case "Tenant":
		object = objects.Tenants[0]
	case "Group":
		object = objects.Groups[0]
	case "ChannelPolicy":
		object = objects.Policies[0]
	default:
		object = objects.Operators[0]
	}
	content, refused, err := c.Clean(kind, object)
	if err != nil || len(refused) > 0 {
		t.Fatalf("%s: %v, %v", kind, refused, err)
	}
	written, err := yaml.Marshal(content)
	if err != nil {
		t.Fatal(err)
	}
	return string(written)
}
