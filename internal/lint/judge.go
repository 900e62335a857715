// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"sync"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/manifest"
	"github.com/roster-dev/roster/internal/parallel"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/translate"
)

// judge puts every object to the rules of its kind, among all the others. The verdicts are in the order of the declarations.
func judge(declarations []*manifest.Declaration) []verdict {
	s := &set{
		directory: newDirectory(declarations), matched: map[roster.PolicyKey]int{}, administered: map[roster.TenantKey]bool{},
	}
	verdicts := make([]verdict, len(declarations))
	// People come first: whom a policy matches, they tell.
	for _, people := range []bool{true, false} {
		parallel.Each(len(declarations), func(i int) {
			if _, is := declarations[i].Object.(*v1alpha1.Operator); is == people && declarations[i].Object != nil {
				verdicts[i] = s.judge(declarations[i].Object).of(declarations[i])
			}
		})
	}
	return verdicts
}

// of is the verdict as far as it is asked for: where the API server refuses an object, it says so alone. Of one whose values are not
// sound, nobody knows what it means.
func (v verdict) of(d *manifest.Declaration) verdict {
	for _, p := range d.Problems {
		switch p.Rule {
		case manifest.RuleCEL:
			v.violations = nil
		case manifest.RuleUnknownField:
		default:
			return verdict{}
		}
	}
	return v
}

// set is all objects at once.
type set struct {
	*directory

	mu sync.Mutex
	// matched are how many people a policy grants to, by company, tenant and name, once all people were judged.
	matched map[roster.PolicyKey]int
	// administered says of tenants whether they have a live Administrator.
	administered map[roster.TenantKey]bool
}

// judge is what the rules say of an object that is made as it is declared.
func (s *set) judge(object client.Object) verdict {
	switch object := object.(type) {
	case *v1alpha1.Tenant:
		t := translate.Tenant(object)
		return verdict{t.Violations(), roster.WarnTenant(t)}
	case *v1alpha1.Group:
		g := translate.Group(object)
		return verdict{g.Violations(), g.Warnings(s)}
	case *v1alpha1.ChannelPolicy:
		p := translate.Policy(object)
		return verdict{p.Violations(), p.Warnings(s, s.matched[p.Key()])}
	case *v1alpha1.Operator:
		return s.operator(object)
	}
	return verdict{}
}

func (s *set) operator(object *v1alpha1.Operator) verdict {
	o := s.translated(object)
	compiled := roster.Compile(o, s)
	s.count(o.Company, compiled.Person.Grants)
	warnings := o.Warnings(compiled, s)
	if user := object.Spec.KubernetesUser; user != "" {
		warnings = append(warnings, roster.WarnOfClaims(o.Name, s.byUser[o.Company+"/"+user])...)
	}
	return verdict{o.Violations(), append(warnings, o.WarnOfAdministration(s, func(tenant string) bool { return s.isAdministered(o.Company, tenant) })...)}
}

// count notes which policies grant something to a person.
func (s *set) count(company string, grants []roster.Grant) {
	granting := map[roster.PolicyKey]bool{}
	for _, g := range grants {
		for _, cause := range g.Causes {
			if cause.Kind == roster.CausePolicy {
				granting[roster.PolicyKey{Company: company, Tenant: g.Tenant, Policy: cause.Name}] = true
			}
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for policy := range granting {
		s.matched[policy]++
	}
}

// isAdministered tells whether a tenant has a live Administrator. Each tenant is looked at once, however many people ask.
func (s *set) isAdministered(company, tenant string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := roster.TenantKey{Company: company, Tenant: tenant}
	is, asked := s.administered[key]
	if !asked {
		is = roster.Administered(company, tenant, s)
		s.administered[key] = is
	}
	return is
}
