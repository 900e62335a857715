// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	eventsv1 "k8s.io/api/events/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/testkit"
)

// sweepingEvery makes a company's manager look at every record in the store again and again.
func sweepingEvery(interval time.Duration) func(*company) {
	return func(c *company) { c.options.SweepInterval.Duration = interval }
}

// byHand is an SQLite store that a test edits as another program would.
type byHand struct {
	*company
	db *sql.DB
}

// newByHand is a company over an SQLite file, with the tenant north and the operator worker-1, both Ready.
func newByHand(t *testing.T, changes ...func(*company)) (c byHand, tenant *v1alpha1.Tenant, operator *v1alpha1.Operator) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "roster.db")
	c.company = newCompany(t, append([]func(*company){at(t, "sqlite://"+path)}, changes...)...)
	tenant = testkit.Tenant(c.namespace, "north")
	operator = testkit.Operator(c.namespace, "worker-1", testkit.InTenant("north", testkit.On(v1alpha1.ChannelChat)))
	c.create(tenant, operator)
	becomesReady(c.company, tenant)
	becomesReady(c.company, operator)
	c.db = database(t, "sqlite", path+"?_pragma=busy_timeout(5000)")
	return c, tenant, operator
}

// edit runs a statement as another program would.
func (c byHand) edit(statement string, args ...any) {
	c.t.Helper()
	result, err := c.db.ExecContext(c.t.Context(), statement, args...)
	if err != nil {
		c.t.Fatalf("editing the store by hand: %v", err)
	}
	if rows, err := result.RowsAffected(); err != nil || rows == 0 {
		c.t.Fatalf("%q should change something, it changed %d rows (%v)", statement, rows, err)
	}
}

// value is the one a query answers.
func (c byHand) value(query string, args ...any) string {
	c.t.Helper()
	var value sql.NullString
	if err := c.db.QueryRowContext(c.t.Context(), query, args...).Scan(&value); err != nil {
		return err.Error()
	}
	return value.String
}

// holds waits until a query answers a value.
func (c byHand) holds(want, query string, args ...any) {
	c.t.Helper()
	testkit.Eventually(c.t, fmt.Sprintf("%q answers %q", query, want), func(context.Context) (bool, string) {
		got := c.value(query, args...)
		return got == want, got
	})
}

// told waits for an event about an object, and answers its note.
func (c *company) heard(o client.Object, why string) string {
	c.t.Helper()
	var note string
	testkit.Eventually(c.t, fmt.Sprintf("an event %s of %s", why, describe(o)), func(ctx context.Context) (bool, string) {
		var list eventsv1.EventList
		if err := c.List(ctx, &list, client.InNamespace(c.namespace)); err != nil {
			return false, err.Error()
		}
		var seen []string
		for _, e := range list.Items {
			if e.Regarding.Name == o.GetName() && e.Reason == why {
				note = e.Note
				return true, ""
			}
			seen = append(seen, e.Regarding.Name+" "+e.Reason)
		}
		return false, strings.Join(seen, ", ")
	})
	return note
}

func TestWhatOthersChangeInTheStoreIsPutRight(t *testing.T) {
	t.Parallel()
	c, tenant, operator := newByHand(t, sweepingEvery(200*time.Millisecond))
	group := testkit.Group(c.namespace, "sales", "north")
	policy := testkit.ChannelPolicy(c.namespace, "voice", "north", testkit.For(v1alpha1.PolicySubject{Group: "general"}))
	c.create(group, policy)
	becomesReady(c.company, group)
	becomesReady(c.company, policy)
	before := c.content()
	id := c.person("worker-1").ID

	for _, hand := range []struct {
		reason, statement string
		told              client.Object
		names             string
	}{
		{"a field of a person", "UPDATE users SET title = 'Chief'", operator, "user.profile.title"},
		{"a right that is given", "UPDATE memberships SET role = 'Administrator'", operator, ""},
		{"a right that is taken", "DELETE FROM grants", operator, ""},
		{"somebody switched off", "UPDATE users SET active = FALSE", operator, ""},
		{"a tenant's setting", "UPDATE tenants SET others_messages = 'Denied'", tenant, "othersMessages"},
		{"a tenant that is retired", "UPDATE tenants SET retired = TRUE", tenant, ""},
		{"a tenant that is gone, by a program that sees to no references", "DELETE FROM tenants", tenant, ""},
		{"the general group", "UPDATE tenant_groups SET display_name = 'Everybody' WHERE group_name = 'general'", tenant, ""},
		{"a group", "UPDATE tenant_groups SET description = 'Mine' WHERE group_name = 'sales'", group, "description"},
		{"a policy", "UPDATE channel_policies SET capacity = 25", policy, "capacity"},
		{"a group that is gone", "DELETE FROM tenant_groups WHERE group_name = 'sales'", group, ""},
	} {
		c.edit(hand.statement)
		testkit.Eventually(t, hand.reason+" is as declared again", func(context.Context) (bool, string) {
			diff := cmp.Diff(before, c.content())
			return diff == "", diff
		})
		// Further events of a reason are counted, and keep the words of the first.
		if note := c.heard(hand.told, v1alpha1.ReasonDriftCorrected); !strings.Contains(note, hand.names) {
			t.Errorf("%s should be told of by an event that names %s, it says %q", hand.reason, hand.names, note)
		}
	}
	if again := c.person("worker-1").ID; again != id {
		t.Errorf("a person who is put right should keep the ID %q, has %q", id, again)
	}

	c.edit("DELETE FROM users")
	testkit.Eventually(t, "a person who was removed by hand is stored again", func(context.Context) (bool, string) {
		diff := cmp.Diff(before, c.content())
		return diff == "", diff
	})
	c.heard(operator, v1alpha1.ReasonStoreIDChanged)
	settled(c.company, operator, "says the ID the store has now", func(o *v1alpha1.Operator) bool { return o.Status.StoreID == c.person("worker-1").ID })
}

func TestWhatOthersChangeStaysWhereTheTenantsOnlyReport(t *testing.T) {
	t.Parallel()
	c, tenant, operator := newByHand(t, sweepingEvery(200*time.Millisecond))
	edit(c.company, tenant, func(t *v1alpha1.Tenant) { t.Spec.DriftPolicy = v1alpha1.DriftPolicyReport })
	says(c.company, tenant, "Ready=True/Succeeded")

	c.edit("UPDATE users SET title = 'Chief'")
	says(c.company, operator, "Drifted=True/ChangedInStore")
	if got := message(operator, v1alpha1.ConditionDrifted); !strings.Contains(got, "user.profile.title") || strings.Contains(got, "Chief") {
		t.Errorf("the condition should name the field and no value, it says %q", got)
	}
	if got := reason(operator, v1alpha1.ConditionReady); got != "Ready=True/Succeeded" {
		t.Errorf("drift that is reported should not touch Ready, got %s", got)
	}
	c.heard(operator, v1alpha1.ReasonDriftFound)
	c.requests.reset()
	c.swept(3)
	if writes := c.requests.list(); len(writes) > 0 {
		t.Errorf("sweeps over what was told should write nothing to the API server, it sent %v", writes)
	}
	c.restart()
	c.swept(1)
	if writes := withoutLeases(c.requests.list()); len(writes) > 0 {
		t.Errorf("a restart should write nothing to the API server, it sent %v", writes)
	}
	if got := c.value("SELECT title FROM users"); got != "Chief" {
		t.Errorf("what others changed should stay, the store has the title %q", got)
	}

	c.edit("UPDATE users SET title = NULL")
	settled(c.company, operator, "is not drifted once the change was undone", func(o *v1alpha1.Operator) bool { return reason(o, v1alpha1.ConditionDrifted) == "" })

	c.edit("UPDATE users SET family_name = 'Other'")
	says(c.company, operator, "Drifted=True/ChangedInStore")
	edit(c.company, operator, func(o *v1alpha1.Operator) { o.Spec.Profile.Title = "Head" })
	settled(c.company, operator, "is stored whole by the next change", func(o *v1alpha1.Operator) bool {
		return o.Status.ObservedGeneration == o.Generation && reason(o, v1alpha1.ConditionDrifted) == ""
	})
	if got := c.value("SELECT family_name || ' ' || title FROM users"); got != "Family Head" {
		t.Errorf("the next change of the manifest should write the whole record, the store has %q", got)
	}
}

// swept waits for so many further sweeps, by the pages of people they read.
func (c *company) swept(n int) {
	c.t.Helper()
	// A sweep lists four kinds; the one under way may have begun before.
	want := c.store.Counts().Lists + 4*(n+1)
	testkit.Eventually(c.t, fmt.Sprintf("%d further sweeps", n), func(context.Context) (bool, string) {
		got := c.store.Counts().Lists
		return got >= want, fmt.Sprintf("%d of %d lists", got, want)
	})
}

// withoutLeases are writes but for what a manager writes of itself.
func withoutLeases(writes []string) []string {
	var others []string
	for _, write := range writes {
		if !strings.Contains(write, "/leases") && !strings.Contains(write, "webhookconfigurations") {
			others = append(others, write)
		}
	}
	return others
}

func TestSweepsOfAConvergedCompanyWriteNothing(t *testing.T) {
	t.Parallel()
	c := newCompany(t, sweepingEvery(50*time.Millisecond))
	c.createAll(samples(t, c.namespace))
	c.allReady()
	c.swept(1)
	c.requests.reset()
	c.store.Reset()
	c.swept(3)
	if writes := c.requests.list(); len(writes) > 0 {
		t.Errorf("sweeps should write nothing to the API server, it sent %v", writes)
	}
	counts := c.store.Counts()
	if counts.Writes() > 0 || counts.Puts > 0 || counts.Gets > 0 {
		t.Errorf("sweeps should list, and neither read single records nor write, got %+v", counts)
	}
}

func TestAPassThatIsAskedForLooksAtTheStore(t *testing.T) {
	t.Parallel()
	c, _, operator := newByHand(t)
	asked := func(value string) {
		edit(c.company, operator, func(o *v1alpha1.Operator) {
			o.Annotations = map[string]string{v1alpha1.AnnotationReconcileRequestedAt: value}
		})
	}
	asked("first")
	c.edit("UPDATE users SET title = 'Chief'")
	asked("second")
	c.holds("", "SELECT title FROM users")
	c.heard(operator, v1alpha1.ReasonDriftCorrected)
}

func TestWhatOthersChangeOfASuspendedObjectWaits(t *testing.T) {
	t.Parallel()
	c, _, operator := newByHand(t, sweepingEvery(200*time.Millisecond))
	edit(c.company, operator, func(o *v1alpha1.Operator) { o.Spec.Suspend = true })
	says(c.company, operator, "Suspended=True/Suspended")
	c.edit("UPDATE users SET title = 'Chief'")
	says(c.company, operator, "Ready=False/Suspended")
	c.swept(2)
	if got := c.value("SELECT title FROM users"); got != "Chief" {
		t.Errorf("a suspended object's record should be left alone, the store has the title %q", got)
	}
	c.edit("UPDATE users SET title = NULL")
	says(c.company, operator, "Ready=False/Suspended")
	c.edit("UPDATE users SET title = 'Chief'")
	edit(c.company, operator, func(o *v1alpha1.Operator) { o.Spec.Suspend = false })
	c.holds("", "SELECT title FROM users")
	becomesReady(c.company, operator)
}

func TestRecordsOfOthersAreLeftAlone(t *testing.T) {
	t.Parallel()
	c, _, _ := newByHand(t, sweepingEvery(200*time.Millisecond))
	insert := `INSERT INTO tenant_groups (company, tenant, group_name, display_name, all_channels, routing_strategy, created_at, updated_at,
		stamp_installation, stamp_namespace, stamp_kind, stamp_name) SELECT company, tenant, ?, display_name, all_channels, routing_strategy, created_at, updated_at,
		?, ?, ?, ? FROM tenant_groups WHERE group_name = 'general'`
	c.edit(insert, "nobodys", nil, nil, nil, nil)
	c.edit(insert, "elsewhere", "another", c.namespace, "Group", "elsewhere")
	c.edit(insert, "left", "e2e", c.namespace, "Group", "left")
	c.holds("0", "SELECT COUNT(*) FROM tenant_groups WHERE group_name = 'left'")
	c.swept(2)
	if got := c.value("SELECT COUNT(*) FROM tenant_groups WHERE group_name IN ('nobodys', 'elsewhere')"); got != "2" {
		t.Errorf("what bears no stamp of ours should be left alone, %s of 2 are there", got)
	}
}
