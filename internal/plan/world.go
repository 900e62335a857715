// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package plan says what separates two worlds: which objects come, change and go, and above all what that does to the access of people. It
// is pure: where a world comes from (a folder, a git revision, a cluster, a store) its caller knows. What access is, the core decides;
// here two answers of the core are laid side by side.
package plan

import (
	"iter"
	"maps"
	"slices"

	"github.com/roster-dev/roster/internal/roster"
)

// World is one company as some source has it, resolved into the records an identity store would keep.
type World struct {
	Company string
	// Objects are what there is, of all kinds, in no particular order.
	Objects []Object
	// Tenants, Groups and Policies are by the names of their objects, and so are People. A general group is no object.
	Tenants  map[string]roster.TenantRecord
	Groups   map[string]roster.Group
	Policies map[string]roster.Policy
	People   map[string]Person
	// Declared says that the world was made of manifests. The records of a store alone do not say what is held and what was not found.
	Declared bool
	// Dangling are what groups and policies name and is not there, by the object, as [Object.ID] writes it.
	Dangling map[string][]roster.Reference
}

// Object is one object of a world.
type Object struct {
	Kind, Name string
	// Content is what the manifest says, for comparison field by field; nil where the record alone is known. Record is what a store keeps.
	Content, Record any
}

// ID names an object among all of its company.
func (o Object) ID() string { return o.Kind + "/" + o.Name }

// The kinds of objects, in the order they are told of.
const (
	KindTenant        = roster.KindTenant
	KindGroup         = roster.KindGroup
	KindChannelPolicy = "ChannelPolicy"
	KindOperator      = roster.KindOperator
)

// Deletion is what becomes of somebody whose object goes.
type Deletion string

// The ways to go. The empty one is Deactivate.
const (
	Deactivate Deletion = "Deactivate"
	Delete     Deletion = "Delete"
	Orphan     Deletion = "Orphan"
)

// Person is one of the people of a world.
type Person struct {
	// Name is the name of the object.
	Name string
	// Record is what a store has of the person; the zero value where it would have nothing, since the person's own part breaks a rule.
	Record   roster.Person
	Deletion Deletion
	// Missing, Holds and Violations are known of who was declared.
	Missing    []roster.Reference
	Holds      []roster.Hold
	Violations []roster.Violation
}

// Declaration is a company as manifests declare it.
type Declaration struct {
	Company   string
	Objects   []Object
	Tenants   []roster.Tenant
	Groups    []roster.Group
	Policies  []roster.Policy
	Operators []roster.Operator
	// Deletions are what becomes of people, by the names of their objects; who is not named is deactivated.
	Deletions map[string]Deletion
}

// Declare resolves a declaration; the directory is over the same objects. Former is the world this one follows, nil being none: what a rule
// or a hold keeps out of the store stays there in its former form.
func Declare(d Declaration, directory roster.Directory, former *World) *World {
	w := &World{
		Company: d.Company, Objects: slices.Clone(d.Objects), Declared: true,
		Tenants: map[string]roster.TenantRecord{}, Groups: map[string]roster.Group{}, Policies: map[string]roster.Policy{},
		People: make(map[string]Person, len(d.Operators)), Dangling: map[string][]roster.Reference{},
	}
	records := map[string]any{}
	for _, t := range d.Tenants {
		record := t.CompileRecord(directory)
		w.Tenants[record.Tenant], records[Object{Kind: KindTenant, Name: record.Tenant}.ID()] = record, record
	}
	for _, g := range d.Groups {
		id := Object{Kind: KindGroup, Name: g.Name}.ID()
		w.Groups[g.Name], records[id] = g, g
		w.dangles(id, roster.MissingTenant(g.Company, g.Tenant, directory))
	}
	for _, p := range d.Policies {
		id := Object{Kind: KindChannelPolicy, Name: p.Name}.ID()
		w.Policies[p.Name], records[id] = p.Lawful(), p.Lawful()
		w.dangles(id, p.Missing(directory))
	}
	before := former.byUserName()
	for _, o := range d.Operators {
		person := declare(o, directory, before[roster.NewPersonKey(o.Company, o.UserName).UserName])
		person.Deletion = d.Deletions[o.Name]
		w.People[o.Name], records[Object{Kind: KindOperator, Name: o.Name}.ID()] = person, person.Record
	}
	for i := range w.Objects {
		w.Objects[i].Record = records[w.Objects[i].ID()]
	}
	return w
}

// declare resolves one person, over the record there was.
func declare(o roster.Operator, directory roster.Directory, former *roster.Person) Person {
	wanted := roster.Want(o, directory)
	stored := true
	if wanted.Partial() {
		wanted, stored = wanted.Over(former, roster.Impediments{})
	}
	p := Person{Name: o.Name, Record: wanted.Person, Missing: wanted.Missing, Holds: wanted.Holds, Violations: wanted.Violations}
	if !stored {
		p.Record = roster.Person{}
	}
	return p
}

func (w *World) dangles(id string, missing []roster.Reference) {
	if len(missing) > 0 {
		w.Dangling[id] = missing
	}
}

// byUserName are the records there are, by user name.
func (w *World) byUserName() map[string]*roster.Person {
	if w == nil {
		return nil
	}
	records := make(map[string]*roster.Person, len(w.People))
	for _, p := range w.People {
		if p.exists() {
			records[p.Record.User.UserName] = &p.Record
		}
	}
	return records
}

// exists tells whether a store would have anything of the person.
func (p Person) exists() bool { return p.Record.User.UserName != "" }

// objectNames are the names of the objects of people, by user name.
func (w *World) objectNames() map[string]string {
	names := make(map[string]string, len(w.People))
	for _, name := range slices.Sorted(maps.Keys(w.People)) {
		names[w.People[name].Record.User.UserName] = name
	}
	return names
}

// ground is a world as the core looks things up in it where it says what is in effect.
type ground struct{ *World }

var _ roster.Directory = ground{}

// Tenant is the tenant of that name.
func (g ground) Tenant(_, name string) (roster.Tenant, bool) {
	record, found := g.Tenants[name]
	return roster.Tenant{Record: record}, found
}

// Group is the group of that object name.
func (g ground) Group(_, name string) (roster.Group, bool) {
	group, found := g.Groups[name]
	return group, found
}

// Operator finds nobody: what a record comes to does not depend on other people.
func (g ground) Operator(string, string) (roster.Operator, bool) { return roster.Operator{}, false }

// HasGroups tells what the tenant's record says.
func (g ground) HasGroups(_, tenant string) bool { return g.Tenants[tenant].HasGroups }

// Policies are the channel policies of a tenant.
func (g ground) Policies(_, tenant string) iter.Seq[roster.Policy] {
	return func(yield func(roster.Policy) bool) {
		for _, p := range g.World.Policies {
			if p.Tenant == tenant && !yield(p) {
				return
			}
		}
	}
}

// stand is where a person stands in a tenant, as somebody who can log in, and what the person reads with.
func (w *World) stand(p Person, tenant string) (roster.Standing, roster.Reader) {
	standing := p.Record.Stand(tenant, ground{w})
	standing.Activated = true
	reader := standing.Reader(p.Record.User.UserName, func(userName string) (string, bool) { return userName, true })
	return standing, reader
}
