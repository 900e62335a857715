// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheFinalizerIsStoredBeforeTheOutsideIsTouched(t *testing.T) {
	w := newWorkshop(t, func(o *toy) { o.Finalizers = []string{"example.com/other"} })
	w.pass()
	w.did("the finalizer comes first, and the same pass goes on", "write object", "sync", "write status")
	if diff := cmp.Diff([]string{"example.com/other", toyFinalizer}, w.stored().Finalizers); diff != "" {
		t.Errorf("our finalizer should stand beside the others (-want +got):\n%s", diff)
	}
	w.shows("it is in effect", "Ready=True/Succeeded")
	w.pass()
	w.did("it is put on once", "sync")
}

func TestAFinalizerTakenAwayComesBack(t *testing.T) {
	w := newWorkshop(t, nil)
	w.pass()
	w.edit(func(o *toy) { o.Finalizers = nil })
	w.pass()
	w.did("the next pass puts it on again and needs no status write", "write object", "sync")
}

func TestASuspendedObjectGetsItsFinalizerToo(t *testing.T) {
	w := newWorkshop(t, func(o *toy) { o.Finalizers, o.Spec.Suspend = nil, true })
	w.pass()
	w.did("what was synced before may still have to be removed", "write object", "pending", "write status")
}
