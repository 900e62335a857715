// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package snapshot is the informer cache seen as the Directory of the core: look-ups by name or index, answered from memory,
// without a copy of any object. Objects it hands out are shared with the cache and must not be changed.
package snapshot

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/translate"
)

// The indexes. Their keys are "<namespace>/<name>", "<namespace>/<tenant>/<group>" for byGroup, and "<namespace>/" for byCompany,
// which has the company administrators of the people, and for byNamespace, which has all.
const (
	byTenant     = "tenant"
	byGroup      = "group"
	byTeamMember = "team"
	bySubject    = "subject"
	byClaim      = "claim"
	byDeclaring  = "declaring"
	byCompany    = "company"
	byUser       = "kubernetes user"
	bySecret     = "secret"
	byNamespace  = "namespace of all"
)

// Indexes are the indexes each kind is kept with, by the kind they belong to.
var Indexes = map[string]toolscache.Indexers{
	"Tenant": {
		byCompany:   keysOf(func(*v1alpha1.Tenant) []string { return []string{""} }),
		byNamespace: keysOf(func(*v1alpha1.Tenant) []string { return []string{""} }),
	},
	"Operator": {
		byTenant:     keysOf(operatorTenants),
		byGroup:      keysOf(operatorGroups),
		byTeamMember: keysOf(operatorTeam),
		byClaim:      keysOf(operatorClaims),
		byDeclaring:  keysOf(DeclaringTenants),
		byCompany:    keysOf(companyAdministrator),
		byUser:       keysOf(operatorUser),
		bySecret:     keysOf(operatorSecret),
		byNamespace:  keysOf(func(*v1alpha1.Operator) []string { return []string{""} }),
	},
	"Group": {
		byTenant:    keysOf(func(g *v1alpha1.Group) []string { return []string{string(g.Spec.Tenant)} }),
		byNamespace: keysOf(func(*v1alpha1.Group) []string { return []string{""} }),
	},
	"ChannelPolicy": {
		byTenant:    keysOf(func(p *v1alpha1.ChannelPolicy) []string { return []string{string(p.Spec.Tenant)} }),
		bySubject:   keysOf(policyOperators),
		byNamespace: keysOf(func(*v1alpha1.ChannelPolicy) []string { return []string{""} }),
	},
}

// Snapshot is a Directory over the objects a cache holds. It is as fresh as the cache, and safe for concurrent use.
type Snapshot struct {
	tenants, groups, operators, policies toolscache.Indexer
}

var _ roster.Directory = (*Snapshot)(nil)

// New is the snapshot of a cache, whose informers it gives the indexes it needs. Call it before the cache is started.
func New(ctx context.Context, informers cache.Informers) (*Snapshot, error) {
	s := &Snapshot{}
	for _, kind := range []struct {
		name    string
		object  client.Object
		indexer *toolscache.Indexer
	}{
		{"Tenant", &v1alpha1.Tenant{}, &s.tenants},
		{"Group", &v1alpha1.Group{}, &s.groups},
		{"Operator", &v1alpha1.Operator{}, &s.operators},
		{"ChannelPolicy", &v1alpha1.ChannelPolicy{}, &s.policies},
	} {
		informer, err := informers.GetInformer(ctx, kind.object, cache.BlockUntilSynced(false))
		if err != nil {
			return nil, fmt.Errorf("watch %s objects: %w", kind.name, err)
		}
		if err := informer.AddIndexers(Indexes[kind.name]); err != nil {
			return nil, fmt.Errorf("index %s objects: %w", kind.name, err)
		}
		shared, ok := informer.(toolscache.SharedIndexInformer)
		if !ok {
			return nil, fmt.Errorf("watch %s objects: the cache's informer %T offers no index to read", kind.name, informer)
		}
		*kind.indexer = shared.GetIndexer()
	}
	return s, nil
}

// Over is the snapshot of indexers that were made with Indexes, one a kind.
func Over(tenants, groups, operators, policies toolscache.Indexer) *Snapshot {
	return &Snapshot{tenants: tenants, groups: groups, operators: operators, policies: policies}
}

// Tenant is the live tenant of that name.
func (s *Snapshot) Tenant(company, name string) (roster.Tenant, bool) {
	object, found := lookUp[*v1alpha1.Tenant](s.tenants, company, name)
	if !found || terminating(object) {
		return roster.Tenant{}, false
	}
	return translate.Tenant(object), true
}

// LinksValidFor is how long the links of people live whose home a tenant is, whether or not it is there.
func (s *Snapshot) LinksValidFor(company, tenant string) time.Duration {
	if object, found := lookUp[*v1alpha1.Tenant](s.tenants, company, tenant); found && object.Spec.Activation.ValidFor != nil {
		return object.Spec.Activation.ValidFor.Duration
	}
	return defaultLinksValidFor
}

// defaultLinksValidFor is that of the API.
const defaultLinksValidFor = 72 * time.Hour

// Group is the group of that name, also while it is being deleted.
func (s *Snapshot) Group(company, name string) (roster.Group, bool) {
	object, found := lookUp[*v1alpha1.Group](s.groups, company, name)
	if !found {
		return roster.Group{}, false
	}
	return translate.Group(object), true
}

// HasGroups tells whether a tenant has a group, or somebody who declares one. What it costs where only the latter is so depends on
// how many tenants there are, and never on how many people.
func (s *Snapshot) HasGroups(company, tenant string) bool {
	// IndexKeys would sort the groups, and this is asked for every person that is compiled.
	if len(s.GroupsOf(company, tenant)) > 0 {
		return true
	}
	return slices.Contains(s.operators.ListIndexFuncValues(byDeclaring), company+"/"+tenant)
}

// OperatorObject is the object of a person, which nobody may change.
func (s *Snapshot) OperatorObject(company, name string) (*v1alpha1.Operator, bool) {
	return lookUp[*v1alpha1.Operator](s.operators, company, name)
}

// OperatorsGivenBy are the objects of the people whose first password a Secret has, which nobody may change.
func (s *Snapshot) OperatorsGivenBy(company, secret string) []*v1alpha1.Operator {
	return indexed[*v1alpha1.Operator](s.operators, bySecret, company+"/"+secret)
}

// Operator is the person of that object name.
func (s *Snapshot) Operator(company, name string) (roster.Operator, bool) {
	object, found := lookUp[*v1alpha1.Operator](s.operators, company, name)
	if !found || terminating(object) {
		return roster.Operator{}, false
	}
	return translate.Operator(object), true
}

// Policies are the channel policies of a tenant.
func (s *Snapshot) Policies(company, tenant string) iter.Seq[roster.Policy] {
	return func(yield func(roster.Policy) bool) {
		for _, object := range s.PoliciesOf(company, tenant) {
			if !terminating(object) && !yield(translate.Policy(object)) {
				return
			}
		}
	}
}

// People are who may be there for a tenant: the company administrators, and then everybody with an entry for it; not who is being
// deleted. Each is translated when asked for.
func (s *Snapshot) People(company, tenant string) iter.Seq[roster.Operator] {
	return func(yield func(roster.Operator) bool) {
		for _, people := range [][]*v1alpha1.Operator{s.companyAdministrators(company), s.OperatorsOf(company, tenant)} {
			for _, o := range people {
				if !terminating(o) && !yield(translate.Operator(o)) {
					return
				}
			}
		}
	}
}

// HasPolicy tells whether there is a channel policy of that name that is not being deleted.
func (s *Snapshot) HasPolicy(company, name string) bool {
	object, found := lookUp[*v1alpha1.ChannelPolicy](s.policies, company, name)
	return found && !terminating(object)
}

// TenantsOf are the tenants of a company.
func (s *Snapshot) TenantsOf(company string) []*v1alpha1.Tenant {
	return indexed[*v1alpha1.Tenant](s.tenants, byCompany, company+"/")
}

func (s *Snapshot) companyAdministrators(company string) []*v1alpha1.Operator {
	return indexed[*v1alpha1.Operator](s.operators, byCompany, company+"/")
}

// OperatorsOf are the operators with an entry for a tenant.
func (s *Snapshot) OperatorsOf(company, tenant string) []*v1alpha1.Operator {
	return indexed[*v1alpha1.Operator](s.operators, byTenant, company+"/"+tenant)
}

// MembersOf are the operators who name a group in their entry for its tenant.
func (s *Snapshot) MembersOf(company, tenant, group string) []*v1alpha1.Operator {
	return indexed[*v1alpha1.Operator](s.operators, byGroup, company+"/"+tenant+"/"+group)
}

// LeadersOf are the operators who name an operator in a team.
func (s *Snapshot) LeadersOf(company, operator string) []*v1alpha1.Operator {
	return indexed[*v1alpha1.Operator](s.operators, byTeamMember, company+"/"+operator)
}

// RivalsOf are the other operators who claim the user name or the e-mail address of an operator.
func (s *Snapshot) RivalsOf(operator *v1alpha1.Operator) []*v1alpha1.Operator {
	var rivals []*v1alpha1.Operator
	for _, claim := range operatorClaims(operator) {
		for _, rival := range indexed[*v1alpha1.Operator](s.operators, byClaim, operator.Namespace+"/"+claim) {
			if rival.Name != operator.Name {
				rivals = append(rivals, rival)
			}
		}
	}
	return rivals
}

// OperatorsByKubernetesUser are the operators who claim to be a user of Kubernetes, those who are being deleted left out. Where
// there are several, none of them is that user.
func (s *Snapshot) OperatorsByKubernetesUser(company, user string) []*v1alpha1.Operator {
	return slices.DeleteFunc(indexed[*v1alpha1.Operator](s.operators, byUser, company+"/"+user),
		func(o *v1alpha1.Operator) bool { return terminating(o) })
}

// GroupsOf are the groups of a tenant.
func (s *Snapshot) GroupsOf(company, tenant string) []*v1alpha1.Group {
	return indexed[*v1alpha1.Group](s.groups, byTenant, company+"/"+tenant)
}

// PoliciesOf are the channel policies of a tenant.
func (s *Snapshot) PoliciesOf(company, tenant string) []*v1alpha1.ChannelPolicy {
	return indexed[*v1alpha1.ChannelPolicy](s.policies, byTenant, company+"/"+tenant)
}

// PoliciesNaming are the channel policies that name an operator as a subject.
func (s *Snapshot) PoliciesNaming(company, operator string) []*v1alpha1.ChannelPolicy {
	return indexed[*v1alpha1.ChannelPolicy](s.policies, bySubject, company+"/"+operator)
}

func operatorTenants(o *v1alpha1.Operator) []string {
	keys := make([]string, 0, len(o.Spec.Tenants))
	for i := range o.Spec.Tenants {
		keys = append(keys, string(o.Spec.Tenants[i].Tenant))
	}
	return keys
}

func operatorGroups(o *v1alpha1.Operator) []string {
	var keys []string
	for i := range o.Spec.Tenants {
		for _, g := range o.Spec.Tenants[i].Groups {
			keys = append(keys, string(o.Spec.Tenants[i].Tenant)+"/"+string(g.Name))
		}
	}
	return keys
}

// DeclaringTenants are the names of the tenants in which an operator declares a group, be it there or not, other than the general one.
func DeclaringTenants(o *v1alpha1.Operator) []string {
	var keys []string
	for i := range o.Spec.Tenants {
		if slices.ContainsFunc(o.Spec.Tenants[i].Groups, func(g v1alpha1.OperatorGroup) bool { return g.Name != v1alpha1.GeneralGroup }) {
			keys = append(keys, string(o.Spec.Tenants[i].Tenant))
		}
	}
	return keys
}

func operatorUser(o *v1alpha1.Operator) []string {
	if o.Spec.KubernetesUser == "" {
		return nil
	}
	return []string{o.Spec.KubernetesUser}
}

func operatorSecret(o *v1alpha1.Operator) []string {
	if o.Spec.Credential.PasswordSecretRef == nil {
		return nil
	}
	return []string{string(o.Spec.Credential.PasswordSecretRef.Name)}
}

func companyAdministrator(o *v1alpha1.Operator) []string {
	if !o.Spec.CompanyAdministrator {
		return nil
	}
	return []string{""}
}

func operatorTeam(o *v1alpha1.Operator) []string {
	var keys []string
	for i := range o.Spec.Tenants {
		for _, member := range o.Spec.Tenants[i].Team {
			keys = append(keys, string(member))
		}
	}
	return keys
}

// operatorClaims are the names an operator holds alone in a company, as they are compared.
func operatorClaims(o *v1alpha1.Operator) []string {
	return claims(o.Namespace, o.Spec.UserName, string(o.Spec.Profile.Email))
}

func claims(company, userName, email string) []string {
	user := roster.User{Profile: roster.Profile{Email: email}}
	return []string{"user name/" + roster.NewPersonKey(company, userName).UserName, "e-mail/" + user.EmailKey()}
}

func policyOperators(p *v1alpha1.ChannelPolicy) []string {
	var keys []string
	for _, s := range p.Spec.Subjects {
		if s.Operator != "" {
			keys = append(keys, string(s.Operator))
		}
	}
	return keys
}

// keysOf is an index function over a kind, from the keys of one object within its namespace.
func keysOf[T client.Object](within func(T) []string) toolscache.IndexFunc {
	return func(object any) ([]string, error) {
		typed, ok := object.(T)
		if !ok {
			return nil, fmt.Errorf("index a %T where a %T was expected", object, typed)
		}
		keys := within(typed)
		for i, key := range keys {
			keys[i] = typed.GetNamespace() + "/" + key
		}
		return keys, nil
	}
}

func terminating(object client.Object) bool { return object.GetDeletionTimestamp() != nil }

func lookUp[T client.Object](indexer toolscache.Indexer, namespace, name string) (T, bool) {
	var none T
	object, found, err := indexer.GetByKey(namespace + "/" + name)
	if err != nil || !found {
		return none, false
	}
	typed, ok := object.(T)
	return typed, ok
}

// indexed are the objects of one key of an index. The only error of a look-up is an index that does not exist, which New and
// every test that builds a Snapshot from Indexes rule out.
func indexed[T client.Object](indexer toolscache.Indexer, index, key string) []T {
	objects, err := indexer.ByIndex(index, key)
	if err != nil {
		panic(fmt.Sprintf("snapshot: %v", err))
	}
	typed := make([]T, 0, len(objects))
	for _, object := range objects {
		typed = append(typed, object.(T))
	}
	return typed
}
