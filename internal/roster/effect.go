// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"fmt"
	"slices"
)

// EffectReason says why a channel policy has an effect, or what stands in its way first.
type EffectReason string

// The reasons, in the order in which they are looked for.
const (
	// EffectTenantMissing: the tenant does not exist.
	EffectTenantMissing EffectReason = "TenantMissing"
	// EffectNoChannelOfTenant: the tenant has none of the channels.
	EffectNoChannelOfTenant EffectReason = "NoChannelOfTenant"
	// EffectNothingAllowed: the policy denies both states of presence.
	EffectNothingAllowed EffectReason = "NothingAllowed"
	// EffectNoMatch: nobody of the tenant matches.
	EffectNoMatch EffectReason = "NoMatch"
	// EffectGranting: somebody is granted something.
	EffectGranting EffectReason = "Granting"
)

// Effect says whether anything that a channel policy grants can take effect.
type Effect struct {
	Effective bool
	Reason    EffectReason
	// Message says why, and what would give it effect.
	Message string
}

// Effect is the effect of the policy, which grants to that many operators of its tenant; see [Policy.Grants].
func (p Policy) Effect(directory Directory, matched int) Effect {
	tenant, found := directory.Tenant(p.Company, p.Tenant)
	offered := func(c Channel) bool { return slices.Contains(tenant.Record.Channels, c) }
	switch {
	case !found:
		return Effect{Reason: EffectTenantMissing, Message: fmt.Sprintf("Tenant %q does not exist; the policy takes effect once it does", p.Tenant)}
	case !slices.ContainsFunc(p.Channels, offered):
		return Effect{Reason: EffectNoChannelOfTenant, Message: fmt.Sprintf(
			"Tenant %q has none of the channels the policy grants; add one to its spec.channels", p.Tenant)}
	case !p.Online && !p.Away:
		return Effect{Reason: EffectNothingAllowed, Message: "spec.availability denies both states, so nothing is ever routed; allow online or away"}
	case matched == 0:
		return Effect{Reason: EffectNoMatch, Message: "no operator of the tenant matches spec.subjects"}
	}
	return Effect{Effective: true, Reason: EffectGranting, Message: "the policy grants at least one channel to at least one operator"}
}
