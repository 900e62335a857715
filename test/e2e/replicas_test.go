// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	coordinationv1 "k8s.io/api/coordination/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/manager"
	"github.com/roster-dev/roster/internal/store/drivers"
	"github.com/roster-dev/roster/internal/testkit"
	"github.com/roster-dev/roster/internal/testkit/postgresserver"
)

// asReplica names the variable by which this program is told to be the manager, with its arguments, and not to test.
const asReplica = "ROSTER_E2E_REPLICA"

func init() {
	said, found := os.LookupEnv(asReplica)
	if !found {
		return
	}
	var args []string
	if err := json.Unmarshal([]byte(said), &args); err != nil {
		panic(err)
	}
	// Whatever becomes of the tests, their replicas end with them.
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(1)
	}()
	if err := manager.Main(context.Background(), args, manager.Build{Version: "e2e"}, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// replica is a process of the manager.
type replica struct {
	t               *testing.T
	name            string
	health, metrics string
	webhook         string
	process         *exec.Cmd
	log             string
}

// deployed is a company whose replicas find their lease in its namespace, with the rights of config/rbac.
func deployed(t *testing.T, url string) *company {
	t.Helper()
	grantRights(t)
	s, err := drivers.Open(url)
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	c := unmanaged(t, s)
	lease := rbacv1.PolicyRule{APIGroups: []string{coordinationv1.GroupName}, Resources: []string{"leases"}, Verbs: []string{"get", "create", "update"}}
	named := metav1.ObjectMeta{Namespace: c.namespace, Name: "lease"}
	c.create(&rbacv1.Role{ObjectMeta: named, Rules: []rbacv1.PolicyRule{lease}}, &rbacv1.RoleBinding{
		ObjectMeta: named,
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: "lease"},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: "roster-system", Name: "roster-manager"}},
	})
	return c
}

// managersKubeconfig is a file by which a replica is the service account of the manager.
func managersKubeconfig(t *testing.T) string {
	t.Helper()
	admin := plane.Config(t)
	config := clientcmdapi.NewConfig()
	config.Clusters["cluster"] = &clientcmdapi.Cluster{Server: admin.Host, CertificateAuthorityData: admin.CAData}
	config.AuthInfos["manager"] = &clientcmdapi.AuthInfo{
		ClientCertificateData: admin.CertData, ClientKeyData: admin.KeyData, Impersonate: managersAccount,
		ImpersonateGroups: []string{"system:serviceaccounts", "system:serviceaccounts:roster-system", "system:authenticated"},
	}
	config.Contexts["manager"] = &clientcmdapi.Context{Cluster: "cluster", AuthInfo: "manager"}
	config.CurrentContext = "manager"
	path := filepath.Join(t.TempDir(), "kubeconfig")
	must(t, clientcmd.WriteToFile(*config, path))
	return path
}

// replica starts a process of the manager, which ends with the test.
func (c *company) replica(name, url string, further ...string) *replica {
	c.t.Helper()
	r := &replica{
		t: c.t, name: name, health: freeAddress(c.t), metrics: freeAddress(c.t), webhook: freeAddress(c.t), log: filepath.Join(c.t.TempDir(), name+".log"),
	}
	args, err := json.Marshal(append([]string{
		"--kubeconfig=" + managersKubeconfig(c.t), "--installation=e2e", "--store=" + url, "--namespace=" + c.namespace,
		"--leader-election-namespace=" + c.namespace, "--health-bind-address=" + r.health,
		"--metrics-bind-address=" + r.metrics, "--metrics-secure=false", "--count-window=100ms",
	}, append(c.answering(r), further...)...))
	must(c.t, err)
	log, err := os.Create(r.log)
	must(c.t, err)
	r.process = exec.CommandContext(context.WithoutCancel(c.t.Context()), os.Args[0])
	r.process.Env = append(os.Environ(), asReplica+"="+string(args))
	r.process.Stdout, r.process.Stderr = log, log
	_, err = r.process.StdinPipe()
	must(c.t, err)
	must(c.t, r.process.Start())
	must(c.t, log.Close())
	c.t.Cleanup(r.kill)
	return r
}

// kill ends the process at once: it releases nothing and finishes nothing.
func (r *replica) kill() {
	if r.process.ProcessState != nil {
		return
	}
	_ = r.process.Process.Kill()
	_ = r.process.Wait()
	if r.t.Failed() {
		if log, err := os.ReadFile(r.log); err == nil {
			r.t.Logf("the log of the %s replica ends with:\n%s", r.name, log[max(0, len(log)-3000):])
		}
	}
}

// scrape is all that the replica tells in metrics.
func (r *replica) scrape(ctx context.Context) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+r.metrics+"/metrics", http.NoBody)
	if err != nil {
		return "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	return string(text), err
}

// metric is the sum of a metric over the label sets that count.
func (r *replica) metric(ctx context.Context, name string, counts func(labels string) bool) (float64, error) {
	text, err := r.scrape(ctx)
	if err != nil {
		return 0, err
	}
	var sum float64
	for line := range strings.Lines(text) {
		labelled, found := strings.CutPrefix(strings.TrimSpace(line), name+"{")
		labels, value, whole := strings.Cut(labelled, "} ")
		if !found || !whole || !counts(labels) {
			continue
		}
		number, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return 0, err
		}
		sum += number
	}
	return sum, nil
}

// writes is how many writes of the replica the API server accepted.
func (r *replica) writes() float64 {
	r.t.Helper()
	sum, err := r.metric(r.t.Context(), "rest_client_requests_total", func(labels string) bool {
		return strings.Contains(labels, `code="2`) && !strings.Contains(labels, `method="GET"`)
	})
	must(r.t, err)
	return sum
}

// calls is how many calls of the replica reached the store, but for those that ask for its name.
func (r *replica) calls() float64 {
	r.t.Helper()
	sum, err := r.metric(r.t.Context(), "roster_store_operations_total", func(labels string) bool { return !strings.Contains(labels, `operation="id"`) })
	must(r.t, err)
	return sum
}

// leader waits until exactly one of several replicas holds the lease, and answers it and the others.
func leader(t *testing.T, replicas ...*replica) (leading *replica, others []*replica) {
	t.Helper()
	testkit.Eventually(t, fmt.Sprintf("exactly one of %d replicas holds the lease", len(replicas)), func(ctx context.Context) (bool, string) {
		leading, others = nil, nil
		held := 0
		for _, r := range replicas {
			holds, err := r.metric(ctx, "leader_election_master_status", func(labels string) bool { return strings.Contains(labels, `"roster-manager"`) })
			if err != nil {
				return false, err.Error()
			}
			if holds != 1 {
				others = append(others, r)
				continue
			}
			leading = r
			held++
		}
		return held == 1, fmt.Sprintf("%d of them hold it", held)
	})
	return leading, others
}

// idle fails the test if a replica that waits for the lease wrote anything.
func (r *replica) idle(when string) {
	r.t.Helper()
	if writes, calls := r.writes(), r.calls(); writes != 0 || calls != 0 {
		r.t.Errorf("%s the replica that waits for the lease should write nothing, the API server took %v writes of it and the store %v calls", when, writes, calls)
	}
}

// more are people beside those of the samples.
func more(namespace string) []*v1alpha1.Operator {
	var people []*v1alpha1.Operator
	for i := range 20 {
		people = append(people, testkit.Operator(namespace, fmt.Sprintf("extra-%d", i), testkit.InTenant("retail", testkit.On(v1alpha1.ChannelChat))))
	}
	return people
}

// TestTwoReplicasServeAndOneReconciles runs the manager as two processes over one store, and kills the one that reconciles while it
// is at work.
func TestTwoReplicasServeAndOneReconciles(t *testing.T) {
	t.Parallel()
	alone := newCompany(t)
	alone.createAll(samples(t, alone.namespace))
	for _, o := range more(alone.namespace) {
		alone.create(o)
	}
	alone.allReady()
	want := alone.content()
	for driver, url := range map[string]func(t *testing.T) string{
		"sqlite": func(t *testing.T) string { return "sqlite://" + filepath.Join(t.TempDir(), "roster.db") },
		"postgres": func(t *testing.T) string {
			server := postgresserver.Own(t)
			return server.URL(postgresserver.Administrator, server.Database(t))
		},
	} {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			at := url(t)
			c := deployed(t, at)
			first, second := c.replica("first", at), c.replica("second", at)
			serves(t, first.health)
			serves(t, second.health)
			working, waiting := leader(t, first, second)
			c.createAll(samples(t, c.namespace))
			c.allReady()
			waiting[0].idle("while another one stores a whole company,")
			if working.writes() == 0 || working.calls() == 0 {
				t.Error("the replica with the lease should have stored the company")
			}

			for _, o := range more(c.namespace) {
				c.create(o)
			}
			working.kill()
			killed := time.Now()
			leader(t, waiting[0])
			t.Logf("the other replica has the lease %s after the kill", time.Since(killed).Round(time.Second))
			c.allReady()
			if diff := cmp.Diff(want, c.content()); diff != "" {
				t.Errorf("the store should hold what one manager alone makes it hold (-want +got):\n%s", diff)
			}

			again := c.replica("again", at)
			serves(t, again.health)
			edited := testkit.Operator(c.namespace, "extra-0")
			edit(c, edited, func(o *v1alpha1.Operator) { o.Spec.Profile.Title = "Head" })
			becomesReady(c, edited)
			if got := c.person("extra-0").Value.User.Profile.Title; got != "Head" {
				t.Errorf("the replica that took over should go on, the store holds the title %q", got)
			}
			again.idle("once it is back,")
			leader(t, waiting[0], again)
		})
	}
}
