// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// Notifier is a dialect whose database tells of the changes that other programs make.
type Notifier interface {
	// Listen hands over what is told on a channel until ctx ends, whose error it then answers, or the connection is lost. Begun is called
	// first, with the schema of the tables, once nothing can be missed any more.
	Listen(ctx context.Context, channel string, begun func(schema string), told func(payload string)) error
}

var _ store.Feed = (*Store)(nil)

// changes is the channel on which the triggers tell of changes.
const changes = "roster_changes"

// Watch tells of the records that other programs change. When ctx ends it answers an error that wraps that of ctx.
func (s *Store) Watch(ctx context.Context, told func(store.Change)) error {
	notifier, can := s.dialect.(Notifier)
	if !can {
		return fmt.Errorf("%w: this database does not tell of changes", store.ErrUnsupported)
	}
	// The triggers come with the tables.
	if _, err := s.connect(ctx); err != nil {
		return err
	}
	var schema string
	begun := func(of string) {
		schema = of
		told(store.Change{})
	}
	return s.explain(ctx, notifier.Listen(ctx, changes, begun, func(payload string) {
		if change, ours := changeOf(payload, schema); ours {
			told(change)
		}
	}))
}

// changeOf is what a payload tells; false is that it tells of the tables of another schema. Whatever is not understood may be of any record.
func changeOf(payload, schema string) (change store.Change, ours bool) {
	var told struct{ Schema, Kind, Company, Tenant, Name string }
	if err := json.Unmarshal([]byte(payload), &told); err != nil {
		return store.Change{}, true
	}
	if told.Schema != "" && told.Schema != schema {
		return store.Change{}, false
	}
	switch told.Kind {
	case "Tenant":
		change.Key = roster.TenantKey{Company: told.Company, Tenant: told.Tenant}
	case "Group":
		change.Key = roster.GroupKey{Company: told.Company, Tenant: told.Tenant, Group: told.Name}
	case "ChannelPolicy":
		change.Key = roster.PolicyKey{Company: told.Company, Tenant: told.Tenant, Policy: told.Name}
	case "Person":
		change.Key = roster.PersonKey{Company: told.Company, UserName: told.Name}
	}
	return change, true
}
