// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// entriesPath is where an Operator lists its tenants.
const entriesPath = "spec.tenants"

// judge decides on one change by one requester.
type judge struct {
	change    Change
	requester Requester
	directory Directory
	// self is the live person the requester is; nil where none.
	self *Operator
	// named are the tenants the object is about before, and all those before or after.
	namedBefore, named []string
	// companys says why the object belongs to company administrators alone; empty is that it does not.
	companys string
	// asked are the answers of the powers so far.
	asked map[string]bool
}

func newJudge(change Change, requester Requester, directory Directory) *judge {
	j := &judge{change: change, requester: requester, directory: directory, asked: map[string]bool{}}
	j.self = requester.self(change.Company)
	before, plainBefore := change.tenants(change.Before)
	after, plainAfter := change.tenants(change.After)
	j.namedBefore = before
	j.named = sorted(append(slices.Clone(before), after...))
	owned := before
	if change.Before == nil {
		owned = after
	}
	switch {
	case !plainBefore || !plainAfter:
		j.companys = "whose object it is cannot be told"
	case change.Kind == KindOperator && (len(owned) == 0 || administersCompany(change.Before) || administersCompany(change.After)):
		j.companys = "an Operator without tenants, or with companyAdministrator, belongs to the company as a whole"
	}
	return j
}

// self is the live person a requester is: the only one who claims to be.
func (r Requester) self(company string) *Operator {
	if r.User == "" || len(r.Claimants) != 1 || !r.Claimants[0].Active || r.Claimants[0].Company != company {
		return nil
	}
	return &r.Claimants[0]
}

// tenants are the tenants an object is about: the Tenant itself, the one a Group or ChannelPolicy belongs to, those an Operator
// names. It is not plain which they are where the object is not formed as its schema says.
func (c Change) tenants(object map[string]any) (names []string, plain bool) {
	switch {
	case c.Kind == KindTenant:
		return []string{c.Name}, true
	case object == nil:
		return nil, true
	case c.Kind == KindOperator:
		return entryNames(object)
	}
	name, isText := at(object, "spec.tenant").(string)
	return []string{name}, isText && name != ""
}

func entryNames(operator map[string]any) (names []string, plain bool) {
	entries, plain := byKey(at(operator, entriesPath), "tenant")
	names = slices.Sorted(maps.Keys(entries))
	return names, plain && !slices.Contains(names, "")
}

// administersCompany tells whether an Operator is declared company administrator. What is not understood counts as one.
func administersCompany(operator map[string]any) bool {
	declared := at(operator, "spec.companyAdministrator")
	return declared != nil && declared != false
}

// at is what an object has at a path of fields; nil where nothing.
func at(object map[string]any, path string) any {
	var value any = object
	for name := range strings.SplitSeq(path, ".") {
		fields, _ := value.(map[string]any)
		value = fields[name]
	}
	return value
}

// selfMay tells whether the requester is the person an Operator is of, and may as such change a field. That he is it is looked up
// in the object itself, too: what claimants are known by may be older.
func (j *judge) selfMay(right SelfRight, tenant string) bool {
	if right == SelfMayNot || j.self == nil || j.change.Kind != KindOperator || j.change.Name != j.self.Name {
		return false
	}
	if at(j.change.Before, "spec.kubernetesUser") != j.requester.User {
		return false
	}
	return right == SelfMay || j.hasRole(tenant, Manager)
}

// hasRole tells whether the requester is a person with a role in a tenant that is there, and live in it.
func (j *judge) hasRole(tenant string, role Role) bool {
	if j.self == nil || !j.self.LiveIn(tenant) {
		return false
	}
	if held, found := j.self.RoleIn(tenant); !found || held != role {
		return false
	}
	_, found := j.directory.Tenant(j.change.Company, tenant)
	return found
}

// lacks says what the requester would need for a field that an authority may change; empty is nothing.
func (j *judge) lacks(who Authority, field fieldChange) (string, error) {
	if j.companys != "" && slices.Contains(byTenant, who) {
		return j.lacksCompany(j.companys + "; it " + needOfCompany)
	}
	switch who {
	case Anybody:
		return "", nil
	case TenantAdministrators:
		if field.entry != "" {
			return j.lacksTenants([]string{field.entry})
		}
		return j.lacksTenants(j.named)
	case EntryAdministrators:
		return j.lacksTenants(j.entryTenants(field))
	case AdministratorsOfAll:
		return j.lacksTenants(j.named)
	case CompanyAdministrators:
		return j.lacksCompany(needOfCompany)
	case CompanyVerb:
		return j.unlessHeld(needOfCompanyVerb)
	}
	return needOfManager, nil
}

// entryTenants are the tenants of which one must be Administrator to add or remove an entry.
func (j *judge) entryTenants(field fieldChange) []string {
	if !field.added {
		return []string{field.entry}
	}
	return sorted(append(slices.Clone(j.namedBefore), field.entry))
}

// byTenant are the authorities that Administrators of tenants have.
var byTenant = []Authority{AdministratorsOfAll, TenantAdministrators, EntryAdministrators}

const (
	needOfCompany = `needs a company administrator: an active Operator with spec.companyAdministrator, or the verb "administer" on ` +
		`companies.identity.roster.dev in the namespace`
	needOfCompanyVerb = `what a person is told of is his own choice: set initial values in spec.tenants[].notifications, ` +
		`or hold the verb "administer" on companies.identity.roster.dev by Kubernetes RBAC`
	needOfManager = `only the manager writes the status: leave it as it is`
)

func (j *judge) lacksCompany(need string) (string, error) {
	if j.self != nil && j.self.CompanyAdministrator {
		return "", nil
	}
	return j.unlessHeld(need)
}

// unlessHeld is a need, unless the requester holds the verb on companies.
func (j *judge) unlessHeld(need string) (string, error) {
	holds, err := j.ask("companies", "", j.requester.Powers.AdministersCompany)
	if err != nil || holds {
		return "", err
	}
	return need, nil
}

// missingTold is how many tenants a requester is told of that are wanting; no more are looked for.
const missingTold = 3

// lacksTenants says what it takes to be Administrator of every one of some tenants.
func (j *judge) lacksTenants(tenants []string) (string, error) {
	var missing []string
	for _, tenant := range tenants {
		administers, err := j.administers(tenant)
		if err != nil {
			return "", err
		}
		if !administers {
			missing = append(missing, fmt.Sprintf("%q", tenant))
		}
		if len(missing) == missingTold {
			break
		}
	}
	switch len(missing) {
	case 0:
		return "", nil
	case 1:
		return fmt.Sprintf(`needs an Administrator of tenant %s: a live Operator with that role there, or the verb "administer" on tenants.identity.roster.dev %[1]s`, missing[0]), nil
	}
	return fmt.Sprintf(`needs an Administrator of each of the tenants %s: a live Operator with that role there, or the verb "administer" on tenants.identity.roster.dev of these names`,
		strings.Join(missing, ", ")), nil
}

func (j *judge) administers(tenant string) (bool, error) {
	if j.hasRole(tenant, Administrator) {
		return true, nil
	}
	if lacking, err := j.lacksCompany(needOfCompany); err != nil || lacking == "" {
		return err == nil, err
	}
	return j.ask("tenants", tenant, func() (bool, error) { return j.requester.Powers.AdministersTenant(tenant) })
}

// lacksSecret says what it takes to refer to the Secret that the object names after the change, in the reference at a path; taking a
// reference away takes nothing.
func (j *judge) lacksSecret(reference string) (string, error) {
	if at(j.change.After, reference) == nil {
		return "", nil
	}
	name, isText := at(j.change.After, reference+".name").(string)
	if !isText || name == "" {
		return "must name a Secret", nil
	}
	reads, err := j.ask("secrets", name, func() (bool, error) { return j.requester.Powers.ReadsSecret(name) })
	if err != nil || reads {
		return "", err
	}
	return fmt.Sprintf(`needs permission to read the Secret it names: the verb "get" on secrets %q in the namespace`, name), nil
}

// ask asks the powers, each question once.
func (j *judge) ask(resource, name string, question func() (bool, error)) (bool, error) {
	key := resource + "/" + name
	if answer, known := j.asked[key]; known {
		return answer, nil
	}
	answer, err := question()
	if err != nil {
		return false, fmt.Errorf("ask whether the requester may use %s: %w", key, err)
	}
	j.asked[key] = answer
	return answer, nil
}

// orSelf adds to a need that the person himself would do.
func orSelf(need string, right SelfRight) string {
	switch {
	case need == "" || right == SelfMayNot:
		return ""
	case right == SelfAsManager:
		return "; a person with the role Manager changes his own team"
	}
	return "; the person himself may, too, as the one active Operator whose spec.kubernetesUser is the requester"
}
