// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"slices"
	"sync"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// holds are the removals that are held in the store, as far as this manager knows: what it held itself, and what a sweep found. They are
// safe for concurrent use.
type holds struct {
	mu        sync.Mutex
	companies map[string]*companyHolds
}

// held is a record whose object is gone, and whose removal waits.
type held struct {
	owner  store.Owner
	reason roster.HoldReason
	// tenants are those in which it keeps something.
	tenants []string
}

type companyHolds struct {
	// swept says that a sweep told of all there are.
	swept bool
	// records are by the key of each.
	records map[any]held
	// touched are those that changed since the sweep under way began, of which it knows less; nil is that none is under way.
	touched map[any]bool
	// confirmation is that of the company's namespace, for tenants that are gone.
	confirmation string
	// released counts the removals that each confirmation let go.
	released map[confirmed]int
}

// confirmed is a confirmation for a tenant.
type confirmed struct{ tenant, text string }

func (h *holds) company(name string) *companyHolds {
	if h.companies == nil {
		h.companies = map[string]*companyHolds{}
	}
	if h.companies[name] == nil {
		h.companies[name] = &companyHolds{records: map[any]held{}, released: map[confirmed]int{}}
	}
	return h.companies[name]
}

// touch notes that a record changed while a sweep is under way.
func (c *companyHolds) touch(key any) {
	if c.touched != nil {
		c.touched[key] = true
	}
}

// set says that the removal of a record is held, and answers the tenants for which that is new.
func (h *holds) set(company string, key any, record held) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.company(company)
	before, known := c.records[key]
	c.records[key] = record
	c.touch(key)
	if known && before.reason == record.reason && slices.Equal(before.tenants, record.tenants) {
		return nil
	}
	return union(before.tenants, record.tenants)
}

// release says that nothing is held of a record any more, and answers the tenants for which that is new. Confirmations are those that may
// have let it go, by tenant.
func (h *holds) release(company string, key any, confirmations map[string]roster.Confirmation) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.company(company)
	record, known := c.records[key]
	c.touch(key)
	if !known {
		return nil
	}
	delete(c.records, key)
	for _, tenant := range record.tenants {
		if text := confirmations[tenant].Text; text != "" {
			c.released[confirmed{tenant, text}]++
		}
	}
	return record.tenants
}

// in are the records that are held in a tenant; known is false before a sweep told of all.
func (h *holds) in(company, tenant string) (records []held, known bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.company(company)
	for _, record := range c.records {
		if slices.Contains(record.tenants, tenant) {
			records = append(records, record)
		}
	}
	return records, c.swept
}

// let is how many removals a confirmation let go.
func (h *holds) let(company, tenant, text string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.company(company).released[confirmed{tenant, text}]
}

// of are the keys of what is held of an owner.
func (h *holds) of(owner store.Owner) []any {
	h.mu.Lock()
	defer h.mu.Unlock()
	var keys []any
	for key, record := range h.company(owner.Namespace).records {
		if record.owner == owner {
			keys = append(keys, key)
		}
	}
	return keys
}

// all are the records of a company that are held.
func (h *holds) all(company string) []held {
	h.mu.Lock()
	defer h.mu.Unlock()
	var records []held
	for _, record := range h.company(company).records {
		records = append(records, record)
	}
	return records
}

// begin says that a sweep of a company begins.
func (h *holds) begin(company string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.company(company).touched = map[any]bool{}
}

// end takes over what a sweep found, but for what changed meanwhile, and answers the tenants for which something is new.
func (h *holds) end(company string, found map[any]held) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.company(company)
	var news []string
	for key, record := range c.records {
		if _, still := found[key]; !still && !c.touched[key] {
			delete(c.records, key)
			news = union(news, record.tenants)
		}
	}
	for key, record := range found {
		before, known := c.records[key]
		if !c.touched[key] && (!known || before.reason != record.reason || !slices.Equal(before.tenants, record.tenants)) {
			c.records[key] = record
			news = union(news, union(before.tenants, record.tenants))
		}
	}
	if !c.swept {
		for _, record := range c.records {
			news = union(news, record.tenants)
		}
	}
	c.swept, c.touched = true, nil
	return news
}

// confirm remembers the confirmation on the namespace of a company, and tells whether it is another one than before.
func (h *holds) confirm(company, text string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.company(company)
	another := c.confirmation != text
	c.confirmation = text
	return another
}

func (h *holds) confirmation(company string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.company(company).confirmation
}
