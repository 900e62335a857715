// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"fmt"
	"maps"
	"slices"
)

// PolicyKey names a channel policy within the store.
type PolicyKey struct {
	Company, Tenant, Policy string
}

// Policy is a channel policy, both as declared and as the identity store holds it. It only grants.
type Policy struct {
	Company  string    `json:"company"`
	Tenant   string    `json:"tenant"`
	Name     string    `json:"policy"`
	Channels []Channel `json:"channels"`
	Subjects []Subject `json:"subjects"`
	// Online and Away say in which states of presence the granted channels may be routed.
	Online bool `json:"online"`
	Away   bool `json:"away"`
	// Capacity caps an operator's concurrent work on a granted channel; 0 is no cap.
	Capacity int `json:"capacity,omitempty"`
}

// Key is the natural key of the record.
func (p Policy) Key() PolicyKey { return PolicyKey{p.Company, p.Tenant, p.Name} }

// Canonical is the policy with every set in its one order. Subjects keep the order they were declared in.
func (p Policy) Canonical() Policy {
	p.Channels = sorted(p.Channels)
	p.Subjects = slices.Clone(p.Subjects)
	for i := range p.Subjects {
		p.Subjects[i].Selector = p.Subjects[i].Selector.canonical()
	}
	return p
}

// Subject says whom a policy grants to: exactly one of its fields is set. A subject with none matches nobody.
type Subject struct {
	Role Role `json:"role,omitempty"`
	// Group matches the operators who name the group, once the group exists; "general" matches every operator of the tenant.
	Group string `json:"group,omitempty"`
	// Operator matches the operator of that object name.
	Operator string    `json:"operator,omitempty"`
	Selector *Selector `json:"selector,omitempty"`
}

// Selector matches the labels of an Operator, as a Kubernetes label selector does. An empty one matches everybody.
type Selector struct {
	MatchLabels      map[string]string `json:"matchLabels,omitempty"`
	MatchExpressions []Requirement     `json:"matchExpressions,omitempty"`
}

// Requirement is one expression of a Selector. One with a fault matches nobody; see [Policy.Fault].
type Requirement struct {
	Key      string   `json:"key"`
	Operator string   `json:"operator"`
	Values   []string `json:"values,omitempty"`
}

func (r Requirement) fault() string {
	needsValues := r.Operator == "In" || r.Operator == "NotIn"
	switch {
	case !needsValues && r.Operator != "Exists" && r.Operator != "DoesNotExist":
		return "operator must be In, NotIn, Exists or DoesNotExist"
	case needsValues && len(r.Values) == 0:
		return "In and NotIn need at least one value"
	case !needsValues && len(r.Values) > 0:
		return "Exists and DoesNotExist take no values"
	}
	return ""
}

// Missing are the tenant, groups and operators a policy names that are not found, in the order of its fields.
func (p Policy) Missing(directory Directory) []Reference {
	missing := MissingTenant(p.Company, p.Tenant, directory)
	for i, s := range p.Subjects {
		if s.Group != "" && s.Group != GeneralGroup && !groupResolves(directory, p.Company, p.Tenant, s.Group) {
			missing = append(missing, Reference{Kind: KindGroup, Name: s.Group, Path: fmt.Sprintf("spec.subjects[%d].group", i)})
		}
		if s.Operator != "" {
			if _, found := directory.Operator(p.Company, s.Operator); !found {
				missing = append(missing, Reference{Kind: KindOperator, Name: s.Operator, Path: fmt.Sprintf("spec.subjects[%d].operator", i)})
			}
		}
	}
	return missing
}

// Grants tells whether the policy grants to a person: through the entry for its tenant, as the tenant leaves it.
func (p Policy) Grants(operator Operator, directory Directory) bool {
	entry, found := operator.Entry(p.Tenant)
	if !found {
		return false
	}
	if len(entry.Groups) > 1 {
		entry.Groups, _ = tenantOrStrictest(directory, p.Company, p.Tenant).within(entry.Groups)
	}
	return p.Matches(operator, entry, directory)
}

// Matches tells whether a policy grants to a person through the entry the person has in the policy's tenant. The entry is as the tenant
// leaves it, without the groups that are over its maximum. What breaks a rule grants nothing.
func (p Policy) Matches(operator Operator, entry Entry, directory Directory) bool {
	return entry.Tenant == p.Tenant && slices.ContainsFunc(p.Subjects, func(s Subject) bool {
		return s.matches(operator, entry, directory) && p.inForce(s)
	})
}

func (s Subject) matches(operator Operator, entry Entry, directory Directory) bool {
	switch {
	case s.Role != "":
		return entry.Role == s.Role
	case s.Group == GeneralGroup:
		return true
	case s.Group != "":
		return entry.declares(s.Group) && groupResolves(directory, operator.Company, entry.Tenant, s.Group)
	case s.Operator != "":
		return operator.Name == s.Operator
	case s.Selector != nil:
		return s.Selector.Matches(operator.Labels)
	}
	return false
}

// Matches tells whether labels satisfy every part of the selector.
func (s Selector) Matches(labels map[string]string) bool {
	for key, want := range s.MatchLabels {
		if have, ok := labels[key]; !ok || have != want {
			return false
		}
	}
	return !slices.ContainsFunc(s.MatchExpressions, func(r Requirement) bool { return !r.matches(labels) })
}

func (r Requirement) matches(labels map[string]string) bool {
	if r.fault() != "" {
		return false
	}
	value, present := labels[r.Key]
	switch r.Operator {
	case "In":
		return present && slices.Contains(r.Values, value)
	case "NotIn":
		return !present || !slices.Contains(r.Values, value)
	case "Exists":
		return present
	case "DoesNotExist":
		return !present
	}
	return false
}

func (s *Selector) canonical() *Selector {
	if s == nil {
		return nil
	}
	ordered := Selector{MatchLabels: maps.Clone(s.MatchLabels), MatchExpressions: slices.Clone(s.MatchExpressions)}
	for i, r := range ordered.MatchExpressions {
		ordered.MatchExpressions[i].Values = sorted(r.Values)
	}
	return &ordered
}
