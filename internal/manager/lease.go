// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package manager

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	"k8s.io/client-go/tools/record"
	"sigs.k8s.io/controller-runtime/pkg/leaderelection"
	"sigs.k8s.io/controller-runtime/pkg/recorder"

	"github.com/roster-dev/roster/internal/provision"
)

// leaseName is the name of the lease by which replicas agree on the one that reconciles.
const leaseName = "roster-manager"

// renewDeadline is controller-runtime's own: how long a leader tries to renew before it gives up.
const renewDeadline = 10 * time.Second

// newLock is the lease by which replicas agree on the one that reconciles; nil where they need not.
func newLock(cluster *rest.Config, election LeaderElection) (resourcelock.Interface, error) {
	if !election.Enabled {
		return nil, nil
	}
	lock, err := leaderelection.NewResourceLock(rest.CopyConfig(cluster), silent{}, leaderelection.Options{
		LeaderElection:          true,
		LeaderElectionID:        leaseName,
		LeaderElectionNamespace: election.Namespace,
		RenewDeadline:           renewDeadline,
	})
	if err != nil {
		return nil, fmt.Errorf("set up the lease (outside a cluster, leaderElection.namespace must name a namespace): %w", err)
	}
	return lock, nil
}

// leaseOf looks at the lease of a lock on the API server itself, never in a cache. It looks by a lock of its own: what a lock reads is
// what its elector writes next, so a look by the elector's would let a manager that lost the lease take it back from the next one.
func leaseOf(cluster *rest.Config, election LeaderElection, lock resourcelock.Interface) (provision.Lease, error) {
	if lock == nil {
		return nil, nil
	}
	own, err := newLock(cluster, election)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) (bool, error) {
		lease, _, err := own.Get(ctx)
		switch {
		case apierrors.IsNotFound(err):
			return false, nil
		case err != nil:
			return false, err
		}
		return lease.HolderIdentity == lock.Identity(), nil
	}, nil
}

// silent keeps the lease's changes of hands out of the events: the lease itself tells who holds it, and since when.
type silent struct{}

// GetEventRecorderFor is no recorder.
func (silent) GetEventRecorderFor(string) record.EventRecorder { return nil }

// GetEventRecorder is no recorder.
func (silent) GetEventRecorder(string) recorder.EventRecorder { return nil }
