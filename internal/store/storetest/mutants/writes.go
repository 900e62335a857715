// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package mutants

import (
	"context"
	"errors"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/store"
)

func ofWrites() []mutant {
	tellsBefore := []string{
		"a put tells the value it replaced, and none where it replaced none", "any sequence of calls does what a map would do",
	}
	return []mutant{
		{"an absent record reads as an empty one", everywhere(readsTheAbsent), []string{"what was never written is not found"}},
		{"a field is not kept", everywhere(losesAField), []string{"every field is kept, and so is its absence"}},
		{"a field is not compared", everywhere(ignoresAField), []string{"a change of any one field is written"}},
		{"every put says that it changed the record", everywhere(alwaysChanged), []string{
			"put of an equal value changes nothing and says so", "of many who write the same new record at once, one changes the store",
		}},
		{"what was there before is forgotten", everywhere(tellsOf(func(any) *any { return nil })), tellsBefore},
		{"what is there now is told for what was there before", everywhere(tellsOf(func(value any) *any { return &value })), tellsBefore},
		{"what was there before is looked at before the write, not with it", everywhere(looksBefore), []string{
			"of many who change a record at once, each tells what the one before it wrote",
		}},
		{"sets are read in another order", everywhere(readsInAnyOrder), []string{
			"values are compared and read in canonical form, whatever the order of their sets",
		}},
		{"the stamp stays that of the creation", everywhere(keepsTheFirstStamp), []string{"a changing put refreshes what the stamp tells"}},
		{"a delete does nothing", everywhere(deletesNothing), []string{
			"a deleted record is gone and can be written anew", "any sequence of calls does what a map would do",
		}},
		{"values are shared with callers", everywhere(sharesValues), []string{
			"a value given or received can be changed without changing the store",
		}},
		{"what is refused is dropped without a word", everywhere(swallowsRejections), []string{
			"a key with an empty part is refused", "a record is not created as nobody's",
			"Person: each tenant, channel of a tenant and group of a membership occurs once",
		}},
		{"keys are read in lower case", everywhere(readsInLowerCase), []string{"keys are case-sensitive but for user names"}},
		{"a put does not end with its context", everywhere(outlivesItsContext), []string{"a call cancelled before it begins leaves no trace"}},
		{"a put that is cancelled leaves half of it", everywhere(leavesHalf), []string{"a put cancelled while it runs happens whole or not at all"}},
		{"a put writes in two steps", everywhere(writesInSteps), []string{"a reader never sees half a record"}},
	}
}

func readsTheAbsent(in aggregate) bug {
	return bug{aggregate: in, get: func(ctx context.Context, key any) (store.Stored[any], error) {
		stored, err := in.Get(ctx, key)
		if errors.Is(err, store.ErrNotFound) {
			return store.Stored[any]{}, nil
		}
		return stored, err
	}}
}

// without is a value whose last field is empty; no last field is part of a key.
func without(value any) any {
	edited := reflect.New(reflect.TypeOf(value)).Elem()
	edited.Set(reflect.ValueOf(value))
	edited.Field(edited.NumField() - 1).SetZero()
	return edited.Interface()
}

func losesAField(in aggregate) bug {
	return bug{aggregate: in, put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
		return in.Put(ctx, without(value), stamp, terms)
	}}
}

func ignoresAField(in aggregate) bug {
	return bug{aggregate: in, put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
		if stored, found := have(ctx, in, value); found && cmp.Equal(without(stored.Value), without(value)) {
			return store.Written[any]{ID: stored.ID}, nil
		}
		return in.Put(ctx, value, stamp, terms)
	}}
}

func alwaysChanged(in aggregate) bug {
	return bug{aggregate: in, put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
		written, err := in.Put(ctx, value, stamp, terms)
		written.Changed = err == nil
		return written, err
	}}
}

// tellsOf tells something else of what was there before.
func tellsOf(before func(value any) *any) func(aggregate) bug {
	return func(in aggregate) bug {
		return bug{aggregate: in, put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
			written, err := in.Put(ctx, value, stamp, terms)
			if err == nil {
				written.Before = before(value)
			}
			return written, err
		}}
	}
}

func looksBefore(in aggregate) bug {
	return bug{aggregate: in, put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
		before, found := have(ctx, in, value)
		for range 20 {
			runtime.Gosched()
		}
		written, err := in.Put(ctx, value, stamp, terms)
		if written.Before = nil; found && written.Changed {
			written.Before = &before.Value
		}
		return written, err
	}}
}

func readsInAnyOrder(in aggregate) bug {
	return bug{aggregate: in, get: func(ctx context.Context, key any) (store.Stored[any], error) {
		stored, err := in.Get(ctx, key)
		if err == nil {
			reverse(reflect.ValueOf(stored.Value))
		}
		return stored, err
	}}
}

// reverse turns the lists among the fields of a value around.
func reverse(value reflect.Value) {
	for _, field := range value.Fields() {
		if field.Kind() != reflect.Slice {
			continue
		}
		swap := reflect.Swapper(field.Interface())
		for i := range field.Len() / 2 {
			swap(i, field.Len()-1-i)
		}
	}
}

func keepsTheFirstStamp(in aggregate) bug {
	return bug{aggregate: in, put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
		if stored, found := have(ctx, in, value); found && stored.Stamp.Owner == stamp.Owner {
			stamp = stored.Stamp
		}
		return in.Put(ctx, value, stamp, terms)
	}}
}

func deletesNothing(in aggregate) bug {
	return bug{aggregate: in, remove: func(ctx context.Context, key any, _ store.Stamp, _ store.Terms) error {
		_, err := in.Get(ctx, key)
		return err
	}}
}

func sharesValues(in aggregate) bug {
	var mu sync.Mutex
	values := map[any]any{}
	return bug{
		aggregate: in,
		put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
			mu.Lock()
			defer mu.Unlock()
			values[keyOf(value)] = value
			return in.Put(ctx, value, stamp, terms)
		},
		get: func(ctx context.Context, key any) (store.Stored[any], error) {
			mu.Lock()
			defer mu.Unlock()
			stored, err := in.Get(ctx, key)
			stored.Value = values[key]
			return stored, err
		},
	}
}

func swallowsRejections(in aggregate) bug {
	return bug{aggregate: in, put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
		written, err := in.Put(ctx, value, stamp, terms)
		if errors.Is(err, store.ErrRejected) {
			return store.Written[any]{}, nil
		}
		return written, err
	}}
}

func readsInLowerCase(in aggregate) bug {
	return bug{aggregate: in, get: func(ctx context.Context, key any) (store.Stored[any], error) {
		lower := reflect.New(reflect.TypeOf(key)).Elem()
		for i := range lower.NumField() {
			lower.Field(i).SetString(strings.ToLower(reflect.ValueOf(key).Field(i).String()))
		}
		return in.Get(ctx, lower.Interface())
	}}
}

func outlivesItsContext(in aggregate) bug {
	return bug{aggregate: in, put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
		return in.Put(context.WithoutCancel(ctx), value, stamp, terms)
	}}
}

func leavesHalf(in aggregate) bug {
	return bug{aggregate: in, put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
		if _, bounded := ctx.Deadline(); !bounded {
			return in.Put(ctx, value, stamp, terms)
		}
		written, _ := in.Put(context.WithoutCancel(ctx), without(value), stamp, terms)
		return written, context.DeadlineExceeded
	}}
}

func writesInSteps(in aggregate) bug {
	b, read := counted(in)
	b.put = func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
		if !same(ctx, in, value) {
			if written, err := in.Put(ctx, without(value), stamp, terms); err != nil {
				return written, err
			}
			// Two readers may have begun before; the third read began after.
			enough := read.Load() + 3
			linger(func() bool { return read.Load() >= enough })
		}
		return in.Put(ctx, value, stamp, terms)
	}
	return b
}

// counted counts the reads that are done.
func counted(in aggregate) (bug, *atomic.Int64) {
	var read atomic.Int64
	return bug{aggregate: in, get: func(ctx context.Context, key any) (store.Stored[any], error) {
		defer read.Add(1)
		return in.Get(ctx, key)
	}}, &read
}

// linger lets others go on until something is so, or never seems to be.
func linger(until func() bool) {
	for i := 0; i < 2e4 && !until(); i++ {
		runtime.Gosched()
	}
}
