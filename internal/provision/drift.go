// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package provision

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// Drift is that somebody else changed what was stored.
type Drift struct {
	// Fields are the names of the fields that differ, such as "user.profile.title", and of what the store keeps beside them, such as
	// "users.email_key"; never a value. "record" is all of it: it is gone.
	Fields []string
	// Corrected says that all of it is written anew; else it stays as somebody changed it.
	Corrected bool
}

// wholeRecord is the field of a record that is gone.
const wholeRecord = "record"

// drift compares records with the store, which holds them all as far as the object knows, and answers the store's own name of the last. Nil
// is that nothing differs. A record that bears another owner's stamp by now is no drift, but to be written: then it is a conflict.
func (p *Provisioner) drift(ctx context.Context, claim Claim, records []Record) (id string, found *Drift, err error) {
	var fields []string
	foreign := false
	for _, r := range records {
		stored, err := r.get(ctx, p.store)
		switch {
		case errors.Is(err, store.ErrNotFound):
			fields, id = append(fields, r.within+wholeRecord), ""
			continue
		case err != nil:
			return "", nil, err
		}
		differing, err := r.differences(stored, claim.Stamp)
		if err != nil {
			return "", nil, err
		}
		fields, id = append(fields, differing...), stored.ID
		foreign = foreign || stored.Stamp.Owner != claim.Stamp.Owner
	}
	if len(fields) == 0 && !foreign {
		return id, nil, nil
	}
	return id, &Drift{Fields: fields, Corrected: foreign || !claim.ReportsDrift}, nil
}

// differences are the fields in which a stored record is not what is wanted. The UID of a person's object is one, since it tells who
// may go on with the record.
func (r Record) differences(stored store.Stored[any], stamp store.Stamp) ([]string, error) {
	differing, err := roster.Differences(stored.Value, r.canonical)
	if err != nil {
		return nil, err
	}
	have, err := json.Marshal(stored.Value)
	if err != nil {
		return nil, fmt.Errorf("encode a record to compare it: %w", err)
	}
	want, err := json.Marshal(r.canonical)
	if err != nil {
		return nil, fmt.Errorf("encode a record to compare it: %w", err)
	}
	if len(differing) == 0 && !bytes.Equal(have, want) {
		// By the sum it is another record, whatever it is that has no name.
		differing = []string{wholeRecord}
	}
	for i, field := range differing {
		differing[i] = r.within + field
	}
	differing = append(differing, stored.Marred...)
	if _, person := r.canonical.(roster.Person); person && stored.Stamp.UID != "" && stored.Stamp.UID != stamp.UID && stored.Stamp.Owner == stamp.Owner {
		differing = append(differing, "stamp.uid")
	}
	return differing, nil
}
