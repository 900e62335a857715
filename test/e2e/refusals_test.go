// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/testkit"
)

var update = flag.Bool("update", false, "write what kubectl prints into docs/admission.md")

// shown is a command on the page with what it prints.
var shown = regexp.MustCompile("(?s)```console\n\\$ (kubectl [^\n]+)\n(.*?)```")

// words are the arguments of a command as a shell would part them, with single quotes.
func words(command string) []string {
	var parted []string
	for i, part := range strings.Split(command, "'") {
		if i%2 == 1 {
			parted[len(parted)-1] += part
			continue
		}
		for j, word := range strings.Split(part, " ") {
			if j > 0 || len(parted) == 0 {
				parted = append(parted, "")
			}
			parted[len(parted)-1] += word
		}
	}
	return parted
}

// TestWhatAPersonSeesIsOnThePage runs each command that docs/admission.md shows, as whom it says, and compares what kubectl prints.
func TestWhatAPersonSeesIsOnThePage(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	c.allow("administer-retail", "tina@example.com", rbacv1.PolicyRule{
		APIGroups: []string{v1alpha1.GroupVersion.Group}, Resources: []string{"tenants"}, ResourceNames: []string{"retail"}, Verbs: []string{"administer"},
	})
	amber := testkit.Operator(c.namespace, "amber-crane", testkit.InTenant("retail"), func(o *v1alpha1.Operator) { o.Spec.KubernetesUser = "amber@example.com" })
	callers := testkit.ChannelPolicy(c.namespace, "callers", "retail", testkit.For(v1alpha1.PolicySubject{
		Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"calls": "yes"}},
	}))
	c.create(testkit.Tenant(c.namespace, "retail"), testkit.Tenant(c.namespace, "travel"), amber, callers,
		testkit.Operator(c.namespace, "olive-stork", testkit.InTenant("travel")))
	becomesReady(c, amber)
	becomesReady(c, callers)

	root, err := testkit.Root()
	must(t, err)
	path := filepath.Join(root, "docs", "admission.md")
	page := textOf(t, path)
	written := page
	refused := 0
	for _, example := range shown.FindAllStringSubmatch(page, -1) {
		out, err := kubectl(t, append(words(example[1])[1:], "--namespace="+c.namespace, "--as-group=system:authenticated", "--as-group="+writers)...)
		if err != nil {
			refused++
		}
		if diff := cmp.Diff(example[2], out); diff != "" && !*update {
			t.Errorf("%s should print what the page shows (-want +got):\n%s", example[1], diff)
		}
		written = strings.Replace(written, example[0], "```console\n$ "+example[1]+"\n"+out+"```", 1)
	}
	if refused < 6 {
		t.Errorf("the page should show at least six refusals, it shows %d", refused)
	}
	if *update {
		must(t, os.WriteFile(path, []byte(written), 0o644))
	}
}
