// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package manager

import (
	"context"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/roster-dev/roster/internal/provision"
)

// reach reaches the store once, as soon as the manager starts, so that whoever reads the log learns how the store is before
// anything needs it. The controllers do not wait for it.
type reach struct {
	identity *provision.Identity
	log      logr.Logger
}

// Start tries until the store answered or ctx ends.
func (r *reach) Start(ctx context.Context) error {
	var said string
	backoff := wait.Backoff{Duration: time.Second, Factor: 2, Jitter: 0.5, Cap: 30 * time.Second, Steps: 10}
	err := backoff.DelayFunc().Until(ctx, true, true, func(ctx context.Context) (bool, error) {
		id, err := r.identity.Learn(ctx)
		if err == nil {
			r.log.Info("the identity store is reached", "storeID", id)
			return true, nil
		}
		if cause := err.Error(); cause != said && ctx.Err() == nil {
			said = cause
			r.log.Info("serving without the identity store, and trying again", "cause", cause)
		}
		return false, nil
	})
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// NeedLeaderElection is false: a replica that waits for the lease should know the store, too.
func (r *reach) NeedLeaderElection() bool { return false }
