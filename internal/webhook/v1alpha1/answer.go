// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	admissionv1 "k8s.io/api/admission/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/roster-dev/roster/internal/roster"
)

// An API server passes on 4,096 characters of warnings, and cuts each to a torso where there are more. What is refused is cut far
// beyond what a person reads. All are counts of bytes or lines.
const (
	warningsAtMost  = 3800
	warningAtMost   = 500
	faultsAtMost    = 40
	faultAtMost     = 2000
	beyondTheLast   = "and %d more"
	toleratedSuffix = " (tolerated: it was so before, or this change takes away)"
)

// subject is what an answer is about.
type subject struct {
	change  roster.Change
	request *admissionv1.AdmissionRequest
}

// answer says what was decided: 403 where authority is lacking, with the rules that are broken after it; else 422 where rules are
// broken; else that the change may be made, with warnings.
func answer(about subject, refusals []roster.Refusal, found findings) admission.Response {
	switch {
	case len(refusals) > 0:
		return about.refuse(about.forbidden(refusals, found.refused))
	case len(found.refused) > 0:
		return about.refuse(about.invalid(found.refused))
	}
	return admission.Allowed("").WithWarnings(warnings(found)...)
}

func (s subject) refuse(status metav1.Status) admission.Response {
	return admission.Response{AdmissionResponse: admissionv1.AdmissionResponse{Allowed: false, Result: &status}}
}

func (s subject) groupKind() schema.GroupKind {
	return schema.GroupKind{Group: s.request.Kind.Group, Kind: s.request.Kind.Kind}
}

// verb is what the requester wanted to do.
func (s subject) verb() string {
	switch {
	case s.change.Before == nil:
		return "create"
	case s.change.After == nil:
		return "delete"
	case s.request.SubResource != "":
		return "change the " + s.request.SubResource + " of"
	}
	return "change"
}

// forbidden is the status for a requester without the authority.
func (s subject) forbidden(refusals []roster.Refusal, violations []roster.Violation) metav1.Status {
	lines := []string{fmt.Sprintf("user %q may not %s %s %q:", s.request.UserInfo.Username, s.verb(), s.change.Kind, s.change.Name)}
	var causes []metav1.StatusCause
	told := func(path, sentence, message string) {
		lines = append(lines, "* "+cut(sentence, faultAtMost))
		causes = append(causes, metav1.StatusCause{Type: metav1.CauseTypeForbidden, Field: cut(path, faultAtMost), Message: cut(message, faultAtMost)})
	}
	for _, refusal := range refusals {
		told(strings.Join(refusal.Paths, ", "), refusal.String(), refusal.Need)
	}
	if len(violations) > 0 {
		lines = append(lines, "and it breaks rules that hold for everybody:")
	}
	for _, violation := range violations {
		told(violation.Path, violation.String(), violation.Message)
	}
	return metav1.Status{
		Status: metav1.StatusFailure, Code: http.StatusForbidden, Reason: metav1.StatusReasonForbidden,
		Message: strings.Join(atMost(lines, faultsAtMost), "\n"),
		Details: &metav1.StatusDetails{Group: s.request.Kind.Group, Kind: s.request.Kind.Kind, Name: s.change.Name, Causes: causes[:min(len(causes), faultsAtMost)]},
	}
}

// invalid is the status for an object that breaks rules.
func (s subject) invalid(violations []roster.Violation) metav1.Status {
	var faults field.ErrorList
	for _, v := range violations[:min(len(violations), faultsAtMost)] {
		faults = append(faults, &field.Error{
			Type: faultTypes[v.Reason], Field: cut(v.Path, faultAtMost), BadValue: badValue(v), Detail: cut(v.Message, faultAtMost),
		})
	}
	if more := len(violations) - len(faults); more > 0 {
		faults = append(faults, &field.Error{Type: field.ErrorTypeInvalid, Field: "spec", BadValue: field.OmitValueType{}, Detail: fmt.Sprintf(beyondTheLast, more)})
	}
	return apierrors.NewInvalid(s.groupKind(), s.change.Name, faults).Status()
}

// faultTypes are the types of field errors by the reason of a violation.
var faultTypes = map[roster.ViolationReason]field.ErrorType{
	roster.Invalid:   field.ErrorTypeInvalid,
	roster.Required:  field.ErrorTypeRequired,
	roster.Forbidden: field.ErrorTypeForbidden,
	roster.Duplicate: field.ErrorTypeDuplicate,
}

// badValue is what stands at the path of a violation, unless it is not to be told.
func badValue(v roster.Violation) any {
	if v.BadValue == nil {
		return field.OmitValueType{}
	}
	if text, is := v.BadValue.(string); is {
		return cut(text, faultAtMost)
	}
	return v.BadValue
}

// warnings are what a person is told of a change that may be made, within what API servers pass on.
func warnings(found findings) []string {
	var sentences []string
	for _, violation := range found.tolerated {
		sentences = append(sentences, cut(violation.String(), warningAtMost-len(toleratedSuffix))+toleratedSuffix)
	}
	for _, warning := range found.warnings {
		sentences = append(sentences, cut(warning, warningAtMost))
	}
	total := 0
	for i, sentence := range sentences {
		if total += len(sentence); total > warningsAtMost {
			return append(sentences[:i:i], fmt.Sprintf(beyondTheLast, len(sentences)-i))
		}
	}
	return sentences
}

// atMost is a list cut to a number of sentences, of which the last counts those left out.
func atMost(sentences []string, most int) []string {
	if len(sentences) <= most {
		return sentences
	}
	return append(sentences[:most-1:most-1], fmt.Sprintf(beyondTheLast, len(sentences)-most+1))
}

// cut is a text of at most so many bytes, cut between characters.
func cut(text string, most int) string {
	const sign = "…"
	if len(text) <= most {
		return text
	}
	end := most - len(sign)
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + sign
}
