// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package mutants

import (
	"context"
	"iter"
	"reflect"
	"slices"
	"sync"

	"github.com/roster-dev/roster/internal/store"
)

func ofLists() []mutant {
	return []mutant{
		{"a list is of all companies", everywhere(listsAllCompanies), []string{"companies and tenants never see each other"}},
		{"records of two companies with one name are one", everywhere(readsAnotherCompany), []string{"companies and tenants never see each other"}},
		{"a list is in another order", everywhere(listsBackwards), []string{"list is in the order of keys, with values, stamps and IDs"}},
		{"a list leaves stamps out", everywhere(listsWithoutStamps), []string{"list is in the order of keys, with values, stamps and IDs"}},
		{"a list goes on when it is left", everywhere(listsOn), []string{"a list that is left early ends"}},
		{"a list ends with its first page", everywhere(listsOnePage), []string{
			"list reads any number of records in pages and is stable under concurrent writes",
		}},
		{"a list repeats the last record of a page", everywhere(listsTwice), []string{
			"list reads any number of records in pages and is stable under concurrent writes",
		}},
	}
}

func collect(ctx context.Context, in aggregate, company string) ([]store.Stored[any], error) {
	var list []store.Stored[any]
	for stored, err := range in.List(ctx, company) {
		if err != nil {
			return list, err
		}
		list = append(list, stored)
	}
	return list, nil
}

// listed is an aggregate whose lists are edited once they are read whole.
func listed(in aggregate, edit func([]store.Stored[any]) []store.Stored[any]) bug {
	return bug{aggregate: in, list: func(ctx context.Context, company string) iter.Seq2[store.Stored[any], error] {
		return func(yield func(store.Stored[any], error) bool) {
			list, err := collect(ctx, in, company)
			for _, stored := range edit(list) {
				if !yield(stored, nil) {
					return
				}
			}
			if err != nil {
				yield(store.Stored[any]{}, err)
			}
		}
	}}
}

func listsBackwards(in aggregate) bug {
	return listed(in, func(list []store.Stored[any]) []store.Stored[any] {
		slices.Reverse(list)
		return list
	})
}

func listsWithoutStamps(in aggregate) bug {
	return listed(in, func(list []store.Stored[any]) []store.Stored[any] {
		for i := range list {
			list[i].Stamp = store.Stamp{}
		}
		return list
	})
}

func listsOnePage(in aggregate) bug {
	return listed(in, func(list []store.Stored[any]) []store.Stored[any] { return list[:min(len(list), store.PageSize)] })
}

func listsTwice(in aggregate) bug {
	return listed(in, func(list []store.Stored[any]) []store.Stored[any] {
		if len(list) <= store.PageSize {
			return list
		}
		return slices.Insert(list, store.PageSize, list[store.PageSize-1])
	})
}

func listsOn(in aggregate) bug {
	return bug{aggregate: in, list: func(ctx context.Context, company string) iter.Seq2[store.Stored[any], error] {
		return func(yield func(store.Stored[any], error) bool) {
			for stored, err := range in.List(ctx, company) {
				yield(stored, err)
			}
		}
	}}
}

// companyOf is the company a key names.
func companyOf(key any) string { return reflect.ValueOf(key).FieldByName("Company").String() }

func listsAllCompanies(in aggregate) bug {
	var mu sync.Mutex
	var companies []string
	b := bug{aggregate: in}
	b.put = func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
		mu.Lock()
		defer mu.Unlock()
		if company := companyOf(keyOf(value)); !slices.Contains(companies, company) {
			companies = append(companies, company)
		}
		return in.Put(ctx, value, stamp, terms)
	}
	b.list = func(ctx context.Context, _ string) iter.Seq2[store.Stored[any], error] {
		return func(yield func(store.Stored[any], error) bool) {
			for _, company := range companies {
				for stored, err := range in.List(ctx, company) {
					if !yield(stored, err) {
						return
					}
				}
			}
		}
	}
	return b
}

func readsAnotherCompany(in aggregate) bug {
	return bug{aggregate: in, get: func(ctx context.Context, key any) (store.Stored[any], error) {
		other := reflect.New(reflect.TypeOf(key)).Elem()
		other.Set(reflect.ValueOf(key))
		other.FieldByName("Company").SetString("two")
		if stored, err := in.Get(ctx, other.Interface()); err == nil {
			return stored, nil
		}
		return in.Get(ctx, key)
	}}
}
