// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"fmt"
	"reflect"
	"slices"
)

// ViolationReason says what kind of fault a violation is.
type ViolationReason string

// The kinds of faults.
const (
	// Invalid is a value that is malformed, or does not go with another of the same object.
	Invalid ViolationReason = "Invalid"
	// Required is a value that is missing.
	Required ViolationReason = "Required"
	// Forbidden is a value that must not be there.
	Forbidden ViolationReason = "Forbidden"
	// Duplicate is a value that is there twice.
	Duplicate ViolationReason = "Duplicate"
)

// Violation is that a value breaks a rule of its kind, which the value alone shows.
type Violation struct {
	// Rule is the name of the rule.
	Rule string
	// Path is the field, such as "spec.tenants[acme].team[anna]".
	Path   string
	Reason ViolationReason
	// BadValue is what stands there; nil where nothing does, or where it is what is known of a person.
	BadValue any
	// Message says what would be right. It holds nothing that is known of a person but names of objects.
	Message string
}

// String says the violation in a sentence.
func (v Violation) String() string { return v.Path + ": " + v.Message }

// Rule is one rule of a kind: what it is called, where it comes from, and what it finds. The violations it answers need no name.
type Rule[V any] struct {
	Name string
	// Source names the features of the sources, or says "ours".
	Source string
	Check  func(V) []Violation
}

// EditRule is a rule on how a value may become another.
type EditRule[V any] struct {
	Name, Source string
	Check        func(before, after V) []Violation
}

// ruleBook is the one list of the rules of a kind.
type ruleBook[V any] struct {
	rules []Rule[V]
	edits []EditRule[V]
	// takesAway tells whether a value only has less than another: no rule refuses that.
	takesAway func(before, after V) bool
}

// violations are all that a value breaks, in the order of the rules.
func (b ruleBook[V]) violations(value V) []Violation {
	var found []Violation
	for _, rule := range b.rules {
		found = append(found, underName(rule.Name, rule.Check(value))...)
	}
	return found
}

// review parts what a value breaks into what is refused and what is tolerated: what the value before broke already, and all of it
// where the change only takes away. No value before is a creation.
func (b ruleBook[V]) review(before *V, after V) (refused, tolerated []Violation) {
	found := b.violations(after)
	if before == nil {
		return found, nil
	}
	old := b.violations(*before)
	takesAway := b.takesAway(*before, after)
	for _, violation := range found {
		if takesAway || slices.ContainsFunc(old, violation.equal) {
			tolerated = append(tolerated, violation)
		} else {
			refused = append(refused, violation)
		}
	}
	for _, rule := range b.edits {
		refused = append(refused, underName(rule.Name, rule.Check(*before, after))...)
	}
	return refused, tolerated
}

func (v Violation) equal(other Violation) bool { return reflect.DeepEqual(v, other) }

func underName(rule string, found []Violation) []Violation {
	for i := range found {
		found[i].Rule = rule
	}
	return found
}

// Violations are the rules an Operator breaks. What breaks them does not reach the store, see [Want].
func (o Operator) Violations() []Violation { return operatorRules.violations(o) }

// Violations are the rules a Tenant breaks. While there is one only what it takes away reaches the store, see [TenantRecord.Narrowed].
func (t Tenant) Violations() []Violation { return tenantRules.violations(t) }

// Violations are the rules a Group breaks. While there is one only what it takes away reaches the store, see [Group.Narrowed].
func (g Group) Violations() []Violation { return groupRules.violations(g) }

// Violations are the rules a ChannelPolicy breaks. What breaks them grants nothing and does not reach the store, see [Policy.Lawful].
func (p Policy) Violations() []Violation { return policyRules.violations(p) }

// CheckOperator parts the rules an Operator breaks into those for which a change is refused and those that are only told of: what
// the Operator before broke already, and all of it where the change only takes away. No Operator before is a creation.
func CheckOperator(before *Operator, after Operator) (refused, tolerated []Violation) {
	return operatorRules.review(before, after)
}

// CheckTenant is what [CheckOperator] is for an Operator.
func CheckTenant(before *Tenant, after Tenant) (refused, tolerated []Violation) {
	return tenantRules.review(before, after)
}

// CheckGroup is what [CheckOperator] is for an Operator.
func CheckGroup(before *Group, after Group) (refused, tolerated []Violation) {
	return groupRules.review(before, after)
}

// CheckPolicy is what [CheckOperator] is for an Operator.
func CheckPolicy(before *Policy, after Policy) (refused, tolerated []Violation) {
	return policyRules.review(before, after)
}

// RuleNames are the names of the rules of a kind, those on edits last.
func RuleNames(kind string) []string {
	switch kind {
	case KindOperator:
		return operatorRules.names()
	case KindTenant:
		return tenantRules.names()
	case KindGroup:
		return groupRules.names()
	case KindChannelPolicy:
		return policyRules.names()
	}
	return nil
}

func (b ruleBook[V]) names() []string {
	var names []string
	for _, rule := range b.rules {
		names = append(names, rule.Name)
	}
	for _, rule := range b.edits {
		names = append(names, rule.Name)
	}
	return names
}

// immutable refuses that a field is changed.
func immutable(path, before, after, remedy string) []Violation {
	if before == after {
		return nil
	}
	return []Violation{{Path: path, Reason: Invalid, BadValue: after, Message: "cannot be changed: " + remedy}}
}

// duplicates are the elements of a list that stand in it more than once.
func duplicates[E ~string](path string, list []E) []Violation {
	var found []Violation
	times := map[E]int{}
	for _, element := range list {
		times[element]++
		if times[element] == 2 {
			found = append(found, Violation{
				Path: fmt.Sprintf("%s[%s]", path, string(element)), Reason: Duplicate, BadValue: string(element), Message: "is listed more than once: name it once",
			})
		}
	}
	return found
}

// oneOf refuses a value that is none of some.
func oneOf[E ~string](path string, value E, allowed ...E) []Violation {
	if slices.Contains(allowed, value) {
		return nil
	}
	return []Violation{{Path: path, Reason: Invalid, BadValue: string(value), Message: fmt.Sprintf("must be one of %s", joined(allowed))}}
}
