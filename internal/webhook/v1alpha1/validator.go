// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	admissionv1 "k8s.io/api/admission/v1"
	"k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/webhook/requester"
)

// decided is how long a decision may take; the API server waits somewhat longer.
const decided = 4 * time.Second

// Directory is where decisions look up the other objects of a company.
type Directory interface {
	roster.Neighbours
	requester.People
}

// Validator answers API servers whether a change may be made. It is safe for concurrent use.
type Validator struct {
	// Directory is what is known of the company.
	Directory Directory
	// Desk tells who a requester is.
	Desk *requester.Desk
	// Synced waits until the directory knows everything there was when the manager started, and is false if ctx ends before.
	Synced func(ctx context.Context) bool
}

var _ admission.Handler = (*Validator)(nil)

// Handle decides on one request. It changes nothing, so a dry run is answered like any other. What cannot be decided is refused.
func (v *Validator) Handle(ctx context.Context, request admission.Request) admission.Response {
	ctx, cancel := context.WithTimeout(ctx, decided)
	defer cancel()
	kind, known := kinds[request.Kind.Kind]
	if !known || request.Kind.Group != v1alpha1.GroupVersion.Group {
		return admission.Errored(http.StatusBadRequest, fmt.Errorf("there are no rules on %s objects", request.Kind.Kind))
	}
	before, after, err := sides(request)
	if err != nil {
		return admission.Errored(http.StatusBadRequest, err)
	}
	change, err := changeOf(request, before, after)
	if err != nil {
		return admission.Errored(http.StatusBadRequest, err)
	}
	if !v.Synced(ctx) {
		return undecided(http.StatusServiceUnavailable, errors.New("the manager is starting and does not know every object yet: try again"))
	}
	refusals, err := roster.Authorize(change, v.Desk.Requester(ctx, change.Company, request.UserInfo), v.Directory)
	if err != nil {
		return undecided(http.StatusInternalServerError, err)
	}
	var found findings
	if request.SubResource == "" {
		if found, err = kind.review(before, after, v.Directory); err != nil {
			return admission.Errored(http.StatusBadRequest, err)
		}
	}
	return answer(subject{change: change, request: &request.AdmissionRequest}, refusals, found)
}

// sides are the object as it is and as it would be, as JSON: a creation has no former, and a deletion no latter, whatever else the
// request holds.
func sides(request admission.Request) (before, after []byte, err error) {
	is, wouldBe := request.OldObject.Raw, request.Object.Raw
	switch request.Operation {
	case admissionv1.Create:
		is = nil
	case admissionv1.Delete:
		wouldBe = nil
	case admissionv1.Update:
		if absent(is) || absent(wouldBe) {
			return nil, nil, errors.New("the request should hold the object as it is, and as it would be")
		}
	default:
		return nil, nil, fmt.Errorf("there are no rules on the operation %s", request.Operation)
	}
	if absent(is) && absent(wouldBe) {
		return nil, nil, errors.New("the request holds no object")
	}
	return is, wouldBe, nil
}

func absent(raw []byte) bool { return len(raw) == 0 || string(raw) == "null" }

// changeOf is what a request would change. A deletion of many has no name but that of each object that goes.
func changeOf(request admission.Request, before, after []byte) (roster.Change, error) {
	change := roster.Change{Kind: request.Kind.Kind, Company: request.Namespace, Name: request.Name}
	var err error
	if change.Before, err = tree(before); err != nil {
		return roster.Change{}, fmt.Errorf("read the object as it is: %w", err)
	}
	if change.After, err = tree(after); err != nil {
		return roster.Change{}, fmt.Errorf("read the object as it would be: %w", err)
	}
	for _, object := range []map[string]any{change.Before, change.After} {
		metadata, _ := object["metadata"].(map[string]any)
		if name, ok := metadata["name"].(string); ok && change.Name == "" {
			change.Name = name
		}
	}
	return change, nil
}

// tree is an object as decoded JSON; nil where there is none.
func tree(raw []byte) (map[string]any, error) {
	if absent(raw) {
		return nil, nil
	}
	var object map[string]any
	if err := json.Unmarshal(raw, &object); err != nil {
		return nil, err
	}
	return object, nil
}

// undecided is the answer while nothing can be decided: a refusal that may be tried again.
func undecided(code int32, err error) admission.Response {
	return admission.Errored(code, fmt.Errorf("it cannot be decided whether this may be done: %w", err))
}
