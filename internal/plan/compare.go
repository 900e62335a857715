// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"cmp"
	"maps"
	"reflect"
	"slices"

	"github.com/roster-dev/roster/internal/roster"
)

// Company is what a change does in one company. Empty lists are that nothing of the kind happens.
type Company struct {
	Company string `json:"company"`
	// Objects are in the order of kinds and names.
	Objects []ObjectChange `json:"objects"`
	// People and Access are what the change asks for, Held is what of it is not carried out at once, and References are names that lead
	// nowhere from now on, or lead somewhere again.
	People     []Statement `json:"people"`
	Access     []Statement `json:"access"`
	Held       []Statement `json:"held"`
	References []Statement `json:"references"`
}

// Empty tells whether the change does nothing.
func (c *Company) Empty() bool {
	return len(c.Objects)+len(c.People)+len(c.Access)+len(c.Held)+len(c.References) == 0
}

// Action is what happens to an object.
type Action string

// The actions.
const (
	Added   Action = "Added"
	Changed Action = "Changed"
	Removed Action = "Removed"
)

// ObjectChange is what happens to one object.
type ObjectChange struct {
	Kind   string `json:"kind"`
	Name   string `json:"name"`
	Action Action `json:"action"`
	// Fields are the fields that differ, of an object that is changed. They say no value, which may be a person's data.
	Fields []string `json:"fields"`
}

// Compare says what separates two worlds of one company.
func Compare(before, after *World) (*Company, error) {
	objects, err := compareObjects(before, after)
	if err != nil {
		return nil, err
	}
	c := &comparison{
		before: before, after: after, people: newCollector(), access: newCollector(),
		namesBefore: before.objectNames(), namesAfter: after.objectNames(),
		moved: movedGround(before, after), tenants: unionOf(before.Tenants, after.Tenants),
	}
	c.compareTenants()
	for _, name := range unionOf(before.People, after.People) {
		c.comparePerson(name)
	}
	held, references := newCollector(), newCollector()
	holding{before, after, held}.compare()
	compareReferences(before, after, references)
	return &Company{
		Company: cmp.Or(after.Company, before.Company), Objects: objects,
		People: c.people.statements(), Access: c.access.statements(), Held: held.statements(), References: references.statements(),
	}, nil
}

func compareObjects(before, after *World) ([]ObjectChange, error) {
	changes := []ObjectChange{}
	was := map[string]Object{}
	for _, o := range before.Objects {
		was[o.ID()] = o
	}
	for _, o := range after.Objects {
		former, there := was[o.ID()]
		delete(was, o.ID())
		if !there {
			changes = append(changes, ObjectChange{Kind: o.Kind, Name: o.Name, Action: Added, Fields: []string{}})
			continue
		}
		fields, err := differing(former, o)
		if err != nil {
			return nil, err
		}
		if len(fields) > 0 {
			changes = append(changes, ObjectChange{Kind: o.Kind, Name: o.Name, Action: Changed, Fields: fields})
		}
	}
	for _, o := range was {
		changes = append(changes, ObjectChange{Kind: o.Kind, Name: o.Name, Action: Removed, Fields: []string{}})
	}
	order := []string{KindTenant, KindGroup, KindChannelPolicy, KindOperator}
	slices.SortFunc(changes, func(a, b ObjectChange) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.Kind), slices.Index(order, b.Kind)), cmp.Compare(a.Name, b.Name))
	})
	return changes, nil
}

// differing are the fields in which two states of an object differ: by what the manifests say, or else by the records.
func differing(before, after Object) ([]string, error) {
	was, is := before.Record, after.Record
	if before.Content != nil && after.Content != nil {
		was, is = before.Content, after.Content
	}
	if reflect.DeepEqual(was, is) {
		return nil, nil
	}
	return roster.Differences(was, is)
}

// unionOf are the keys of two maps, in order, each once.
func unionOf[V any](a, b map[string]V) []string {
	keys := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.Sort(keys)
	return slices.Compact(keys)
}

// movedGround are the tenants whose own facts or groups differ, so that everybody in them may have other access by that.
func movedGround(before, after *World) map[string]bool {
	moved := map[string]bool{}
	for _, name := range unionOf(before.Tenants, after.Tenants) {
		if !reflect.DeepEqual(before.Tenants[name], after.Tenants[name]) {
			moved[name] = true
		}
	}
	for _, name := range unionOf(before.Groups, after.Groups) {
		was, is := before.Groups[name], after.Groups[name]
		if !reflect.DeepEqual(was, is) {
			moved[was.Tenant], moved[is.Tenant] = true, true
		}
	}
	return moved
}
