// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roster-dev/roster/internal/roster"
)

// oracle decides on a change by itself: from the words of the documentation, over the plain paths of an object, by what the requester
// is, all of it known beforehand. It shares no code with the core.
type oracle struct {
	kind, name    string
	before, after leaves
	// company and tenants are what the requester is a live administrator of; companyVerb is what RBAC says of it alone.
	company, companyVerb bool
	tenants              []string
	// self says that the object is the requester's own, and managerIn where the requester has the Manager role.
	self      bool
	managerIn []string
	secrets   []string
}

// line is one line of the documentation: which fields, and whether the requester may change them.
type line struct {
	name   string
	fields *regexp.Regexp
	may    func(o oracle, path string) bool
}

func fields(pattern string) *regexp.Regexp { return regexp.MustCompile("^(" + pattern + ")$") }

func (o oracle) administersAll(tenants []string) bool {
	return o.company || !slices.ContainsFunc(tenants, func(t string) bool { return !slices.Contains(o.tenants, t) })
}

func (o oracle) named() []string { return append(o.before.entries(), o.after.entries()...) }

// companysOwn: an Operator with no entry before (at create: after), or with companyAdministrator on either side.
func (o oracle) companysOwn() bool {
	owned := o.before
	if owned == nil {
		owned = o.after
	}
	return len(owned.entries()) == 0 || o.before["spec.companyAdministrator"] == "true" || o.after["spec.companyAdministrator"] == "true"
}

func (o oracle) adminsOfAll() bool {
	return o.company || !o.companysOwn() && o.administersAll(o.named())
}

func (o oracle) administers(tenant string) bool {
	return o.company || !o.companysOwn() && slices.Contains(o.tenants, tenant)
}

// readsSecret: a reference that stays must name a Secret the requester may read.
func (o oracle) readsSecret(reference string) bool {
	name, named := o.after[reference+".name"]
	if _, key := o.after[reference+".key"]; !named {
		return !key
	}
	return slices.Contains(o.secrets, name)
}

func tenantOfPath(path string) string { return entryLeaf.FindStringSubmatch(path)[1] }

func anybody(oracle, string) bool { return true }
func nobody(oracle, string) bool  { return false }

var linesOfOperator = []line{
	{"core", fields(`spec\.(userName|credential\.(mode|identityProvider)|profile\.(givenName|familyName|phoneNumber|locale|timeZone)|homeTenant|active|suspend|deletionPolicy)`),
		func(o oracle, _ string) bool { return o.adminsOfAll() }},
	{"contact", fields(`spec\.profile\.(email|publicName|title)`), func(o oracle, _ string) bool { return o.self || o.adminsOfAll() }},
	{"notifications", fields(`spec\.notifications\..*`), func(o oracle, _ string) bool { return o.self || o.companyVerb }},
	{"secret", fields(`spec\.credential\.passwordSecretRef\..*`), func(o oracle, _ string) bool { return o.adminsOfAll() }},
	// Its default is false, which the API server writes into every new object.
	{"company", fields(`spec\.companyAdministrator`), func(o oracle, path string) bool {
		return o.company || o.before[path] != "true" && o.after[path] != "true"
	}},
	{"identity", fields(`spec\.kubernetesUser|metadata\.annotations\[roster\.dev/adopt\]`), func(o oracle, _ string) bool { return o.company }},
	{"entry", fields(`spec\.tenants\[[a-z-]+\]`), func(o oracle, path string) bool {
		if _, was := o.before[path]; was {
			return o.administers(tenantOfPath(path))
		}
		return o.company || !o.companysOwn() && o.administersAll(append(o.before.entries(), tenantOfPath(path)))
	}},
	{"entry contact", fields(`spec\.tenants\[[a-z-]+\]\.profile\.(publicName|title|email)`), func(o oracle, path string) bool {
		return o.self || o.administers(tenantOfPath(path))
	}},
	{"team", fields(`spec\.tenants\[[a-z-]+\]\.team.*`), func(o oracle, path string) bool {
		return o.self && slices.Contains(o.managerIn, tenantOfPath(path)) || o.administers(tenantOfPath(path))
	}},
	{"entry field", fields(`spec\.tenants\[[a-z-]+\]\.(role|groups|channels|permissions|visibility|offlineMessages|notifications|active|profile\.(givenName|familyName|phoneNumber)).*`),
		func(o oracle, path string) bool { return o.administers(tenantOfPath(path)) }},
	{"labels", fields(`metadata\.labels.*|metadata\.annotations\[roster\.dev/.*\]|metadata\.ownerReferences`), func(o oracle, _ string) bool { return o.adminsOfAll() }},
	{"finalizer", fields(`metadata\.finalizers\[identity\.roster\.dev/finalizer\]`), func(o oracle, path string) bool {
		// A finalizer of ours that is missing comes back with anybody's update; taking it away is what needs authority.
		_, stays := o.after[path]
		return stays || o.adminsOfAll()
	}},
	{"free", fields(`metadata\.(managedFields|resourceVersion|generation)|metadata\.annotations\[.*\]|metadata\.finalizers\[.*\]`), anybody},
	{"status", fields(`status.*`), nobody},
	{"unlisted", fields(`.*`), func(o oracle, _ string) bool { return o.adminsOfAll() }},
}

func ofItsTenant(o oracle, _ string) bool {
	var tenants []string
	for _, object := range []leaves{o.before, o.after} {
		if object != nil {
			tenants = append(tenants, object["spec.tenant"])
		}
	}
	return o.administersAll(tenants)
}

func ofTheCompany(o oracle, _ string) bool { return o.company }

var linesOfTenant = []line{
	// What the schema does not know is not yet the tenant's.
	{"unlisted", fields(`spec\.unheardOf`), ofTheCompany},
	{"spec", fields(`spec\..*|metadata\.annotations\[.*\]`), func(o oracle, _ string) bool { return o.administersAll([]string{o.name}) }},
	{"finalizer", fields(`metadata\.finalizers\[identity\.roster\.dev/finalizer\]`), func(o oracle, path string) bool {
		_, stays := o.after[path]
		return stays || o.company
	}},
	{"free", fields(`metadata\.(managedFields|resourceVersion|generation)|metadata\.finalizers\[.*\]`), anybody},
	{"status", fields(`status.*`), nobody},
	{"labels", fields(`.*`), ofTheCompany},
}

var linesOfTenants = []line{
	{"finalizer", fields(`metadata\.finalizers\[identity\.roster\.dev/finalizer\]`), func(o oracle, path string) bool {
		_, stays := o.after[path]
		return stays || ofItsTenant(o, path)
	}},
	{"free", fields(`metadata\.(managedFields|resourceVersion|generation)|metadata\.finalizers\[.*\]`), anybody},
	{"status", fields(`status.*`), nobody},
	{"everything", fields(`.*`), ofItsTenant},
}

func (o oracle) lines() []line {
	switch o.kind {
	case roster.KindOperator:
		return linesOfOperator
	case roster.KindTenant:
		return linesOfTenant
	}
	return linesOfTenants
}

// whole decides on creating or deleting.
func (o oracle) whole() bool {
	switch o.kind {
	case roster.KindOperator:
		return o.adminsOfAll()
	case roster.KindTenant:
		return o.company
	}
	return ofItsTenant(o, "")
}

// differing are the paths at which the object differs, an entry that comes or goes by its own path alone.
func (o oracle) differing() []string {
	var paths []string
	for path := range mergedKeys(o.before, o.after) {
		was, had := o.before[path]
		is, has := o.after[path]
		if had == has && was == is {
			continue
		}
		if m := entryLeaf.FindString(path); m != "" && m != path {
			_, entryWas := o.before[m]
			_, entryIs := o.after[m]
			if entryWas != entryIs {
				continue
			}
		}
		switch {
		case strings.Contains(path, ".groups[") && had && has:
			path += ".priority"
		case strings.HasPrefix(path, "spec.subjects[") && had != has:
			path = strings.TrimSuffix(path, ".role")
		}
		paths = append(paths, path)
	}
	return paths
}

func mergedKeys(a, b leaves) leaves {
	keys := leaves{}
	maps.Copy(keys, a)
	maps.Copy(keys, b)
	return keys
}

// refused are the paths the requester may not change; "" is the object as a whole. Seen is told of every line that decided.
func (o oracle) refused(seen func(line string, may bool)) []string {
	refused := map[string]bool{}
	creation := o.before == nil
	if creation || o.after == nil {
		may := o.whole()
		seen(map[bool]string{true: "create", false: "delete"}[creation], may)
		refused[""] = !may
	}
	if o.after == nil {
		return told(refused)
	}
	for _, path := range o.differing() {
		lines := o.lines()
		l := lines[slices.IndexFunc(lines, func(l line) bool { return l.fields.MatchString(path) })]
		may := l.may(o, path)
		seen(l.name, may)
		// Of a new object, what whoever may create it may do is refused once, with the object.
		if creation && refused[""] && !slices.Contains([]string{"notifications", "company", "identity", "status"}, l.name) {
			may = true
		}
		refused[path] = !may
		if at := strings.Index(path, "SecretRef."); at >= 0 {
			reference := path[:at+len("SecretRef")]
			refused[reference] = refused[reference] || !o.readsSecret(reference)
			seen("reads the Secret", !refused[reference])
		}
	}
	return told(refused)
}

func told(refused map[string]bool) []string {
	maps.DeleteFunc(refused, func(_ string, is bool) bool { return !is })
	return slices.Sorted(maps.Keys(refused))
}

// scene is one generated change with its requester.
type scene struct {
	change    roster.Change
	requester roster.Requester
	powers    *powers
	world     *world
	oracle    oracle
}

// otherValues are what a mutation puts at a path; empty takes it away.
var otherValues = map[string][]string{
	"spec.companyAdministrator": {"true", "true", "false", ""}, "spec.active": {"false", "true"}, "spec.kubernetesUser": {me, "other@idp", ""},
}

func mutate(random *rand.Rand, object leaves, kind string) leaves {
	paths := slices.Sorted(maps.Keys(object))
	extra := map[string][]string{
		roster.KindOperator: {
			"spec.companyAdministrator", "metadata.labels[team]", "metadata.annotations[roster.dev/adopt]", "metadata.annotations[roster.dev/reset-password-at]",
			"metadata.annotations[another]", "metadata.finalizers[identity.roster.dev/finalizer]", "metadata.finalizers[third.example.com/wait]",
			"spec.tenants[c]", "spec.tenants[a].team[carl]", "spec.tenants[b].team[carl]", "spec.tenants[a].groups[back]", "spec.tenants[b].channels[Phone]",
			"spec.credential.identityProvider", "spec.unheardOf", "spec.notifications.conversations[Email]", "metadata.uid",
		},
		roster.KindTenant:        {"spec.channels[Phone]", "metadata.labels[x]", "metadata.annotations[roster.dev/confirm-removals]", "spec.unheardOf", "metadata.finalizers[x.example.com/y]"},
		roster.KindGroup:         {"spec.suspend", "metadata.annotations[roster.dev/adopt]", "metadata.resourceVersion", "spec.unheardOf"},
		roster.KindChannelPolicy: {"spec.suspend", "metadata.labels[x]", "metadata.managedFields", "spec.channels[Phone]"},
	}
	path := pick(random, append(paths, append(extra[kind], extra[kind]...)...))
	if path == "metadata.name" || strings.HasPrefix(path, "spec.tenants[") && object[entryLeaf.FindString(path)] == "" && path != entryLeaf.FindString(path) {
		return object
	}
	values, particular := otherValues[path]
	if !particular {
		values = []string{"", "another", "another"}
	}
	if kind != roster.KindOperator && path == "spec.tenant" {
		values = []string{"a", "b"}
	}
	if strings.HasSuffix(path, "]") && !strings.Contains(path, ".groups[") && !strings.Contains(path, "metadata.labels") && !strings.Contains(path, "annotations") {
		// An element of a set is there or not.
		values = []string{"", "x"}
	}
	return object.with(path, pick(random, values))
}

func pick[E any](random *rand.Rand, list []E) E { return list[random.IntN(len(list))] }

// subsetOf are some of a few names.
func subsetOf(random *rand.Rand, names ...string) []string {
	var chosen []string
	for _, name := range names {
		if random.IntN(2) == 0 {
			chosen = append(chosen, name)
		}
	}
	return chosen
}

func drawScene(random *rand.Rand) scene {
	kind := pick(random, []string{roster.KindOperator, roster.KindOperator, roster.KindOperator, roster.KindTenant, roster.KindGroup, roster.KindChannelPolicy})
	object := map[string]func() leaves{
		roster.KindOperator: anOperator, roster.KindTenant: aTenant, roster.KindGroup: aGroup, roster.KindChannelPolicy: aPolicy,
	}[kind]()
	if kind == roster.KindOperator {
		object = drawOperatorLeaves(random, object)
	}
	before, after := object, object
	for range 1 + random.IntN(3) {
		after = mutate(random, after, kind)
	}
	switch random.IntN(8) {
	case 0:
		before = nil
	case 1:
		after = nil
	}
	s := scene{
		change: roster.Change{Kind: kind, Company: company, Name: object["metadata.name"], Before: before.tree(), After: after.tree()},
		oracle: oracle{kind: kind, name: object["metadata.name"], before: before, after: after},
	}
	s.drawRequester(random, before)
	return s
}

// drawOperatorLeaves varies what decides whose an Operator is, and leaves out some of the rest.
func drawOperatorLeaves(random *rand.Rand, object leaves) leaves {
	object = maps.Clone(object)
	maps.DeleteFunc(object, func(path, _ string) bool {
		plain := strings.HasPrefix(path, "spec.") && path != "spec.kubernetesUser" && path != entryLeaf.FindString(path)
		return plain && random.IntN(2) == 0
	})
	for _, tenant := range []string{"a", "b"} {
		at := "spec.tenants[" + tenant + "]"
		object = object.with(at+".role", pick(random, []string{"Worker", "Manager", "Administrator"}))
		if random.IntN(4) == 0 {
			object = object.with(at, "")
		}
	}
	if random.IntN(5) == 0 {
		object = object.with("spec.companyAdministrator", "true")
	}
	if random.IntN(4) == 0 {
		object = object.with("spec.kubernetesUser", pick(random, []string{"", "other@idp"}))
	}
	return object
}

// drawRequester makes somebody: with powers, as a person, or both; and tells the oracle what that comes to.
func (s *scene) drawRequester(random *rand.Rand, before leaves) {
	s.powers = &powers{company: random.IntN(6) == 0, secrets: subsetOf(random, "first", "page", "another")}
	if random.IntN(2) == 0 {
		s.powers.tenants = subsetOf(random, tenantsOfTests...)
	}
	s.world = newWorld()
	for _, name := range subsetOf(random, tenantsOfTests...) {
		s.world.tenants[name] = tenant(name)
	}
	s.requester = roster.Requester{User: me, Powers: s.powers}
	o := &s.oracle
	o.companyVerb, o.company, o.tenants, o.secrets = s.powers.company, s.powers.company, slices.Clone(s.powers.tenants), s.powers.secrets
	if random.IntN(4) == 0 {
		return
	}
	claimant := drawClaimant(random, s.change.Name)
	s.requester.Claimants = []roster.Operator{claimant}
	if random.IntN(9) == 0 {
		s.requester.Claimants = append(s.requester.Claimants, person("double"))
	} else if claimant.Active {
		s.is(claimant, before)
	}
}

// drawClaimant makes a person, who is most often the one the object is of.
func drawClaimant(random *rand.Rand, name string) roster.Operator {
	claimant := person(pick(random, []string{name, name, "boss"}))
	claimant.Active = random.IntN(5) != 0
	claimant.CompanyAdministrator = random.IntN(6) == 0
	for _, name := range subsetOf(random, tenantsOfTests...) {
		e := entry(name, pick(random, []roster.Role{roster.Worker, roster.Manager, roster.Administrator}))
		e.Active = random.IntN(5) != 0
		claimant.Entries = append(claimant.Entries, e)
	}
	return claimant
}

// is tells the oracle what it comes to that the requester is a certain live person.
func (s *scene) is(claimant roster.Operator, before leaves) {
	o := &s.oracle
	o.company = o.company || claimant.CompanyAdministrator
	o.self = s.change.Kind == roster.KindOperator && claimant.Name == s.change.Name && before["spec.kubernetesUser"] == me
	for _, e := range claimant.Entries {
		_, there := s.world.tenants[e.Tenant]
		switch {
		case !e.Active || !there || claimant.CompanyAdministrator:
		case e.Role == roster.Administrator:
			o.tenants = append(o.tenants, e.Tenant)
		case e.Role == roster.Manager:
			o.managerIn = append(o.managerIn, e.Tenant)
		}
	}
}

// tally counts, by line, how often the requester was allowed and how often he was refused.
type tally map[string]map[bool]int

func (d tally) note(name string, may bool) {
	if d[name] == nil {
		d[name] = map[bool]int{}
	}
	d[name][may]++
}

// check looks that every line decided often enough both ways, as far as it can.
func (d tally) check(t *testing.T) {
	t.Helper()
	const enough = 50
	for _, name := range slices.Sorted(maps.Keys(d)) {
		allowed, refused := d[name][true], d[name][false]
		t.Logf("%-40s %6d %6d", name, allowed, refused)
		neverRefuses, neverAllows := strings.HasSuffix(name, " free"), strings.HasSuffix(name, " status")
		if allowed < enough && !neverAllows || refused < enough && !neverRefuses {
			t.Errorf("too few decisions by the line %q to tell anything: allowed %d, refused %d", name, allowed, refused)
		}
	}
}

func TestAuthorityAgreesWithASecondOpinion(t *testing.T) {
	t.Parallel()
	const cases = 120_000
	random := rand.New(rand.NewPCG(20260504, 5))
	decided := tally{}
	allowed := 0
	for range cases {
		s := drawScene(random)
		if s.agree(t, decided) {
			allowed++
		}
		s.checkAsked(t)
	}
	t.Logf("%d changes, %d of them allowed; decisions by line (allowed, refused):", cases, allowed)
	decided.check(t)
	if allowed < cases/20 {
		t.Errorf("only %d of %d changes were allowed: the cases are too one-sided", allowed, cases)
	}
}

// agree looks that the core and the oracle refuse the same fields, and tells whether they refuse none.
func (s *scene) agree(t *testing.T, decided tally) bool {
	t.Helper()
	refusals, err := roster.Authorize(s.change, s.requester, s.world)
	if err != nil {
		t.Fatalf("a change that can be decided should be: %v", err)
	}
	want := s.oracle.refused(func(line string, may bool) { decided.note(s.change.Kind+" "+line, may) })
	if diff := cmp.Diff(want, refusedPaths(refusals)); diff != "" && len(want)+len(refusals) > 0 {
		t.Fatalf("the second opinion refuses other fields (-second opinion +core):\n%s\nrequester %+v\npowers %+v\nbefore %v\nafter %v\nrefusals %v",
			diff, s.requester.Claimants, s.powers, s.oracle.before, s.oracle.after, refusals)
	}
	return len(want) == 0
}

// checkAsked looks that nothing was asked that the change does not touch, and nothing twice.
func (s *scene) checkAsked(t *testing.T) {
	t.Helper()
	differing := s.oracle.differing()
	touched := []string{"a", s.oracle.after["spec.tenant"]}
	if s.change.Kind == roster.KindOperator {
		touched = s.oracle.named()
	}
	may := []string{"companies"}
	for _, name := range touched {
		may = append(may, "tenants/"+name)
	}
	if s.change.After != nil && slices.ContainsFunc(differing, func(path string) bool { return strings.Contains(path, "SecretRef.") }) {
		may = append(may, "secrets/"+s.oracle.after["spec.credential.passwordSecretRef.name"], "secrets/"+s.oracle.after["spec.integrations.facebook.accessTokenSecretRef.name"])
	}
	seen := map[string]bool{}
	for _, question := range s.powers.asked {
		if !slices.Contains(may, question) || seen[question] {
			t.Fatalf("%s should not be asked (again); asked were %v, for the paths %v", question, s.powers.asked, differing)
		}
		seen[question] = true
	}
	if s.change.Before != nil && s.change.After != nil && len(differing) == 0 && len(s.powers.asked) > 0 {
		t.Fatalf("a change of nothing should ask nothing, asked %v", s.powers.asked)
	}
}

func TestAPowerThatCannotBeAskedEndsTheDecision(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		reason        string
		before, after leaves
	}{
		{"an edit", anOperator(), anOperator().with("spec.active", "false")},
		{"a creation", nil, anOperator()},
		{"a deletion", anOperator(), nil},
		{"a reference to a Secret", anOperator(), anOperator().with("spec.credential.passwordSecretRef.name", "other")},
	} {
		_, err := roster.Authorize(
			roster.Change{Kind: roster.KindOperator, Company: company, Name: "anna", Before: tc.before.tree(), After: tc.after.tree()},
			roster.Requester{User: me, Powers: &powers{err: fmt.Errorf("no answer")}}, newWorld())
		if err == nil || !strings.Contains(err.Error(), "no answer") {
			t.Errorf("%s should end with what the powers say, got %v", tc.reason, err)
		}
	}
}
