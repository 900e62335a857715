// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/testkit"
	"github.com/roster-dev/roster/internal/testkit/postgresserver"
)

var (
	sequences    = flag.Int("sequences", 3, "how many random sequences are tried on the API server and PostgreSQL; from 7 on, the API server is restarted in some")
	stepsEach    = flag.Int("steps", 30, "how many steps each of them has")
	seedOfFirst  = flag.Uint64("seed", 1, "the seed of the first")
	sequencesFor = flag.Duration("for", 0, "go on with further seeds for so long")
)

// regressions are seeds of sequences that failed once. They are always tried.
func regressions(t *testing.T) []uint64 {
	t.Helper()
	text, err := os.ReadFile("testdata/regressions.txt")
	must(t, err)
	var seeds []uint64
	for line := range strings.Lines(string(text)) {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line != "" {
			seed, err := strconv.ParseUint(line, 10, 64)
			must(t, err)
			seeds = append(seeds, seed)
		}
	}
	return seeds
}

// sequence is a company to which things happen at random.
type sequence struct {
	*company
	db     *sql.DB
	url    string
	random *rand.Rand
	// process is the manager where it is one of its own, which can be killed; nil is that it runs in this one.
	process *replica
	// steps are what was done, for people.
	steps []string
	// ids are what the store called people at the last rest, by user name. Whose record was removed by hand, or whose object said so, may have
	// another one at the next.
	ids         map[string]string
	mayHaveGone map[string]int
}

// TestSequences has 30 things happen, one after another, in an order that the seed says, and expects after some of them that the store comes to
// equal the manifests. Every fifth manager is a process that is killed; every eighth sequence restarts the API server, and runs alone.
func TestSequences(t *testing.T) {
	t.Run("together", func(t *testing.T) {
		for _, seed := range append(regressions(t), seeds()...) {
			if !alone(seed) {
				t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
					t.Parallel()
					runSequence(t, seed)
				})
			}
		}
	})
	for _, seed := range append(regressions(t), seeds()...) {
		if alone(seed) {
			t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { runSequence(t, seed) })
		}
	}
	begun := time.Now()
	for seed := *seedOfFirst + uint64(*sequences); time.Since(begun) < *sequencesFor; seed++ {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { runSequence(t, seed) })
	}
}

func seeds() []uint64 {
	list := make([]uint64, *sequences)
	for i := range list {
		list[i] = *seedOfFirst + uint64(i)
	}
	return list
}

func killed(seed uint64) bool { return seed%5 == 2 }
func alone(seed uint64) bool  { return seed%8 == 7 }

func runSequence(t *testing.T, seed uint64) {
	server := postgresserver.Shared(t)
	s := &sequence{
		url: server.URL(postgresserver.Administrator, server.Database(t)), random: rand.New(rand.NewPCG(seed, 1)), ids: map[string]string{}, mayHaveGone: map[string]int{},
	}
	if killed(seed) {
		s.company = deployed(t, s.url)
		s.revive()
	} else {
		s.company = newCompany(t, at(t, s.url), sweepingEvery(time.Second))
	}
	s.db = database(t, "pgx", s.url)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("seed %d; after:\n  %s", seed, strings.Join(s.steps, "\n  "))
		}
	})
	s.found()
	for range *stepsEach {
		s.step(seed)
		if s.random.IntN(8) == 0 {
			s.rests()
		}
	}
	s.rests()
}

// revive starts a process of the manager, after the one before it.
func (s *sequence) revive() {
	if s.process != nil {
		s.process.kill()
	}
	s.process = s.replica("manager", s.url, "--leader-elect=false", "--sweep-interval=1s", "--offboard-after=0s")
}

// found makes tenants, and records of others.
func (s *sequence) found() {
	s.t.Helper()
	s.create(testkit.Tenant(s.namespace, "north", allowing("2")), testkit.Tenant(s.namespace, "south"))
	s.allReady()
	for _, whose := range [][4]any{{"two", s.namespace, "Operator", "foreign"}, {nil, nil, nil, nil}} {
		_, err := s.db.ExecContext(s.t.Context(), `INSERT INTO users (id, company, user_name, active, company_administrator, credential_mode, created_at, updated_at,
			stamp_installation, stamp_namespace, stamp_kind, stamp_name) VALUES ($1, $2, $3, TRUE, FALSE, 'IdentityProvider', now(), now(), $4, $5, $6, $7)`,
			fmt.Sprint("id-", whose[0]), s.namespace, fmt.Sprint("foreign-", whose[0]), whose[0], whose[1], whose[2], whose[3])
		must(s.t, err)
	}
}

var crew = []string{"ash", "birch", "cedar", "dogwood"}

func (s *sequence) one(of []string) string { return of[s.random.IntN(len(of))] }

// happening is one thing that can happen.
type happening struct {
	weight int
	name   string
	do     func(*sequence) string
}

var happenings = []happening{
	{9, "apply", (*sequence).applyOne},
	{4, "delete", func(s *sequence) string { return s.drop(s.one(crew), false) }},
	{1, "force out", func(s *sequence) string { return s.drop(s.one(crew), true) }},
	{1, "rename", (*sequence).rename},
	{2, "suspend or resume", (*sequence).suspend},
	{5, "edit by hand", (*sequence).editByHand},
	{1, "remove by hand", (*sequence).removeByHand},
	{1, "ask for a pass", (*sequence).ask},
	{2, "confirm", (*sequence).confirmHeld},
	{2, "delete and make a tenant", (*sequence).remakeTenant},
	{1, "another writer", func(s *sequence) string { _, err := s.store.Fence(s.t.Context(), "e2e"); return fmt.Sprint(err) }},
}

func (s *sequence) step(seed uint64) {
	what := happenings
	switch {
	case killed(seed):
		what = append(slices.Clone(what), happening{5, "kill -9", func(s *sequence) string { s.revive(); return "" }})
	default:
		what = append(slices.Clone(what),
			happening{2, "restart", func(s *sequence) string { s.restart(); return "" }},
			happening{2, "store away", func(s *sequence) string { s.store.SetDown(true); return "" }},
			happening{3, "store back", func(s *sequence) string { s.store.SetDown(false); return "" }})
	}
	if alone(seed) {
		what = append(what, happening{3, "restart the API server", func(s *sequence) string { return restartAPIServer(s.t) }})
	}
	total := 0
	for _, h := range what {
		total += h.weight
	}
	n := s.random.IntN(total)
	for _, h := range what {
		if n -= h.weight; n < 0 {
			s.steps = append(s.steps, strings.TrimSpace(h.name+" "+h.do(s)))
			return
		}
	}
}

// object is the live one that declares somebody; nil is that there is none.
func (s *sequence) object(userName string) *v1alpha1.Operator {
	s.t.Helper()
	var list v1alpha1.OperatorList
	s.patiently("listing people", func(ctx context.Context) error { return s.List(ctx, &list, client.InNamespace(s.namespace)) })
	for i, o := range list.Items {
		if o.Spec.UserName == userName && o.DeletionTimestamp == nil {
			return &list.Items[i]
		}
	}
	return nil
}

// patiently tries what an API server that was just restarted, or a manager that was, may refuse for a moment.
func (s *sequence) patiently(what string, do func(context.Context) error) {
	s.t.Helper()
	testkit.Eventually(s.t, what, func(ctx context.Context) (bool, string) {
		err := do(ctx)
		if err == nil || apierrors.IsNotFound(err) || apierrors.IsAlreadyExists(err) {
			return true, ""
		}
		return false, err.Error()
	})
}

func (s *sequence) applyOne() string {
	name := s.one(crew)
	o := testkit.Operator(s.namespace, name)
	for _, tenant := range []string{"north", "south"} {
		if s.random.IntN(3) > 0 {
			testkit.InTenant(tenant, testkit.As(v1alpha1.Role(s.one([]string{"Administrator", "Worker", "Manager"}))), testkit.On(v1alpha1.ChannelChat))(o)
		}
	}
	active, policy := s.random.IntN(6) > 0, v1alpha1.OperatorDeletionPolicy(s.one([]string{"Deactivate", "Deactivate", "Delete"}))
	o.Spec.Active, o.Spec.DeletionPolicy = &active, policy
	s.patiently("applying "+name, func(ctx context.Context) error {
		there := s.object(name)
		if there == nil {
			fresh := o.DeepCopy()
			return s.Create(ctx, fresh)
		}
		there.Spec.Tenants, there.Spec.Active, there.Spec.DeletionPolicy = o.Spec.Tenants, o.Spec.Active, policy
		return s.Update(ctx, there)
	})
	return fmt.Sprintf("%s %v active %t", name, o.Spec.Tenants, active)
}

func (s *sequence) drop(name string, forced bool) string {
	o := s.object(name)
	if o == nil {
		return "nobody"
	}
	s.mayHaveGone[name]++
	s.patiently("deleting "+name, func(ctx context.Context) error { return s.Delete(ctx, o) })
	if forced {
		s.patiently("taking the finalizer", func(ctx context.Context) error {
			err := s.Get(ctx, client.ObjectKeyFromObject(o), o)
			if err != nil {
				return err
			}
			o.Finalizers = nil
			return s.Update(ctx, o)
		})
	}
	return o.Name
}

func (s *sequence) rename() string {
	name := s.one(crew)
	o := s.object(name)
	if o == nil {
		return "nobody"
	}
	s.drop(name, false)
	another := testkit.Operator(s.namespace, fmt.Sprint(o.Name, "-", s.random.IntN(1000)))
	o.Spec.DeepCopyInto(&another.Spec)
	another.Annotations = map[string]string{v1alpha1.AnnotationAdopt: "true"}
	s.patiently("creating "+another.Name, func(ctx context.Context) error { return s.Create(ctx, another.DeepCopy()) })
	return another.Name
}

// changed edits the object of somebody.
func (s *sequence) changed(name string, how func(*v1alpha1.Operator)) string {
	if s.object(name) == nil {
		return "nobody"
	}
	s.patiently("editing "+name, func(ctx context.Context) error {
		o := s.object(name)
		if o == nil {
			return nil
		}
		how(o)
		return s.Update(ctx, o)
	})
	return name
}

func (s *sequence) suspend() string {
	suspended := s.random.IntN(2) == 0
	return fmt.Sprint(s.changed(s.one(crew), func(o *v1alpha1.Operator) { o.Spec.Suspend = suspended }), " ", suspended)
}

func (s *sequence) ask() string {
	value := fmt.Sprint(s.random.Int())
	return s.changed(s.one(crew), func(o *v1alpha1.Operator) {
		if o.Annotations == nil {
			o.Annotations = map[string]string{}
		}
		o.Annotations[v1alpha1.AnnotationReconcileRequestedAt] = value
	})
}

func (s *sequence) editByHand() string {
	statement := s.one([]string{
		"UPDATE users SET title = 'Chief' WHERE user_name = $1", "UPDATE users SET active = FALSE WHERE user_name = $1", "UPDATE users SET email_key = NULL WHERE user_name = $1",
		"UPDATE memberships SET role = 'Manager' WHERE user_id = (SELECT id FROM users WHERE user_name = $1)",
		"UPDATE memberships SET company = 'elsewhere' WHERE user_id = (SELECT id FROM users WHERE user_name = $1)",
		"DELETE FROM grants WHERE user_id = (SELECT id FROM users WHERE user_name = $1)", "DELETE FROM access WHERE user_id = (SELECT id FROM users WHERE user_name = $1)",
		"UPDATE access SET sees_all = TRUE WHERE user_id = (SELECT id FROM users WHERE user_name = $1)",
	})
	name := s.one(crew)
	_, err := s.db.ExecContext(s.t.Context(), statement, name)
	return fmt.Sprintf("%s %s %v", name, statement, err)
}

func (s *sequence) removeByHand() string {
	name := s.one(crew)
	_, err := s.db.ExecContext(s.t.Context(), "DELETE FROM users WHERE user_name = $1", name)
	must(s.t, err)
	s.mayHaveGone[name]++
	return name
}

func (s *sequence) confirmHeld() string {
	var held int
	must(s.t, s.db.QueryRowContext(s.t.Context(), "SELECT COUNT(*) FROM users WHERE held IS NOT NULL").Scan(&held))
	text := tomorrow(max(1, held-s.random.IntN(2)))
	s.patiently("confirming", func(ctx context.Context) error {
		var tenant v1alpha1.Tenant
		if err := s.Get(ctx, client.ObjectKey{Namespace: s.namespace, Name: "north"}, &tenant); err != nil {
			return err
		}
		confirming(text)(&tenant)
		return s.Update(ctx, &tenant)
	})
	return text
}

func (s *sequence) remakeTenant() string {
	name := s.one([]string{"north", "south"})
	s.patiently("deleting "+name, func(ctx context.Context) error { return s.Delete(ctx, testkit.Tenant(s.namespace, name)) })
	s.store.SetDown(false)
	s.patiently(name+" is gone and made again", func(ctx context.Context) error {
		tenant := testkit.Tenant(s.namespace, name, allowing("2"))
		if err := s.Create(ctx, tenant); !apierrors.IsAlreadyExists(err) {
			return err
		}
		return fmt.Errorf("%s is still leaving", name)
	})
	return name
}

// people are those of the crew in the store.
func (s *sequence) people(ctx context.Context) (map[string]store.Stored[roster.Person], error) {
	all := map[string]store.Stored[roster.Person]{}
	for stored, err := range s.store.People().List(ctx, s.namespace) {
		if err != nil {
			return nil, err
		}
		all[stored.Value.User.UserName] = stored
	}
	return all, nil
}
