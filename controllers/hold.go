// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"slices"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/lifecycle"
	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/translate"
)

// holding adds what is held of a person to what the store said of the rest.
func (o outcome) holding(holds []roster.Hold, after time.Duration) outcome {
	already := func(c metav1.Condition) bool { return c.Type == v1alpha1.ConditionHeld }
	if len(holds) == 0 || slices.ContainsFunc(o.special, already) {
		return o
	}
	reason := string(holds[0].Reason)
	if slices.ContainsFunc(holds, func(h roster.Hold) bool { return h.Reason != holds[0].Reason }) {
		reason = v1alpha1.ReasonSeveralHeld
	}
	message := roster.TellHolds(holds)
	o.special = append(o.special, is(v1alpha1.ConditionHeld, metav1.ConditionTrue, reason, message))
	if o.verdict == nil {
		o.waits, o.verdict = true, lifecycle.Waiting(v1alpha1.ReasonHeld, message, after)
	}
	return o
}

// breaking makes an object that breaks a rule by itself one that only an edit heals, unless the store could not even be told what it
// takes away.
func (o outcome) breaking(violations []roster.Violation) outcome {
	if len(violations) > 0 && (o.verdict == nil || o.waits) {
		o.waits, o.verdict = false, lifecycle.Stalled(v1alpha1.ReasonInvalid,
			roster.TellViolations(violations)+"; until then nothing is added by what breaks the rule, and only taken away")
	}
	return o
}

// remembered is the digest of an object that breaks no rule: of another one not all is stored.
func remembered(digest string, violations []roster.Violation) string {
	if len(violations) > 0 {
		return ""
	}
	return digest
}

// lastOnes remembers who is held as the last live Administrator of which tenants, so that whoever comes to administer one of them wakes
// exactly these. A manager that was just started knows it after the first pass over them. It is safe for concurrent use.
type lastOnes struct {
	mu sync.Mutex
	of map[types.NamespacedName][]string
}

// set remembers of which tenants somebody is held as the last, and tells whether that was known.
func (l *lastOnes) set(who types.NamespacedName, tenants []string) (known bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	known = slices.Equal(l.of[who], tenants)
	switch {
	case len(tenants) == 0:
		delete(l.of, who)
	case l.of == nil:
		l.of = map[types.NamespacedName][]string{who: tenants}
	default:
		l.of[who] = tenants
	}
	return known
}

// in are those who are held as the last of a tenant that satisfies a condition.
func (l *lastOnes) in(company string, tenant func(string) bool) []types.NamespacedName {
	l.mu.Lock()
	defer l.mu.Unlock()
	var held []types.NamespacedName
	for who, tenants := range l.of {
		if who.Namespace == company && slices.ContainsFunc(tenants, tenant) {
			held = append(held, who)
		}
	}
	return held
}

// relievedByOperator are those who are held as the last of a tenant that somebody else administers from now on. The status of
// somebody else says when that is stored, and those who come before find nothing changed.
func (w watches) relievedByOperator(before, after *v1alpha1.Operator) []types.NamespacedName {
	if !live(after) || after.Status.ObservedGeneration != after.Generation || before != nil && sameStored(before, after) {
		return nil
	}
	person := sync.OnceValue(func() roster.Operator { return translate.Operator(after) })
	relieved := w.last.in(after.Namespace, func(tenant string) bool { return person().AdministratorOf(tenant) })
	return slices.DeleteFunc(relieved, func(who types.NamespacedName) bool { return who == client.ObjectKeyFromObject(after) })
}

// sameStored tells whether nothing of a person was stored by the pass that ended with a change of the object.
func sameStored(before, after *v1alpha1.Operator) bool {
	return before.Status.ObservedGeneration == after.Status.ObservedGeneration && before.Status.SyncedDigest == after.Status.SyncedDigest
}

// relievedByTenant are those who are held as the last of a tenant that is gone: it needs nobody.
func (w watches) relievedByTenant(before, after *v1alpha1.Tenant) []types.NamespacedName {
	if after != nil {
		return nil
	}
	return w.last.in(before.Namespace, func(tenant string) bool { return tenant == before.Name })
}

// first are who comes first of those who want the same names: whose object is the oldest, and of equally old ones the first by name.
// Whoever was looked at already has the name in the store, or cannot have it now, and keeps nobody from it.
func (k operators) first(o *v1alpha1.Operator) provision.First {
	var first provision.First
	own := claimOf(o)
	for _, rival := range k.Directory.RivalsOf(o) {
		other := claimOf(rival)
		looked := rival.Status.ObservedGeneration == rival.Generation
		if !live(rival) || looked || !other.Precedes(own) {
			continue
		}
		owner := store.Owner{Installation: k.Installation, Namespace: rival.Namespace, Kind: kindOperator, Name: rival.Name}
		if other.SameUserName(own) {
			first.UserName = owner
		}
		if other.SameEmail(own) {
			first.Email = owner
		}
	}
	return first
}

func claimOf(o *v1alpha1.Operator) roster.Claim {
	return roster.Claim{Operator: translate.Operator(o), Created: o.CreationTimestamp.Time}
}
