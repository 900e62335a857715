// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package mutants

import (
	"context"
	"errors"

	"github.com/roster-dev/roster/internal/store"
)

func ofOwners() []mutant {
	return []mutant{
		{"a put takes over whatever is there", everywhere(takesAnything), []string{
			"another owner's record is never changed, deleted or released",
			"of many owners who claim the same new record at once, one wins",
			"of many who take over the same record at once, one wins",
			"any sequence of calls does what a map would do",
		}},
		{"nobody's record is anybody's", everywhere(takesNobodys), []string{"nobody's record is never changed, deleted or released"}},
		{"another owner's record can be deleted", everywhere(deletesAnything), []string{
			"another owner's record is never changed, deleted or released", "nobody's record is never changed, deleted or released",
		}},
		{"a release deletes", everywhere(releasesForGood), []string{"release leaves the record as it is, to nobody"}},
		{"a new UID is another owner", everywhere(comparesUID), []string{
			"the same object with a new UID is the same owner", "a new UID is never compared",
		}},
		{"a take-over does not look from whom", everywhere(takesFromAnybody), []string{
			"a record is taken over from exactly whose it is", "of many who take over the same record at once, one wins",
		}},
		{"a take-over is refused", everywhere(takesFromNobody), []string{
			"a record is taken over from exactly whose it is", "of many who take over the same record at once, one wins",
		}},
		{"an equal value is never written", everywhere(neverWritesEqual), []string{
			"a take-over writes the stamp even where the value is equal, and is done once",
			"Person: taking up writes the stamp even where the value is equal, unguarded, and is done once",
		}},
		{"a take-over needs a record", everywhere(takesOnlyWhatIsThere), []string{
			"where nothing is there to take over, or it is one's own, a put is like any other",
		}},
	}
}

// seize is a put that takes the record over from whomever it is.
func seize(ctx context.Context, in aggregate, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
	for {
		if stored, found := have(ctx, in, value); found {
			terms.From = &stored.Stamp.Owner
		}
		written, err := in.Put(ctx, value, stamp, terms)
		if !errors.Is(err, store.ErrForeign) {
			return written, err
		}
	}
}

func takesAnything(in aggregate) bug {
	return bug{aggregate: in, put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
		return seize(ctx, in, value, stamp, terms)
	}}
}

func takesNobodys(in aggregate) bug {
	return bug{aggregate: in, put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
		if terms.From == nil {
			terms.From = &store.Owner{}
		}
		return in.Put(ctx, value, stamp, terms)
	}}
}

func deletesAnything(in aggregate) bug {
	return bug{aggregate: in, remove: func(ctx context.Context, key any, _ store.Stamp, terms store.Terms) error {
		stored, err := in.Get(ctx, key)
		if err != nil {
			return err
		}
		if stored.Stamp.Owner == (store.Owner{}) {
			return nil
		}
		return in.Delete(ctx, key, stored.Stamp, terms)
	}}
}

func releasesForGood(in aggregate) bug {
	return bug{aggregate: in, release: func(ctx context.Context, key any, stamp store.Stamp) error {
		return in.Delete(ctx, key, stamp, store.Terms{})
	}}
}

func comparesUID(in aggregate) bug {
	return bug{aggregate: in, put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
		if stored, found := have(ctx, in, value); found && stored.Stamp.UID != stamp.UID {
			return store.Written[any]{}, &store.ForeignError{Owner: stored.Stamp.Owner}
		}
		return in.Put(ctx, value, stamp, terms)
	}}
}

func takesFromAnybody(in aggregate) bug {
	return bug{aggregate: in, put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
		if terms.From == nil {
			return in.Put(ctx, value, stamp, terms)
		}
		return seize(ctx, in, value, stamp, terms)
	}}
}

func takesFromNobody(in aggregate) bug {
	return bug{aggregate: in, put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
		terms.From = nil
		return in.Put(ctx, value, stamp, terms)
	}}
}

func neverWritesEqual(in aggregate) bug {
	return bug{aggregate: in, put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
		if same(ctx, in, value) {
			stored, _ := have(ctx, in, value)
			return store.Written[any]{ID: stored.ID}, nil
		}
		return in.Put(ctx, value, stamp, terms)
	}}
}

func takesOnlyWhatIsThere(in aggregate) bug {
	return bug{aggregate: in, put: func(ctx context.Context, value any, stamp store.Stamp, terms store.Terms) (store.Written[any], error) {
		if _, found := have(ctx, in, value); !found && terms.From != nil {
			return store.Written[any]{}, store.ErrNotFound
		}
		return in.Put(ctx, value, stamp, terms)
	}}
}
