// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

// GroupKey names a group within the store.
type GroupKey struct {
	Company, Tenant, Group string
}

// RoutingStrategy says how work of a group is spread over its operators.
type RoutingStrategy string

// The values of RoutingStrategy.
const (
	RoundRobin RoutingStrategy = "RoundRobin"
	LeastBusy  RoutingStrategy = "LeastBusy"
)

// Routing is how a group spreads its work.
type Routing struct {
	Strategy RoutingStrategy `json:"strategy"`
	// MaxConcurrentPerOperator caps an operator's concurrent work from the group; 0 is no cap.
	MaxConcurrentPerOperator int `json:"maxConcurrentPerOperator,omitempty"`
}

// Group is a department of a tenant, both as declared and as the identity store holds it.
type Group struct {
	Company     string `json:"company"`
	Tenant      string `json:"tenant"`
	Name        string `json:"group"`
	DisplayName string `json:"displayName"`
	Description string `json:"description,omitempty"`
	// Channels are the channels the group serves. Nil is all of them; empty and not nil is none.
	Channels []Channel `json:"channels"`
	Routing  Routing   `json:"routing"`
}

// Key is the natural key of the record.
func (g Group) Key() GroupKey { return GroupKey{g.Company, g.Tenant, g.Name} }

// Canonical is the group with every set in its one order.
func (g Group) Canonical() Group {
	if g.Channels != nil {
		g.Channels = append([]Channel{}, sorted(g.Channels)...)
	}
	return g
}
