// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"iter"
	"slices"
)

// Channel is a way customers reach a contact centre (F28). Readers tolerate values they do not know: the list will grow.
type Channel string

// The channels Roster knows.
const (
	Chat     Channel = "Chat"
	Phone    Channel = "Phone"
	Email    Channel = "Email"
	Facebook Channel = "Facebook"
	WhatsApp Channel = "WhatsApp"
)

// Channels are the channels Roster knows, in the order of the sources.
func Channels() iter.Seq[Channel] {
	return slices.Values([]Channel{Chat, Phone, Email, Facebook, WhatsApp})
}

// sorted returns the distinct values of a set in ascending order, so that a record does not depend on the order its
// manifest was written in. An empty set is nil.
func sorted[S ~[]E, E ~string](set S) S {
	if len(set) == 0 {
		return nil
	}
	ordered := slices.Clone(set)
	slices.Sort(ordered)
	return slices.Compact(ordered)
}
