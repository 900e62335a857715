// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/lifecycle"
	"github.com/roster-dev/roster/internal/testkit"
	"github.com/roster-dev/roster/internal/testkit/postgresserver"
)

// TestPostgreSQLIsKilledTwentyTimesUnderALoadOfChanges kills the server with SIGKILL, while it writes. It runs without fsync: what a
// killed process has written, the operating system still has.
func TestPostgreSQLIsKilledTwentyTimesUnderALoadOfChanges(t *testing.T) {
	t.Parallel()
	const kills = 20
	server := postgresserver.Own(t)
	c := newCompany(t, at(t, server.URL(postgresserver.Administrator, server.Database(t))))
	witness := testkit.Operator(c.namespace, "witness", recognisable)
	c.create(witness)
	l := underLoad(c)
	var heals []time.Duration
	for round := range kills {
		c.written(10)
		// Every other pair of outages ends the server's connections without a word; else they say that it went down.
		if round%4 < 2 {
			crash(t, server)
		}
		must(t, server.Kill())
		title := fmt.Sprint("round ", round)
		edit(c, witness, func(o *v1alpha1.Operator) { o.Spec.Profile.Title = v1alpha1.DisplayText(title) })
		l.expect(witness, witness.Generation)
		// Every other outage is over before much of it is seen: connections of before it are then still in use.
		if round%2 == 0 {
			says(c, witness, "Ready=False/StoreUnavailable")
			c.saysWhichServerIsAway(witness, server.Address())
		}
		heals = append(heals, c.heals(server, l.take()))
		if got := c.person("witness").Value.User.Profile.Title; got != title {
			t.Errorf("the edit made during outage %d should be stored after it, the title is %q", round, got)
		}
	}
	l.stop()
	c.allReady()
	c.namesNobody()
	t.Logf("%d changes met %d kills; from the server's return to all Ready: %s", l.made, kills, spread(heals))
	c.equalsOneNeverKilled(l)
}

// TestTwoHundredPendingObjectsHealWithinSeconds measures the return after an outage that lasts until most retries are as rare as
// they become.
func TestTwoHundredPendingObjectsHealWithinSeconds(t *testing.T) {
	t.Parallel()
	const people = 200
	server := postgresserver.Own(t)
	c := newCompany(t, at(t, server.URL(postgresserver.Administrator, server.Database(t))))
	c.create(testkit.Tenant(c.namespace, "north"))
	operators := make([]*v1alpha1.Operator, people)
	for i := range operators {
		operators[i] = testkit.Operator(c.namespace, fmt.Sprint("worker-", i), testkit.InTenant("north", testkit.On(v1alpha1.ChannelChat)))
		c.create(operators[i])
	}
	c.allReady()
	must(t, server.Kill())
	pending := map[types.UID]int64{}
	for _, o := range operators {
		edit(c, o, func(o *v1alpha1.Operator) { o.Spec.Profile.Title = "Lead" })
		pending[o.UID] = o.Generation
	}
	c.store.Reset()
	testkit.Eventually(t, "everybody is tried four times in vain", func(context.Context) (bool, string) {
		tries := c.store.Counts().Puts
		return tries >= 4*people, fmt.Sprintf("%d tries", tries)
	})
	waiting, total := c.notReady(t.Context())
	if len(waiting) != people {
		t.Errorf("the %d people who were edited should wait, and nothing else: %d of %d objects wait", people, len(waiting), total)
	}
	t.Logf("%d pending objects are Ready %s after the server's return", people, c.heals(server, pending).Round(time.Millisecond))
	for _, o := range listed(c, c.store.People().List(t.Context(), c.namespace)) {
		if o.Value.User.Profile.Title != "Lead" {
			t.Errorf("the edit of %s should be stored", o.Value.User.UserName)
		}
	}
}

// crash kills every process of the server that serves somebody, with the one that starts them, before any can say goodbye. The
// caller kills the server all the same, which waits for its end.
func crash(t *testing.T, server *postgresserver.Server) {
	t.Helper()
	rows, err := server.Connect(t, "postgres").Query(t.Context(), `SELECT split_part(pg_read_file('postmaster.pid'), E'\n', 1)::int
		UNION ALL SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'`)
	must(t, err)
	processes, err := pgx.CollectRows(rows, pgx.RowTo[int])
	must(t, err)
	for _, signal := range []syscall.Signal{syscall.SIGSTOP, syscall.SIGKILL} {
		for _, process := range processes {
			// Whoever has left meanwhile needs no killing.
			if err := syscall.Kill(process, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
				t.Fatalf("killing a process of the server: %v", err)
			}
		}
	}
}

// written waits until the store has taken a number of changes since it was last asked.
func (c *company) written(changes int) {
	c.t.Helper()
	c.store.Reset()
	testkit.Eventually(c.t, fmt.Sprintf("the store takes %d changes", changes), func(context.Context) (bool, string) {
		counts := c.store.Counts()
		return counts.Writes() >= changes, fmt.Sprintf("%+v", counts)
	})
}

// heals restarts the server and answers how long after its return changes were carried out.
func (c *company) heals(server *postgresserver.Server, changes map[types.UID]int64) time.Duration {
	c.t.Helper()
	must(c.t, server.Restart())
	began := time.Now()
	testkit.Eventually(c.t, "what waited for the store is carried out", func(ctx context.Context) (bool, string) {
		return c.carriedOut(ctx, changes)
	})
	return time.Since(began)
}

// saysWhichServerIsAway fails the test where a status does not tell a person what to look at, in one line.
func (c *company) saysWhichServerIsAway(o lifecycle.Object, server string) {
	c.t.Helper()
	got := message(o, v1alpha1.ConditionReady)
	if !strings.Contains(got, "the PostgreSQL server "+server+" ") || strings.Contains(got, "\n") || !strings.HasSuffix(got, "; the manager tries again by itself") {
		c.t.Errorf("Ready should name the server %s and what is wrong with it in one line, says %q", server, got)
	}
	c.t.Logf("Ready says: %s", got)
}

func spread(times []time.Duration) string {
	sorted := slices.Sorted(slices.Values(times))
	round := func(d time.Duration) time.Duration { return d.Round(time.Millisecond) }
	return fmt.Sprintf("min %s, median %s, max %s", round(sorted[0]), round(sorted[len(sorted)/2]), round(sorted[len(sorted)-1]))
}

// equalsOneNeverKilled compares the company with one that is given its manifests as they are now, over a store in memory: the
// statuses, and the store but for people who left. Those are to be deactivated.
func (c *company) equalsOneNeverKilled(l *load) {
	c.t.Helper()
	want := newCompany(c.t)
	objects, err := c.objects(c.t.Context())
	must(c.t, err)
	for _, o := range objects {
		want.create(afresh(o, want.namespace))
	}
	want.allReady()

	got := c.content()
	people, owners := got.People, got.Owners
	ownersOfOthers := len(owners) - len(people)
	got.People, got.Owners = nil, owners[:ownersOfOthers:ownersOfOthers]
	for i, p := range people {
		if l.left(p.User.UserName) {
			if p.User.Active || p.User.PurgeAfter.IsZero() {
				c.t.Errorf("%s left, and should be deactivated until the purge", p.User.UserName)
			}
			continue
		}
		got.People, got.Owners = append(got.People, p), append(got.Owners, owners[ownersOfOthers+i])
	}
	if diff := cmp.Diff(want.content(), got); diff != "" {
		c.t.Errorf("the store should hold what the manifests compile to (-want +got):\n%s", diff)
	}
	testkit.Eventually(c.t, "every status is that of a company whose store was never away", func(ctx context.Context) (bool, string) {
		diff := cmp.Diff(want.told(ctx), c.told(ctx))
		return diff == "", diff
	})
}

// left tells whether somebody has gone and not come back.
func (l *load) left(userName string) bool {
	object, comes := l.comers["Operator "+userName]
	return comes && object == nil
}

// afresh is the manifest of an object, for another namespace.
func afresh(o lifecycle.Object, namespace string) client.Object {
	manifest := o.DeepCopyObject().(lifecycle.Object)
	manifest.SetNamespace(namespace)
	manifest.SetResourceVersion("")
	manifest.SetUID("")
	return manifest
}

// told is what every status says, by object, but for what is each run's own: generations, moments, and what names the store.
func (c *company) told(ctx context.Context) map[string]string {
	c.t.Helper()
	objects, err := c.objects(ctx)
	must(c.t, err)
	all := map[string]string{}
	for _, o := range objects {
		content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(o)
		must(c.t, err)
		status, _, err := unstructured.NestedMap(content, "status")
		must(c.t, err)
		for _, own := range []string{"syncedDigest", "storeID", "observedGeneration"} {
			delete(status, own)
		}
		for _, condition := range status["conditions"].([]any) {
			delete(condition.(map[string]any), "observedGeneration")
			delete(condition.(map[string]any), "lastTransitionTime")
		}
		text, err := json.Marshal(status)
		must(c.t, err)
		all[describe(o)] = string(text)
	}
	return all
}
