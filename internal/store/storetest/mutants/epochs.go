// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package mutants

import (
	"context"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/roster-dev/roster/internal/store"
)

// namesCompanies is the law about companies.
const namesCompanies = "the store names the companies that have records, of whichever kind, in order"

func ofStores() []mutant {
	return []mutant{
		{"the ID is another each time", itself(func(p *planted) {
			var calls atomic.Int64
			p.id = func(context.Context) (string, error) { return strconv.FormatInt(calls.Add(1), 10), nil }
		}), []string{"the store keeps its ID"}},
		{"the ID is empty", itself(func(p *planted) {
			p.id = func(context.Context) (string, error) { return "", nil }
		}), []string{"the store keeps its ID"}},
		{"a company is left out", itself(func(p *planted) {
			companies := p.companies
			p.companies = func(ctx context.Context) ([]string, error) {
				named, err := companies(ctx)
				return named[:min(len(named), 3)], err
			}
		}), []string{namesCompanies}},
		{"companies are in no order", itself(func(p *planted) {
			companies := p.companies
			p.companies = func(ctx context.Context) ([]string, error) {
				named, err := companies(ctx)
				slices.Reverse(named)
				return named, err
			}
		}), []string{namesCompanies}},
	}
}

func ofEpochs() []mutant {
	return []mutant{
		{"the epochs of installations are one sequence", itself(func(p *planted) {
			fence := p.fence
			p.fence = func(ctx context.Context, installation string) (int64, error) {
				if installation == "" {
					return fence(ctx, installation)
				}
				return fence(ctx, "one")
			}
		}), []string{"Epoch: each fence begins the next one of its installation alone"}},
		{"an epoch begins twice", itself(func(p *planted) {
			fence := p.fence
			p.fence = func(ctx context.Context, installation string) (int64, error) {
				epoch, err := fence(ctx, installation)
				return (epoch + 1) / 2, err
			}
		}), []string{"Epoch: of many who fence at once, each has one of its own", "Epoch: each fence begins the next one of its installation alone"}},
		{"no name is an installation's", itself(func(p *planted) {
			fence := p.fence
			p.fence = func(ctx context.Context, installation string) (int64, error) { return fence(ctx, installation+" ") }
		}), []string{"Epoch: an installation without name is not fenced"}},
		{"a fence does not end with its context", itself(func(p *planted) {
			fence := p.fence
			p.fence = func(ctx context.Context, installation string) (int64, error) {
				return fence(context.WithoutCancel(ctx), installation)
			}
		}), []string{"Epoch: a fence cancelled before it begins leaves no trace"}},
		{"a fence concerns all installations", itself(func(p *planted) {
			fence := p.fence
			p.fence = func(ctx context.Context, installation string) (int64, error) {
				if installation == "production" {
					if _, err := fence(ctx, "staging"); err != nil {
						return 0, err
					}
				}
				return fence(ctx, installation)
			}
		}), []string{"fencing an installation leaves the writers of others alone"}},
		{"epochs are not compared", epochless(func(int64) bool { return true }), []string{
			"a writer whose epoch is over writes nothing", "an epoch that has not begun is no writer's",
			"a writer without epoch is one until its installation is fenced",
			"once an epoch is over, no write of it that was under way lands",
		}},
		{"a writer without epoch is always one", epochless(func(epoch int64) bool { return epoch == 0 }), []string{
			"a writer without epoch is one until its installation is fenced",
		}},
		{"an epoch is compared before the write, not with it", comparedBefore, []string{
			"once an epoch is over, no write of it that was under way lands",
		}},
		{"an epoch is compared where nothing is written", comparedAlways, []string{
			"put of an equal value needs no epoch, as nothing is written",
		}},
	}
}

// current are the epochs of a store's installations as its fences answered them.
type current struct {
	mu     sync.Mutex
	epochs map[string]int64
}

func (c *current) of(installation string) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.epochs[installation]
}

// watch has a store tell its epochs.
func watch(p *planted) *current {
	c := &current{epochs: map[string]int64{}}
	fence := p.fence
	p.fence = func(ctx context.Context, installation string) (int64, error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		epoch, err := fence(ctx, installation)
		if err == nil {
			c.epochs[installation] = epoch
		}
		return epoch, err
	}
	return c
}

// stamped has all writes of an aggregate go through an edit of their stamps, or fail with its error.
func stamped(in aggregate, edit func(store.Stamp) (store.Stamp, error)) aggregate {
	return bug{
		aggregate: in,
		put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
			stamp, err := edit(stamp)
			if err != nil {
				return store.Written[any]{}, err
			}
			return in.Put(ctx, value, stamp, terms)
		},
		remove: func(ctx context.Context, key any, stamp store.Stamp, terms store.Terms) error {
			stamp, err := edit(stamp)
			if err != nil {
				return err
			}
			return in.Delete(ctx, key, stamp, terms)
		},
		release: func(ctx context.Context, key any, stamp store.Stamp) error {
			stamp, err := edit(stamp)
			if err != nil {
				return err
			}
			return in.Release(ctx, key, stamp)
		},
	}
}

func restamping(edit func(*current, store.Stamp) (store.Stamp, error)) func(store.Store) store.Store {
	return itself(func(p *planted) {
		c := watch(p)
		of := func(in aggregate) aggregate {
			return stamped(in, func(stamp store.Stamp) (store.Stamp, error) { return edit(c, stamp) })
		}
		p.tenants, p.groups, p.policies, p.people = of(p.tenants), of(p.groups), of(p.policies), of(p.people)
	})
}

// epochless gives those writers the current epoch that are not to be checked.
func epochless(unchecked func(epoch int64) bool) func(store.Store) store.Store {
	return restamping(func(c *current, stamp store.Stamp) (store.Stamp, error) {
		if unchecked(stamp.Epoch) {
			stamp.Epoch = c.of(stamp.Installation)
		}
		return stamp, nil
	})
}

func comparedAlways(s store.Store) store.Store {
	return restamping(func(c *current, stamp store.Stamp) (store.Stamp, error) {
		return stamp, store.CheckEpoch(stamp, c.of(stamp.Installation))
	})(s)
}

func comparedBefore(s store.Store) store.Store {
	return itself(func(p *planted) {
		c := watch(p)
		of := func(in aggregate) aggregate {
			b, read := counted(in)
			b.put = func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
				if err := store.CheckEpoch(stamp, c.of(stamp.Installation)); err != nil {
					return store.Written[any]{}, err
				}
				for range 200 {
					runtime.Gosched()
				}
				if now := c.of(stamp.Installation); stamp.Epoch != now {
					// Whoever fenced looks at what is there by then.
					enough := read.Load() + 1
					linger(func() bool { return read.Load() >= enough })
					stamp.Epoch = now
				}
				return in.Put(ctx, value, stamp, terms)
			}
			return b
		}
		p.tenants, p.groups, p.policies, p.people = of(p.tenants), of(p.groups), of(p.policies), of(p.people)
	})(s)
}
