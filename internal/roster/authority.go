// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Change is a request to create, change or delete an object. An update of the status subresource is a change like any other.
type Change struct {
	// Kind is one of [KindTenant], [KindOperator], [KindGroup] and [KindChannelPolicy].
	Kind          string
	Company, Name string
	// Before is the object as it is, and After as it would be, as decoded JSON of one decoder. No Before is a creation, and no
	// After a deletion.
	Before, After map[string]any
}

// Requester is who asks for a change.
type Requester struct {
	// User is the requester's name in Kubernetes.
	User string
	// Claimants are the Operators of the company whose spec.kubernetesUser is that name, those being deleted left out. Where there are
	// several, none of them is the requester.
	Claimants []Operator
	// Powers are what the requester may do by Kubernetes RBAC.
	Powers Powers
}

// Powers answers what a requester may do by Kubernetes RBAC in the company's namespace. It is asked for nothing that a decision does
// not turn on, and at most once per decision for each question. An error ends the decision.
type Powers interface {
	// AdministersCompany is the verb administer on the resource companies.
	AdministersCompany() (bool, error)
	// AdministersTenant is the verb administer on the tenant of that name.
	AdministersTenant(tenant string) (bool, error)
	// ReadsSecret is the verb get on the Secret of that name.
	ReadsSecret(name string) (bool, error)
}

// Refusal is that a requester lacks the authority for some fields of a change.
type Refusal struct {
	// Paths are the fields, in order; none is the object as a whole.
	Paths []string
	// Need says whose authority it takes, and how one would have it.
	Need string
}

// pathsTold is how many fields a refusal names before it counts them.
const pathsTold = 6

// String says the refusal in a sentence.
func (r Refusal) String() string {
	paths, more := r.Paths, ""
	if len(paths) > pathsTold {
		paths, more = paths[:pathsTold], fmt.Sprintf(" and %d more", len(paths)-pathsTold)
	}
	if len(paths) == 0 {
		return r.Need
	}
	return fmt.Sprintf("%s%s: %s", strings.Join(paths, ", "), more, r.Need)
}

// Authorize tells what of a change the requester lacks the authority for; nothing is that the change may be made. What may be done is
// decided by specs alone, and everything that is refused is told at once. An error is that it could not be decided, and then
// the change must not be made.
func Authorize(change Change, requester Requester, directory Directory) ([]Refusal, error) {
	rules, known := rulesOfKind[change.Kind]
	if !known {
		return nil, fmt.Errorf("there is no rule on who may change a %s", change.Kind)
	}
	if change.Before == nil && change.After == nil {
		return nil, errors.New("a change needs the object as it is, or as it would be")
	}
	j := newJudge(change, requester, directory)
	refused := refusals{}
	if err := j.whole(rules, &refused); err != nil {
		return nil, err
	}
	if change.After == nil {
		return refused.list, nil
	}
	for _, field := range fieldChanges(change.Kind, change.Before, change.After) {
		if err := j.field(rules, field, &refused); err != nil {
			return nil, err
		}
	}
	return refused.list, nil
}

// refusals gathers the fields by what they need.
type refusals struct {
	list []Refusal
	// told are the needs and fields in the list: a request may hold hundreds of thousands of fields, none of which may cost the more
	// for the others.
	told map[[2]string]bool
}

func (r *refusals) add(need, path string) {
	if need == "" {
		return
	}
	i := slices.IndexFunc(r.list, func(known Refusal) bool { return known.Need == need })
	if i < 0 {
		i = len(r.list)
		r.list = append(r.list, Refusal{Need: need})
	}
	if path == "" || r.told[[2]string{need, path}] {
		return
	}
	if r.told == nil {
		r.told = map[[2]string]bool{}
	}
	r.told[[2]string{need, path}] = true
	r.list[i].Paths = append(r.list[i].Paths, path)
}

// whole decides on the creation or deletion of the object.
func (j *judge) whole(rules kindRules, refused *refusals) error {
	var who Authority
	switch {
	case j.change.Before == nil:
		who = rules.create
	case j.change.After == nil:
		who = rules.remove
	default:
		return nil
	}
	need, err := j.lacks(who, fieldChange{})
	refused.add(need, "")
	return err
}

// field decides on one field.
func (j *judge) field(rules kindRules, field fieldChange, refused *refusals) error {
	rule := field.rule
	if rule == nil {
		rule = &FieldRule{Who: rules.others}
	}
	if rule.FreeToAdd && field.added || j.selfMay(rule.Self, field.entry) {
		return nil
	}
	if !j.impliedByCreating(rules, rule.Who) {
		need, err := j.lacks(rule.Who, field)
		if err != nil {
			return err
		}
		refused.add(need+orSelf(need, rule.Self), field.path)
	}
	if rule.Reference == "" {
		return nil
	}
	need, err := j.lacksSecret(rule.Reference)
	refused.add(need, rule.Reference)
	return err
}

// impliedByCreating tells whether the decision on the creation as a whole has settled an authority too.
func (j *judge) impliedByCreating(rules kindRules, who Authority) bool {
	return j.change.Before == nil && slices.Contains(rules.implied, who)
}
