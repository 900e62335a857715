// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/roster-dev/roster/internal/roster"
)

// texts are the plain texts of the objects, by the path in the schema: how to set one, and where a violation of it is told.
var texts = map[string]map[string]struct {
	set func(o *object, text string)
	at  string
}{
	roster.KindOperator: {
		"spec.userName":            {func(o *object, s string) { o.operator.UserName = s }, "spec.userName"},
		"spec.profile.givenName":   {func(o *object, s string) { o.operator.Profile.GivenName = s }, "spec.profile.givenName"},
		"spec.profile.familyName":  {func(o *object, s string) { o.operator.Profile.FamilyName = s }, "spec.profile.familyName"},
		"spec.profile.email":       {func(o *object, s string) { o.operator.Profile.Email = s }, "spec.profile.email"},
		"spec.profile.publicName":  {func(o *object, s string) { o.operator.Profile.PublicName = s }, "spec.profile.publicName"},
		"spec.profile.title":       {func(o *object, s string) { o.operator.Profile.Title = s }, "spec.profile.title"},
		"spec.profile.phoneNumber": {func(o *object, s string) { o.operator.Profile.PhoneNumber = s }, "spec.profile.phoneNumber"},
		"spec.profile.locale":      {func(o *object, s string) { o.operator.Locale = s }, "spec.profile.locale"},
		"spec.profile.timeZone":    {func(o *object, s string) { o.operator.TimeZone = s }, "spec.profile.timeZone"},
		"spec.homeTenant":          {func(o *object, s string) { o.operator.HomeTenant = s; o.operator.Entries[0].Tenant = s }, "spec.homeTenant"},
		"spec.tenants[tenant].profile.email": {
			func(o *object, s string) { o.operator.Entries[1].Profile.Email = s }, "spec.tenants[south].profile.email",
		},
		"spec.tenants[tenant].profile.title": {
			func(o *object, s string) { o.operator.Entries[1].Profile.Title = s }, "spec.tenants[south].profile.title",
		},
		"spec.tenants[tenant].profile.phoneNumber": {
			func(o *object, s string) { o.operator.Entries[1].Profile.PhoneNumber = s }, "spec.tenants[south].profile.phoneNumber",
		},
	},
	roster.KindTenant: {
		"spec.displayName":                  {func(o *object, s string) { o.tenant.Record.DisplayName = s }, "spec.displayName"},
		"spec.generalGroup.displayName":     {func(o *object, s string) { o.tenant.GeneralGroupName = s }, "spec.generalGroup.displayName"},
		"spec.chat.appearance.accentColor":  {func(o *object, s string) { o.tenant.Record.Settings.Appearance.AccentColor = s }, "spec.chat.appearance.accentColor"},
		"spec.integrations.facebook.pageID": {func(o *object, s string) { o.tenant.Record.Settings.FacebookPageID = s }, "spec.integrations.facebook.pageID"},
	},
	roster.KindGroup: {
		"spec.tenant":      {func(o *object, s string) { o.group.Tenant = s }, "spec.tenant"},
		"spec.displayName": {func(o *object, s string) { o.group.DisplayName = s }, "spec.displayName"},
	},
	roster.KindChannelPolicy: {
		"spec.tenant":               {func(o *object, s string) { o.policy.Tenant = s }, "spec.tenant"},
		"spec.subjects[#].group":    {func(o *object, s string) { o.policy.Subjects[1].Group = s }, "spec.subjects[1].group"},
		"spec.subjects[#].operator": {func(o *object, s string) { o.policy.Subjects[2].Operator = s }, "spec.subjects[2].operator"},
	},
}

// object is one upright value of each kind.
type object struct {
	operator roster.Operator
	tenant   roster.Tenant
	group    roster.Group
	policy   roster.Policy
}

func (o *object) violations(kind string) []roster.Violation {
	switch kind {
	case roster.KindOperator:
		return o.operator.Violations()
	case roster.KindTenant:
		return o.tenant.Violations()
	case roster.KindGroup:
		return o.group.Violations()
	}
	return o.policy.Violations()
}

// matching finds the pattern in a rule of the schema, and whether it is one that must not be found.
var matching = regexp.MustCompile(`(!?)self\.matches\(r?'((?:[^'\\]|\\.)*)'\)`)

// at is the schema at a path of the table.
func (s *schema) at(path string) *schema {
	for _, step := range strings.Split(path, ".") {
		name, element, _ := strings.Cut(step, "[")
		s = s.Properties[name]
		if element != "" {
			s = s.Items
		}
	}
	return s
}

// admits tells whether the rules of a schema admit a text.
func (s *schema) admits(t *testing.T, text string) bool {
	t.Helper()
	if utf8.RuneCountInString(text) > s.MaxLength {
		return false
	}
	for _, v := range s.Validations {
		m := matching.FindStringSubmatch(v.Rule)
		if m == nil {
			continue
		}
		if regexp.MustCompile(m[2]).MatchString(text) == (m[1] == "!") || strings.Contains(v.Rule, "self != 'Local'") && text == "Local" {
			return false
		}
	}
	return true
}

// TestTextsAreWellFormedAsTheSchemaHasThem draws texts that fit a pattern of the schema, nearly fit it, or do not, and asks the schema and
// the core.
func TestTextsAreWellFormedAsTheSchemaHasThem(t *testing.T) {
	t.Parallel()
	all := schemas(t)
	for kind, fields := range texts {
		for path, field := range fields {
			t.Run(kind+" "+path, func(t *testing.T) {
				s := all[kind].at(path)
				pattern := ""
				for _, v := range s.Validations {
					if m := matching.FindStringSubmatch(v.Rule); m != nil {
						pattern = m[2]
					}
				}
				if pattern == "" || s.MaxLength == 0 {
					t.Fatalf("the schema should have a pattern and a longest length: %+v", s)
				}
				verdicts := map[bool]int{}
				rapid.Check(t, func(rt *rapid.T) {
					text := rapid.OneOf(
						rapid.StringMatching(drawable(pattern)), rapid.StringMatching(`[a-z0-9@.+/# -]{1,12}`),
						rapid.SampledFrom([]string{"Local", "UTC", "Europe/Prague", "a@example.com", "+420123456789", "#1a73e8", "123", " ", "a\nb", "\u200b", "é",
							"x", "anna", "cs-CZ", strings.Repeat("a", s.MaxLength), strings.Repeat("a", s.MaxLength+1), strings.Repeat("é", s.MaxLength)}),
					).Draw(rt, "text")
					if rapid.IntRange(0, 4).Draw(rt, "spoil") == 0 {
						text += rapid.SampledFrom([]string{" ", "!", "\n", ".", "-", "é", "A"}).Draw(rt, "with")
					}
					if text == "" {
						return
					}
					o := object{upright(), uprightTenant(), uprightGroup(), uprightPolicy()}
					field.set(&o, text)
					refuses := slices.ContainsFunc(o.violations(kind), func(v roster.Violation) bool { return v.Path == field.at })
					if want := !s.admits(t, text); refuses != want {
						rt.Fatalf("%q: the schema refuses it: %t, the core: %t (%v)", text, want, refuses, o.violations(kind))
					}
					verdicts[refuses]++
				})
				if verdicts[true] == 0 || verdicts[false] == 0 {
					t.Errorf("texts were all of one kind: %v", verdicts)
				}
			})
		}
	}
}

// drawable is a pattern that texts can be drawn by: of one that must not be found, its opposite.
func drawable(pattern string) string {
	if strings.HasPrefix(pattern, "^[-.]|") {
		return `[a-z0-9]([-a-z0-9.]{0,8}[a-z0-9])?`
	}
	return strings.TrimSuffix(strings.TrimPrefix(pattern, "^"), "$")
}
