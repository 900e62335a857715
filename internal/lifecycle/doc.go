// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package lifecycle is the reconciler that every kind shares: it owns the finalizer, the conditions, the status write,
// the events and the requeue, so that a kind says only what is its own.
//
// # The promise
//
// One status write in a pass, and only if something changed: a converged object costs no write on any later pass. The
// status is believed by kstatus from the first write on. The spec is never written. No text of an error reaches a
// condition, because it may name a person.
//
// # The flow of a pass
//
//  1. Get the object. Not found: done.
//  2. It is being deleted. Without our finalizer: done. Otherwise [Kind.Remove]; when that succeeds the finalizer goes,
//     when it fails the status says why and the pass is retried. Deletion is never suspended.
//  3. The finalizer is put on if it is missing, before anything outside is touched, and the pass goes on.
//  4. It is suspended: [Kind.Pending] is asked whether anything waits to be written; nothing is.
//  5. Otherwise [Kind.Sync] makes the outside equal to the object.
//  6. One pure function, conclude, turns what came back into conditions, observedGeneration, events and the next pass.
//  7. The status is written if it changed.
//  8. Events are sent, after that write and never before it.
//
// # The conditions
//
// Ready is always present. Reconciling, Stalled and Suspended are present only while True; Reconciling and Stalled are
// never there together. All carry the cause as their reason; Reconciling always says [ReasonUnavailable] while
// the outside is away, and that is how a later pass knows that this time does not count towards a stall.
//
//	outcome of Sync                          Ready   beside it      next pass
//	nil                                      True                   Report.RequeueAfter
//	Waiting                                  False   Reconciling    its after, or when it would stall
//	Waiting, longer than Options.StallAfter  False   Stalled        its after
//	Unavailable                              False   Reconciling    jittered backoff, 1 s to 5 s; no line in the log
//	Stalled                                  False   Stalled        an edit
//	any other error                          False   Reconciling    the work queue's backoff; the error is logged
//
// How long an object has waited is read off Reconciling's lastTransitionTime, so a restart does not forget it; a new
// generation starts anew, and so does the return of what was away. Once Stalled, an object does not turn back to
// Reconciling on another Waiting or an error of ours: it stays Stalled until it heals, has a new generation, or the
// outside goes away.
//
// While an object is being deleted nothing stalls: whatever Remove answers, Reconciling says that it is tried again.
package lifecycle
