// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// kind is what the laws shared by all aggregates need to know of one.
type kind[K comparable, V store.Record[K, V]] struct {
	name string
	of   func(store.Store) store.Records[K, V]
	// keyed gives a value a key. Kinds that belong to no tenant, or have no name besides it, leave that out.
	keyed func(v V, company, tenant, name string) V
	// claim sets the value no two records of a company share, and unique compares it. Kinds without one have neither.
	claim  func(v V, value string) V
	unique func(V) string
	// heritable makes a value one that a new object of the same name may take up. Kinds of which every value is leave it out.
	heritable func(V) V
}

// The names every law uses unless it is about others.
const (
	company = "company"
	tenant  = "acme"
)

var tenants = kind[roster.TenantKey, roster.TenantRecord]{
	name: "Tenant",
	of:   store.Store.Tenants,
	keyed: func(v roster.TenantRecord, company, _, name string) roster.TenantRecord {
		v.Company, v.Tenant = company, name
		return v
	},
}

var groups = kind[roster.GroupKey, roster.Group]{
	name: "Group",
	of:   store.Store.Groups,
	keyed: func(v roster.Group, company, tenant, name string) roster.Group {
		v.Company, v.Tenant, v.Name = company, tenant, name
		return v
	},
}

var policies = kind[roster.PolicyKey, roster.Policy]{
	name: "ChannelPolicy",
	of:   store.Store.Policies,
	keyed: func(v roster.Policy, company, tenant, name string) roster.Policy {
		v.Company, v.Tenant, v.Name = company, tenant, name
		return v
	},
}

var people = kind[roster.PersonKey, roster.Person]{
	name: "Person",
	of:   store.Store.People,
	keyed: func(v roster.Person, company, _, name string) roster.Person {
		v.User.Company, v.User.UserName = company, name
		v.User.Profile.Email += "." + name
		return v
	},
	claim: func(v roster.Person, value string) roster.Person {
		v.User.Profile.Email = value
		return v
	},
	unique: func(v roster.Person) string { return v.User.EmailKey() },
	heritable: func(v roster.Person) roster.Person {
		v.User.CompanyAdministrator = false
		return v
	},
}

// filled is a value in which no field is empty.
func (k kind[K, V]) filled(name string) V {
	return k.keyed(filled[V](), company, tenant, name).Canonical()
}

// generations are two different values of a record, of which a new object that wants the second may take up the first.
func (k kind[K, V]) generations(name string) (before, after V) {
	if k.heritable == nil {
		return k.filled(name), k.empty(name)
	}
	return k.heritable(k.filled(name)), k.filled(name)
}

// anew is the stamp of an object that was made anew.
func anew(stamp store.Stamp) store.Stamp {
	stamp.UID, stamp.Generation = "uid of the rebuilt cluster", 1
	return stamp
}

// empty is a value of which nothing is set but its key.
func (k kind[K, V]) empty(name string) V {
	var v V
	return k.keyed(v, company, tenant, name).Canonical()
}

// variants are values with the same key, each with another single difference from the filled one.
func (k kind[K, V]) variants(name string) []V {
	var list []V
	for i := range edits(new(filled[V]())) {
		v := filled[V]()
		edits(&v)[i]()
		list = append(list, k.keyed(v, company, tenant, name).Canonical())
	}
	return list
}
