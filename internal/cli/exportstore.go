// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/manifest"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/snapshot"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/drivers"
	"github.com/roster-dev/roster/internal/translate"
)

// holdings are all that a store has of a company and that objects can declare.
type holdings struct {
	company  string
	mine     func(store.Owner) bool
	tenants  []store.Stored[roster.TenantRecord]
	generals map[string]roster.Group
	groups   []store.Stored[roster.Group]
	policies []store.Stored[roster.Policy]
	people   []store.Stored[roster.Person]
	// left is how many of those meant have left, so that nothing is to declare them.
	left int
}

// exportStore are the manifests of the records of a store.
func exportStore(ctx context.Context, at storeFlags, company string) (found *exported, err error) {
	opened, err := drivers.OpenToLook(at.url)
	if err != nil {
		return nil, fmt.Errorf("--store: %w", err)
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	companies, err := opened.Companies(ctx)
	if err != nil {
		return nil, err
	}
	switch {
	case len(companies) == 0:
		return nil, errors.New("the identity store holds nothing: see that its URL is right")
	case company == "" && len(companies) > 1:
		return nil, fmt.Errorf("the store has the companies %s: choose one with --namespace", strings.Join(companies, ", "))
	case company == "":
		company = companies[0]
	case !slices.Contains(companies, company):
		return nil, fmt.Errorf("--namespace: the store has nothing of company %q; there is %s%s", company, strings.Join(companies, ", "), didYouMean(company, companies))
	}
	h := &holdings{company: company, generals: map[string]roster.Group{}, mine: func(owner store.Owner) bool {
		if at.installation == "" {
			return owner == store.Owner{}
		}
		return owner.Installation == at.installation && owner.Namespace == company
	}}
	if err := h.read(ctx, opened); err != nil {
		return nil, err
	}
	return h.export()
}

// read reads all records of the company.
func (h *holdings) read(ctx context.Context, s store.Store) error {
	return errors.Join(
		take(s.Tenants().List(ctx, h.company), func(r store.Stored[roster.TenantRecord]) {
			if r.Value.Retired || r.Value.Held != "" {
				h.leave(r.Stamp.Owner)
				return
			}
			h.tenants = append(h.tenants, r)
		}),
		take(s.Groups().List(ctx, h.company), func(r store.Stored[roster.Group]) {
			if r.Value.Name == roster.GeneralGroup {
				h.generals[r.Value.Tenant] = r.Value
				return
			}
			h.groups = append(h.groups, r)
		}),
		take(s.Policies().List(ctx, h.company), func(r store.Stored[roster.Policy]) { h.policies = append(h.policies, r) }),
		take(s.People().List(ctx, h.company), func(r store.Stored[roster.Person]) {
			if r.Value.HasLeft() || r.Value.IsHeld() {
				h.leave(r.Stamp.Owner)
				return
			}
			h.people = append(h.people, r)
		}),
	)
}

func (h *holdings) leave(owner store.Owner) {
	if h.mine(owner) {
		h.left++
	}
}

func take[V any](list iter.Seq2[store.Stored[V], error], add func(store.Stored[V])) error {
	for stored, err := range list {
		if err != nil {
			return err
		}
		add(stored)
	}
	return nil
}

// export are the manifests of the records that are meant. All others count, too, for what those compile to.
func (h *holdings) export() (*exported, error) {
	all, names := h.declare()
	// Both hold the same objects, in the same order.
	directory := newWorld(all, h.company).directory
	found, meant := &exported{}, &manifest.Objects{}
	for i, r := range h.tenants {
		if o := all.Tenants[i]; h.mine(r.Stamp.Owner) {
			meant.Tenants = append(meant.Tenants, o)
			found.compareTenant(o, r.Value, h.generals[o.Name], directory)
		}
	}
	for i, r := range h.groups {
		if o := all.Groups[i]; h.mine(r.Stamp.Owner) {
			meant.Groups = append(meant.Groups, o)
			found.compare("Group", o.Name, r.Value, translate.Group(o))
		}
	}
	for i, r := range h.policies {
		if o := all.Policies[i]; h.mine(r.Stamp.Owner) {
			meant.Policies = append(meant.Policies, o)
			found.compare("ChannelPolicy", o.Name, r.Value, translate.Policy(o).Lawful().Canonical())
		}
	}
	for i, r := range h.people {
		if o := all.Operators[i]; h.mine(r.Stamp.Owner) {
			meant.Operators = append(meant.Operators, o)
			found.comparePerson(o, r.Value, names, directory)
		}
	}
	if h.left > 0 {
		found.asides = append(found.asides, counted(h.left, "record is of somebody who left, or of a tenant that is retired, and nothing is to declare it",
			"records are of people who left, or of tenants that are retired, and nothing is to declare them"))
	}
	meant.Groups, meant.Policies = once(found, "Group", meant.Groups), once(found, "ChannelPolicy", meant.Policies)
	err := found.add(meant)
	return found, err
}

// once leaves out objects that bear the name of another: records are by tenant, and objects are not.
func once[T client.Object](e *exported, kind string, objects []T) []T {
	seen := map[string]bool{}
	return slices.DeleteFunc(objects, func(o T) bool {
		if seen[o.GetName()] {
			e.complain(kind, o.GetName(), "two tenants have one of this name, and objects of one name can be of one tenant only: the second is left out")
			return true
		}
		seen[o.GetName()] = true
		return false
	})
}

// declare are the objects that declare all records, in the order of these, and the names of people's objects by user name.
func (h *holdings) declare() (*manifest.Objects, map[string]string) {
	all, names := &manifest.Objects{}, h.names()
	for _, r := range h.tenants {
		o := translate.TenantFor(r.Value, h.generals[r.Value.Tenant])
		if h.addsPermissions(o.Name) {
			o.Spec.RolePolicy = v1alpha1.RolePolicyAdditive
		}
		all.Tenants = append(all.Tenants, o)
	}
	for _, r := range h.groups {
		all.Groups = append(all.Groups, translate.GroupFor(r.Value))
	}
	policies := map[roster.PolicyKey]roster.Policy{}
	for _, r := range h.policies {
		policies[r.Value.Key()] = r.Value
		all.Policies = append(all.Policies, translate.PolicyFor(r.Value))
	}
	for _, r := range h.people {
		o := translate.OperatorFor(r.Value, names[r.Value.User.UserName], names)
		o.Labels = labelsFor(r.Value, o.Name, policies)
		all.Operators = append(all.Operators, o)
	}
	return all, names
}

// addsPermissions tells whether a Worker of a tenant has a permission, which the tenant's rolePolicy has to allow.
func (h *holdings) addsPermissions(tenant string) bool {
	return slices.ContainsFunc(h.people, func(r store.Stored[roster.Person]) bool {
		return slices.ContainsFunc(r.Value.Memberships, func(m roster.Membership) bool {
			return m.Tenant == tenant && m.Role == roster.Worker && len(m.Permissions) > 0
		})
	})
}

// names are the names of people's objects by user name: that of the stamp, else one made of the user name.
func (h *holdings) names() map[string]string {
	names, taken := map[string]string{}, map[string]bool{}
	for _, r := range h.people {
		if owner := r.Stamp.Owner; owner.Kind == "Operator" && owner.Namespace == h.company && !taken[owner.Name] {
			names[r.Value.User.UserName], taken[owner.Name] = owner.Name, true
		}
	}
	for _, r := range h.people {
		user := r.Value.User.UserName
		if names[user] != "" {
			continue
		}
		names[user] = freeName(nameOf(user), taken)
		taken[names[user]] = true
	}
	return names
}

// longestName is that of an object.
const longestName = 253

// nameOf is the name of an object made of a user name: its letters and digits, and '-' for whatever else there is.
func nameOf(userName string) string {
	var name strings.Builder
	for _, c := range strings.ToLower(userName) {
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			name.WriteRune(c)
		case !strings.HasSuffix(name.String(), "-"):
			name.WriteByte('-')
		}
	}
	made := name.String()
	made = strings.Trim(made[:min(len(made), longestName)], "-")
	if made == "" {
		return "operator"
	}
	return made
}

// freeName is a name, or one like it that is not taken.
func freeName(name string, taken map[string]bool) string {
	free := name
	for n := 2; taken[free]; n++ {
		suffix := fmt.Sprintf("-%d", n)
		free = name[:min(len(name), longestName-len(suffix))] + suffix
	}
	return free
}

// labelsFor are labels by which somebody is selected by the policies that the person's grants are due to. The store has no labels.
func labelsFor(p roster.Person, name string, policies map[roster.PolicyKey]roster.Policy) map[string]string {
	labels := map[string]string{}
	for _, g := range p.Grants {
		for _, cause := range g.Causes {
			policy, found := policies[roster.PolicyKey{Company: p.User.Company, Tenant: g.Tenant, Policy: cause.Name}]
			if found && cause.Kind == roster.CausePolicy && !matchedOtherwise(p, name, policy) {
				selectBy(labels, policy)
			}
		}
	}
	if len(labels) == 0 {
		return nil
	}
	return labels
}

// matchedOtherwise tells whether a policy matches somebody without labels.
func matchedOtherwise(p roster.Person, name string, policy roster.Policy) bool {
	i := slices.IndexFunc(p.Memberships, func(m roster.Membership) bool { return m.Tenant == policy.Tenant })
	if i < 0 {
		return false
	}
	m := p.Memberships[i]
	return slices.ContainsFunc(policy.Subjects, func(s roster.Subject) bool {
		inGroup := func(g roster.GroupMembership) bool { return g.Group == s.Group }
		switch {
		case s.Role != "":
			return s.Role == m.Role
		case s.Group != "":
			return s.Group == roster.GeneralGroup || slices.ContainsFunc(m.Groups, inGroup)
		case s.Operator != "":
			return s.Operator == name
		}
		return s.Selector != nil && s.Selector.Matches(nil)
	})
}

// selectBy adds the labels that the first selector of a policy asks for.
func selectBy(labels map[string]string, policy roster.Policy) {
	for _, s := range policy.Subjects {
		if s.Selector == nil {
			continue
		}
		for key, value := range s.Selector.MatchLabels {
			labels[key] = value
		}
		for _, r := range s.Selector.MatchExpressions {
			switch {
			case r.Operator == "In" && len(r.Values) > 0:
				labels[r.Key] = r.Values[0]
			case r.Operator == "Exists" && labels[r.Key] == "":
				labels[r.Key] = "true"
			}
		}
		return
	}
}

// complain notes what of an object could not be expressed.
func (e *exported) complain(kind, name, format string, args ...any) {
	e.complaints = append(e.complaints, fmt.Sprintf("%s %q: %s", kind, name, fmt.Sprintf(format, args...)))
}

// fieldsTold bounds how many fields a complaint names.
const fieldsTold = 5

// compare complains where a manifest compiles to another record than was read.
func (e *exported) compare(kind, name string, read, compiled any) {
	fields, err := roster.Differences(read, compiled)
	switch {
	case err != nil:
		e.complain(kind, name, "%s", err)
	case len(fields) > 0:
		told := strings.Join(fields[:min(len(fields), fieldsTold)], ", ")
		if more := len(fields) - fieldsTold; more > 0 {
			told += fmt.Sprintf(" and %d more", more)
		}
		e.complain(kind, name, "no manifest says all of the record: applying this one changes %s", told)
	}
}

func (e *exported) compareTenant(o *v1alpha1.Tenant, read roster.TenantRecord, general roster.Group, directory *snapshot.Snapshot) {
	declared := translate.Tenant(o)
	e.compare("Tenant", o.Name, read, declared.CompileRecord(directory).Canonical())
	if general.Name != "" {
		e.compare("Tenant", o.Name, general, declared.General().Canonical())
	}
	if facebook := o.Spec.Integrations.Facebook; facebook != nil {
		e.complain("Tenant", o.Name, "the store does not say which Secret has the access token of Facebook: see that spec.integrations.facebook.accessTokenSecretRef, %s, is right",
			facebook.AccessTokenSecretRef.Name)
	}
}

func (e *exported) comparePerson(o *v1alpha1.Operator, read roster.Person, names map[string]string, directory *snapshot.Snapshot) {
	wanted := roster.Want(translate.Operator(o), directory)
	e.compare("Operator", o.Name, read, wanted.Person)
	for _, m := range read.Memberships {
		for _, member := range m.Team {
			if names[member] == "" {
				e.complain("Operator", o.Name, "the store has nobody of the user name %q, who is in the team in %s", member, m.Tenant)
			}
		}
	}
	if secret := o.Spec.Credential.PasswordSecretRef; secret != nil {
		e.complain("Operator", o.Name, "the store does not say which Secret has the first password: see that spec.credential.passwordSecretRef, %s, is right", secret.Name)
	}
}
