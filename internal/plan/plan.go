// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// Version names the form of a plan as JSON. Fields are added and never renamed.
const Version = "roster.dev/plan/v1"

// Plan is what a change does, in every company it touches.
type Plan struct {
	// Format is [Version].
	Format string `json:"format"`
	// From and To say where the two worlds come from, as people wrote it. The hash is not over them: the same change has the same hash wherever
	// it is read from.
	From string `json:"from"`
	To   string `json:"to"`
	// Hash names what the change does: the SHA-256 of the companies as JSON without spaces.
	Hash string `json:"hash"`
	// Companies are those in which something happens, in the order of their names.
	Companies []*Company `json:"companies"`
}

// New is the plan of what happens in some companies, which are in the order of their names. Those in which nothing happens are left out.
func New(from, to string, companies []*Company) (*Plan, error) {
	p := &Plan{Format: Version, From: from, To: to, Companies: []*Company{}}
	for _, c := range companies {
		if !c.Empty() {
			p.Companies = append(p.Companies, c)
		}
	}
	canonical, err := encoded(p.Companies, "")
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(bytes.TrimSpace(canonical))
	p.Hash = "sha256:" + hex.EncodeToString(sum[:])
	return p, nil
}

// Empty tells whether the change does nothing.
func (p *Plan) Empty() bool { return len(p.Companies) == 0 }

// JSON is the whole plan, for other programs.
func (p *Plan) JSON() ([]byte, error) { return encoded(p, "  ") }

func encoded(value any, indent string) ([]byte, error) {
	var to bytes.Buffer
	encoder := json.NewEncoder(&to)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", indent)
	err := encoder.Encode(value)
	return to.Bytes(), err
}
