// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/cli"
	"github.com/roster-dev/roster/internal/testkit"
)

// apiServer is as much of an API server as a list of objects needs, so that what is asked of it can be seen.
type apiServer struct {
	people int
	// change changes every person; nil leaves them as they are.
	change func(*v1alpha1.Operator)
	// refuse is the answer to a list of a resource with a continuation or without; nil is the list itself.
	refuse func(resource, continuation string) *metav1.Status

	mu    sync.Mutex
	asked []string
}

// start serves until the test ends, and returns the path of a kubeconfig whose namespace is harbour.
func (s *apiServer) start(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	path := filepath.Join(t.TempDir(), "kubeconfig")
	content := fmt.Sprintf("apiVersion: v1\nkind: Config\nclusters: [{name: c, cluster: {server: %q}}]\n"+
		"contexts: [{name: c, context: {cluster: c, user: u, namespace: harbour}}, {name: other, context: {cluster: c, user: u}}]\n"+
		"users: [{name: u, user: {}}]\ncurrent-context: c\n", server.URL)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (s *apiServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	s.mu.Lock()
	s.asked = append(s.asked, r.Method+" "+r.URL.Path+" limit="+query.Get("limit")+" continue="+query.Get("continue")+" as="+r.Header.Get("Impersonate-User"))
	s.mu.Unlock()
	parts := strings.Split(r.URL.Path, "/")
	namespace, resource := parts[len(parts)-2], parts[len(parts)-1]
	w.Header().Set("Content-Type", "application/json")
	if s.refuse != nil {
		if status := s.refuse(resource, query.Get("continue")); status != nil {
			w.WriteHeader(int(status.Code))
			_ = json.NewEncoder(w).Encode(status)
			return
		}
	}
	_ = json.NewEncoder(w).Encode(s.list(namespace, resource, query.Get("limit"), query.Get("continue")))
}

// list is a page of the people of a company in one tenant. The continuation is where the next page begins.
func (s *apiServer) list(namespace, resource, limit, continuation string) any {
	meta := func(kind string) metav1.TypeMeta {
		return metav1.TypeMeta{APIVersion: v1alpha1.GroupVersion.String(), Kind: kind + "List"}
	}
	switch resource {
	case "tenants":
		list := v1alpha1.TenantList{TypeMeta: meta("Tenant")}
		if s.people > 0 {
			list.Items = append(list.Items, *testkit.Tenant(namespace, "north"))
		}
		return list
	case "groups":
		return v1alpha1.GroupList{TypeMeta: meta("Group")}
	case "channelpolicies":
		return v1alpha1.ChannelPolicyList{TypeMeta: meta("ChannelPolicy")}
	}
	list := v1alpha1.OperatorList{TypeMeta: meta("Operator")}
	most, _ := strconv.Atoi(limit)
	first, _ := strconv.Atoi(continuation)
	for i := first; i < s.people; i++ {
		if most > 0 && i == first+most {
			list.Continue = strconv.Itoa(i)
			break
		}
		person := testkit.Operator(namespace, fmt.Sprintf("person-%04d", i), testkit.InTenant("north", testkit.On(v1alpha1.ChannelPhone)))
		if s.change != nil {
			s.change(person)
		}
		list.Items = append(list.Items, *person)
	}
	return list
}

func status(code int32, reason metav1.StatusReason, message string) *metav1.Status {
	return &metav1.Status{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Status"},
		Status:   metav1.StatusFailure, Code: code, Reason: reason, Message: message,
	}
}

// first are the requests up to the people's second page. No kind is looked up, and no other asked for.
func first(namespace, as string) []string {
	var asked []string
	for _, resource := range []string{"tenants", "groups", "channelpolicies", "operators"} {
		asked = append(asked, "GET /apis/identity.roster.dev/v1alpha1/namespaces/"+namespace+"/"+resource+" limit=500 continue= as="+as)
	}
	return asked
}

func TestAClusterIsAskedForFourListsByPages(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		reason, flags string
		server        *apiServer
		want          []string
		people        int
	}{
		"one page": {
			reason: "the namespace is the context's", server: &apiServer{people: 500}, people: 500,
			want: first("harbour", ""),
		},
		"three pages": {
			reason: "what follows is asked for", server: &apiServer{people: 1001}, people: 1001,
			want: append(first("harbour", ""),
				"GET /apis/identity.roster.dev/v1alpha1/namespaces/harbour/operators limit=500 continue=500 as=",
				"GET /apis/identity.roster.dev/v1alpha1/namespaces/harbour/operators limit=500 continue=1000 as="),
		},
		"namespace": {
			reason: "the flag wins over the context", flags: "-n acme", server: &apiServer{people: 1}, people: 1,
			want: first("acme", ""),
		},
		"context": {
			reason: "a context of no namespace is of default, as for kubectl", flags: "--context other", server: &apiServer{people: 1}, people: 1,
			want: first("default", ""),
		},
		"impersonation": {
			reason: "who asks may be somebody else", flags: "--as anna --request-timeout 30s", server: &apiServer{people: 1}, people: 1,
			want: first("harbour", "anna"),
		},
		"expired": {
			reason: "pages that have expired are asked for as a whole", people: 501,
			server: &apiServer{people: 501, refuse: func(_, continuation string) *metav1.Status {
				if continuation == "" {
					return nil
				}
				return status(http.StatusGone, metav1.StatusReasonExpired, "the continuation is too old")
			}},
			want: append(first("harbour", ""),
				"GET /apis/identity.roster.dev/v1alpha1/namespaces/harbour/operators limit=500 continue=500 as=",
				"GET /apis/identity.roster.dev/v1alpha1/namespaces/harbour/operators limit= continue= as="),
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"access", "who", "phone", "-o", "json", "--kubeconfig", test.server.start(t)}, strings.Fields(test.flags)...)
			got := answered(t, args...)
			if diff := cmp.Diff(test.want, test.server.asked); diff != "" {
				t.Errorf("%s; requests differ (-want +got):\n%s", test.reason, diff)
			}
			if people := strings.Count(got.stdout, `"operator": `); people < test.people {
				t.Errorf("%s; %d people should be found, got %d", test.reason, test.people, people)
			}
		})
	}
}

// TestWhatBreaksARuleGivesNothing: a cluster can hold what no manifest may say any more, since a rule is newer than the object.
func TestWhatBreaksARuleGivesNothing(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		reason, question string
		change           func(*v1alpha1.Operator)
		code             int
		want             string
	}{
		"own part": {
			reason: "nothing of a person is stored whose own part is broken", question: "why person-0000 phone",
			change: func(o *v1alpha1.Operator) { o.Spec.Profile.TimeZone = "Nowhere at all" },
			code:   cli.ExitNo, want: "no: person-0000 does not serve Phone in north\n  because: spec.profile.timeZone: ",
		},
		"entry": {
			reason: "an entry that is broken is held", question: "why person-0000 phone",
			change: func(o *v1alpha1.Operator) { o.Spec.Tenants[0].Permissions = []v1alpha1.Permission{"Fly"} },
			code:   cli.ExitNo, want: "no: person-0000 does not serve Phone in north\n  because: spec.tenants[north].permissions",
		},
		"part of an entry": {
			reason: "a part that compiles as absent is told beside the answer", question: "why person-0000 phone",
			change: func(o *v1alpha1.Operator) { o.Spec.Tenants[0].Team = []v1alpha1.ObjectName{"person-0001"} },
			code:   cli.ExitYes, want: "yes: person-0000 serves Phone in north\n  because of: granted directly\nnote: what breaks a rule has no effect: spec.tenants[north].team",
		},
		"reading": {
			reason: "who is not stored reads nothing", question: "read person-0000 --kind chat",
			change: func(o *v1alpha1.Operator) { o.Spec.Profile.TimeZone = "Nowhere at all" },
			code:   cli.ExitNo, want: "no: person-0000 may not read such a conversation in north (NotLive)\n  because: spec.profile.timeZone: ",
		},
		"who": {
			reason: "who is not stored is nobody", question: "who phone",
			change: func(o *v1alpha1.Operator) { o.Spec.Profile.TimeZone = "Nowhere at all" },
			code:   cli.ExitYes, want: "nobody serves Phone in north\n",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := &apiServer{people: 2, change: test.change}
			got := answered(t, append([]string{"access", "--kubeconfig", server.start(t)}, strings.Fields(test.question)...)...)
			if got.code != test.code || !strings.HasPrefix(got.stdout, test.want) {
				t.Errorf("%s; the exit code should be %d and the answer begin with\n%s\ngot %d and\n%s", test.reason, test.code, test.want, got.code, got.stdout)
			}
		})
	}
}

func TestWhatAClusterRefusesIsSaid(t *testing.T) {
	t.Parallel()
	refusing := func(resource string, with *metav1.Status) func(string, string) *metav1.Status {
		return func(asked, _ string) *metav1.Status {
			if asked == resource {
				return with
			}
			return nil
		}
	}
	tests := map[string]struct {
		reason, want string
		server       *apiServer
	}{
		"no CRDs": {
			reason: "the kinds are not there", want: "the cluster knows no tenants of identity.roster.dev/v1alpha1: install the CRDs, or name another cluster with --context",
			server: &apiServer{people: 1, refuse: refusing("tenants", status(http.StatusNotFound, metav1.StatusReasonNotFound, "the server could not find the requested resource"))},
		},
		"no right": {
			reason: "which right is missing stands in the API server's words", want: `list the operators of namespace "harbour": operators.identity.roster.dev is forbidden: User "anna" cannot list`,
			server: &apiServer{people: 1, refuse: refusing("operators", status(http.StatusForbidden, metav1.StatusReasonForbidden, `operators.identity.roster.dev is forbidden: User "anna" cannot list`))},
		},
		"nothing": {
			reason: "a namespace misspelt looks empty", want: `there is no Tenant, Group, ChannelPolicy or Operator in namespace "harbour"; name another with --namespace`,
			server: &apiServer{},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := run(t, "", "access", "who", "phone", "--kubeconfig", test.server.start(t))
			if want := "rosterctl: " + test.want + "\n"; got.code != cli.ExitError || got.stderr != want {
				t.Errorf("%s: the exit code should be 2 and stderr %q, got %d and %q", test.reason, want, got.code, got.stderr)
			}
		})
	}
}
