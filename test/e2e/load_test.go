// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"

	"golang.org/x/time/rate"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/testkit"
)

// load changes a company's objects without end, at random: it edits all four kinds, and people, groups and policies come and go.
// No change leaves a reference that is missing, so every object can be Ready at any time.
type load struct {
	c      *company
	random *rand.Rand
	made   int
	stop   func()

	tenants   []*v1alpha1.Tenant
	groups    []*v1alpha1.Group
	policies  []*v1alpha1.ChannelPolicy
	operators []*v1alpha1.Operator
	// comers are people who come and go, groups and policies that nobody names; by "Kind name", nil while they are gone.
	comers map[string]client.Object

	mu sync.Mutex
	// expected are the generations to be observed of what was changed since the last call of take.
	expected map[types.UID]int64
}

// gone is the generation of what was deleted: none that is there observes it.
const gone = math.MaxInt64

// changesPerSecond leaves two busy cores time for the rest of the test.
const changesPerSecond = 40

// underLoad founds a company of about 35 objects and starts to change it.
func underLoad(c *company) *load {
	c.t.Helper()
	l := &load{c: c, random: rand.New(rand.NewPCG(1, 2)), comers: map[string]client.Object{}, expected: map[types.UID]int64{}}
	l.found()
	c.allReady()
	ctx, cancel := context.WithCancel(c.t.Context())
	var working sync.WaitGroup
	working.Go(func() { l.work(ctx) })
	l.stop = sync.OnceFunc(func() {
		cancel()
		working.Wait()
	})
	c.t.Cleanup(l.stop)
	return l
}

func (l *load) found() {
	l.tenants = []*v1alpha1.Tenant{testkit.Tenant(l.c.namespace, "north"), testkit.Tenant(l.c.namespace, "south")}
	for _, name := range []string{"sales", "care", "orders"} {
		l.groups = append(l.groups, testkit.Group(l.c.namespace, name, "north"))
	}
	for i, subject := range []v1alpha1.PolicySubject{{Role: v1alpha1.RoleWorker}, {Group: "sales"}, {Group: "general"}} {
		l.policies = append(l.policies, testkit.ChannelPolicy(l.c.namespace, fmt.Sprint("policy-", i), "north", testkit.For(subject)))
	}
	for i := range 20 {
		l.operators = append(l.operators, l.person(fmt.Sprint("worker-", i), recognisable))
	}
	for i := range 6 {
		l.comers[fmt.Sprint("Operator comer-", i)] = nil
	}
	for i := range 2 {
		l.comers[fmt.Sprint("Group spare-", i)] = nil
		l.comers[fmt.Sprint("ChannelPolicy spare-", i)] = nil
	}
	l.c.create(asObjects(l.tenants)...)
	l.c.create(asObjects(l.groups)...)
	l.c.create(asObjects(l.policies)...)
	l.c.create(asObjects(l.operators)...)
}

// person names both tenants, so that whoever comes back by the same name takes up the record.
func (l *load) person(name string, changes ...func(*v1alpha1.Operator)) *v1alpha1.Operator {
	return testkit.Operator(l.c.namespace, name, append(changes,
		testkit.InTenant("north", testkit.InGroups("care")), testkit.InTenant("south", testkit.On(v1alpha1.ChannelChat)))...)
}

func (l *load) work(ctx context.Context) {
	pace := rate.NewLimiter(changesPerSecond, 1)
	for pace.Wait(ctx) == nil {
		l.made++
		if err := l.step(ctx); err != nil && ctx.Err() == nil {
			l.c.t.Errorf("change %d should be admitted: %v", l.made, err)
			return
		}
	}
}

func (l *load) step(ctx context.Context) error {
	switch n := l.random.IntN(20); {
	case n < 9:
		return change(ctx, l, one(l, l.operators), l.editOperator)
	case n < 12:
		return change(ctx, l, one(l, l.policies), l.editPolicy)
	case n < 14:
		return change(ctx, l, one(l, l.groups), l.editGroup)
	case n < 15:
		return change(ctx, l, one(l, l.tenants), l.editTenant)
	default:
		return l.comeOrGo(ctx, one(l, slices.Sorted(maps.Keys(l.comers))))
	}
}

func one[E any](l *load, of []E) E { return of[l.random.IntN(len(of))] }

func (l *load) channels() []v1alpha1.Channel {
	return one(l, [][]v1alpha1.Channel{
		{v1alpha1.ChannelChat}, {v1alpha1.ChannelPhone}, {v1alpha1.ChannelChat, v1alpha1.ChannelPhone}, {v1alpha1.ChannelEmail},
	})
}

func (l *load) editOperator(o *v1alpha1.Operator) {
	o.Spec.Profile.Title = v1alpha1.DisplayText(fmt.Sprint("title ", l.made))
	north := &o.Spec.Tenants[0]
	switch l.random.IntN(4) {
	case 0:
		o.Spec.Active = new(l.random.IntN(3) > 0)
	case 1:
		north.Role = one(l, []v1alpha1.Role{v1alpha1.RoleWorker, v1alpha1.RoleManager, v1alpha1.RoleAdministrator})
	case 2:
		north.Channels = l.channels()
	case 3:
		north.Groups = []v1alpha1.OperatorGroup{{Name: one(l, []v1alpha1.ObjectName{"sales", "care", "orders"})}}
	}
}

func (l *load) editPolicy(p *v1alpha1.ChannelPolicy) {
	p.Spec.Channels = l.channels()
	p.Spec.Capacity = &v1alpha1.Capacity{MaxConcurrent: int32(1 + l.random.IntN(25))}
}

func (l *load) editGroup(g *v1alpha1.Group) {
	g.Spec.Description = fmt.Sprint("change ", l.made)
	g.Spec.Channels = l.channels()
}

func (l *load) editTenant(t *v1alpha1.Tenant) {
	t.Spec.DisplayName = v1alpha1.DisplayText(fmt.Sprint("change ", l.made))
	t.Spec.Channels = l.channels()
}

// change patches an object, which costs no conflict with a write of its status.
func change[T client.Object](ctx context.Context, l *load, object T, edit func(T)) error {
	before := object.DeepCopyObject().(T)
	edit(object)
	if err := l.c.Patch(ctx, object, client.MergeFrom(before)); err != nil {
		return fmt.Errorf("editing %s: %w", describe(object), err)
	}
	l.expect(object, object.GetGeneration())
	return nil
}

func (l *load) comeOrGo(ctx context.Context, which string) error {
	if there := l.comers[which]; there != nil {
		if err := l.c.Delete(ctx, there); err != nil {
			return fmt.Errorf("deleting %s: %w", which, err)
		}
		l.comers[which] = nil
		l.expect(there, gone)
		return nil
	}
	object := l.comer(which)
	err := l.c.Create(ctx, object)
	if apierrors.IsAlreadyExists(err) {
		// The one before it is still leaving.
		return nil
	}
	if err != nil {
		return fmt.Errorf("creating %s: %w", which, err)
	}
	l.comers[which] = object
	l.expect(object, object.GetGeneration())
	return nil
}

func (l *load) comer(which string) client.Object {
	kind, name, _ := strings.Cut(which, " ")
	switch kind {
	case "Group":
		return testkit.Group(l.c.namespace, name, "south")
	case "ChannelPolicy":
		return testkit.ChannelPolicy(l.c.namespace, name, "south", testkit.For(v1alpha1.PolicySubject{Group: "general"}))
	}
	policies := []v1alpha1.OperatorDeletionPolicy{v1alpha1.OperatorDeletionPolicyDeactivate, v1alpha1.OperatorDeletionPolicyDelete}
	return l.person(name, recognisable, leavingBy(one(l, policies)))
}

func (l *load) expect(object client.Object, generation int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.expected[object.GetUID()] = generation
}

// take is what was changed since the last call.
func (l *load) take() map[types.UID]int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	taken := l.expected
	l.expected = map[types.UID]int64{}
	return taken
}

// carriedOut tells whether changes are in effect, and nothing that was looked at waits.
func (c *company) carriedOut(ctx context.Context, changes map[types.UID]int64) (done bool, report string) {
	objects, err := c.objects(ctx)
	if err != nil {
		return false, err.Error()
	}
	var waiting []string
	for _, o := range objects {
		observed, conditions := o.LifecycleStatus()
		behind := *observed < changes[o.GetUID()]
		if behind || *observed > 0 && !meta.IsStatusConditionTrue(*conditions, v1alpha1.ConditionReady) {
			waiting = append(waiting, describe(o)+" "+reason(o, v1alpha1.ConditionReady))
		}
	}
	return len(waiting) == 0, fmt.Sprintf("%d of %d wait: %s", len(waiting), len(objects), strings.Join(waiting, "; "))
}
