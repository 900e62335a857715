// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package provision

import (
	"context"
	"sync/atomic"

	"github.com/roster-dev/roster/internal/store"
)

// Identity remembers the lasting name of a store once the store was reached. It is safe for concurrent use.
type Identity struct {
	store store.Store
	known atomic.Pointer[string]
}

// NewIdentity is the identity of a store that has not been reached yet.
func NewIdentity(s store.Store) *Identity { return &Identity{store: s} }

// Learn is the store's name, asked of the store only until it answered once. ErrUnavailable: it has not yet.
func (i *Identity) Learn(ctx context.Context) (string, error) {
	if known := i.known.Load(); known != nil {
		return *known, nil
	}
	id, err := i.store.ID(ctx)
	if err != nil {
		return "", err
	}
	i.known.Store(&id)
	return id, nil
}
