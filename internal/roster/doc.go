// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package roster is the pure core of Roster: the values a contact centre is described with, and what they compile to.
// It knows no Kubernetes, no store, no clock and no log; a caller hands it values and a [Directory] to look others up in.
//
// # Glossary
//
//   - Company: all tenants and people of one namespace. Nothing crosses companies.
//   - Tenant: one contact centre of the company, with its channels, groups and settings.
//   - Operator: a person, as declared. Always a person, never the program that runs this code.
//   - Entry: what an Operator declares for one tenant: role, groups, team, channels, permissions, switches.
//   - Person: an Operator compiled, as the identity store holds it: a User, a Membership and an Access per entry, and Grants.
//   - Group: a department. The general group always exists and has the reserved key "general".
//   - Policy: a channel policy; it only grants, and only within its tenant.
//   - Grant: that a person may serve a channel of a tenant, with states, capacity and every cause of it.
//   - Capability: one thing somebody may do in a tenant; the catalogue says which role and which permission gives it.
//   - Reach: how far a capability goes, from oneself to the whole tenant.
//   - Scope: whose conversations a person may read, as far as the person's own record says.
//   - Access: the capabilities and the scope of one entry, before the tenant's own facts.
//   - Standing: a person's record joined with the facts of one tenant: what is in effect there.
//   - Live: active in the company and in a tenant that exists. Activated: able to log in.
//   - Team, effective: those a Manager names who are Worker or Manager in the same tenant.
//   - Wanted: what is to be written of an Operator, as far as rules and other objects let it.
//   - Cause: what brings an effect about. Obstacle: what keeps something from taking effect.
//   - Authority: who may change a field. Refusal: that a requester lacks it.
//   - Rule: what one object alone can break; Violation: that it does. Hold: what another object keeps out of the store for now.
//
// # Invariants
//
//   - Compiling is deterministic and does not depend on the order of any list.
//   - Compiling one person looks up what that person names and the policies of those tenants; it never walks a tenant's people.
//   - Grants and access are kept uncut: what the tenant itself narrows (its channels, whether it is there at all) is joined by the
//     reader, so that one write to one tenant narrows everybody in it at once.
//   - Every effect names all its causes: with all of them gone, it is gone.
//   - Nothing crosses tenants, and no role covers less than a lower one.
//   - A field that has no line in the table of who may change it is closed to all but those who may change everything.
//   - No rule refuses a change that only takes away.
//   - What breaks a rule or is held gives nobody anything, and what a manifest takes away is gone all the same; only the last
//     Administrator of a tenant stays.
//   - A record's canonical form changes only together with [CompileVersion].
package roster
