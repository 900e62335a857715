// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
)

// importField is one field of an Operator that a column can hold.
type importField struct {
	name string
	// headings are what such columns are called, in lower case and without blanks and signs, the name itself beside them.
	headings []string
	// path is the beginning of the paths that errors of the field have. An entry's are relative to it.
	path    string
	inEntry bool
	// set takes a cell, which is not empty. Its error says what would be right.
	set func(o *v1alpha1.Operator, cell string) error
}

// entry is the one entry of an Operator that is imported.
func importedEntry(o *v1alpha1.Operator) *v1alpha1.OperatorTenant { return &o.Spec.Tenants[0] }

// plain is a field that takes the cell as it is.
func plain(set func(o *v1alpha1.Operator, cell string)) func(*v1alpha1.Operator, string) error {
	return func(o *v1alpha1.Operator, cell string) error {
		set(o, cell)
		return nil
	}
}

// importFields are all of them, those that are required first.
var importFields = []importField{
	{name: "userName", headings: []string{"user", "login", "account"}, path: "spec.userName", set: plain(func(o *v1alpha1.Operator, c string) { o.Spec.UserName = c })},
	{
		name: "givenName", headings: []string{"firstname", "forename", "given"}, path: "spec.profile.givenName",
		set: plain(func(o *v1alpha1.Operator, c string) { o.Spec.Profile.GivenName = v1alpha1.DisplayText(c) }),
	},
	{
		name: "familyName", headings: []string{"lastname", "surname", "family"}, path: "spec.profile.familyName",
		set: plain(func(o *v1alpha1.Operator, c string) { o.Spec.Profile.FamilyName = v1alpha1.DisplayText(c) }),
	},
	{
		name: "email", headings: []string{"emailaddress", "mail"}, path: "spec.profile.email",
		set: plain(func(o *v1alpha1.Operator, c string) { o.Spec.Profile.Email = v1alpha1.EmailAddress(c) }),
	},
	{name: "name", headings: []string{"operator", "object", "objectname"}, path: "metadata.name", set: plain(func(o *v1alpha1.Operator, c string) { o.Name = c })},
	{
		name: "publicName", headings: []string{"displayname", "nickname"}, path: "spec.profile.publicName",
		set: plain(func(o *v1alpha1.Operator, c string) { o.Spec.Profile.PublicName = v1alpha1.DisplayText(c) }),
	},
	{
		name: "title", headings: []string{"position", "jobtitle"}, path: "spec.profile.title",
		set: plain(func(o *v1alpha1.Operator, c string) { o.Spec.Profile.Title = v1alpha1.DisplayText(c) }),
	},
	{
		name: "phoneNumber", headings: []string{"phone", "telephone", "mobile", "tel"}, path: "spec.profile.phoneNumber",
		set: plain(func(o *v1alpha1.Operator, c string) { o.Spec.Profile.PhoneNumber = phoneOf(c) }),
	},
	{name: "locale", headings: []string{"language"}, path: "spec.profile.locale", set: plain(func(o *v1alpha1.Operator, c string) { o.Spec.Profile.Locale = c })},
	{name: "timeZone", headings: []string{"tz"}, path: "spec.profile.timeZone", set: plain(func(o *v1alpha1.Operator, c string) { o.Spec.Profile.TimeZone = c })},
	{name: "kubernetesUser", path: "spec.kubernetesUser", set: plain(func(o *v1alpha1.Operator, c string) { o.Spec.KubernetesUser = c })},
	{
		name: "identityProvider", headings: []string{"idp", "sso"}, path: "spec.credential", set: plain(func(o *v1alpha1.Operator, c string) {
			o.Spec.Credential = v1alpha1.Credential{Mode: v1alpha1.CredentialModeIdentityProvider, IdentityProvider: c}
		}),
	},
	{name: "active", headings: []string{"enabled"}, path: "spec.active", set: func(o *v1alpha1.Operator, c string) (err error) {
		o.Spec.Active, err = truthOf(c)
		return err
	}},
	{
		name: "tenant", path: "tenant", inEntry: true,
		set: plain(func(o *v1alpha1.Operator, c string) { importedEntry(o).Tenant = v1alpha1.ObjectName(c) }),
	},
	{name: "role", path: "role", inEntry: true, set: plain(func(o *v1alpha1.Operator, c string) {
		importedEntry(o).Role = knownWord(c, v1alpha1.RoleAdministrator, v1alpha1.RoleManager, v1alpha1.RoleWorker)
	})},
	{name: "groups", headings: []string{"group", "department", "departments"}, path: "groups", inEntry: true, set: plain(func(o *v1alpha1.Operator, c string) {
		for _, name := range listOf(c) {
			importedEntry(o).Groups = append(importedEntry(o).Groups, v1alpha1.OperatorGroup{Name: v1alpha1.ObjectName(name)})
		}
	})},
	{name: "channels", headings: []string{"channel"}, path: "channels", inEntry: true, set: plain(func(o *v1alpha1.Operator, c string) {
		for _, name := range listOf(c) {
			importedEntry(o).Channels = append(importedEntry(o).Channels, knownWord(name, words[v1alpha1.Channel](slices.Collect(roster.Channels()))...))
		}
	})},
	{name: "permissions", headings: []string{"permission"}, path: "permissions", inEntry: true, set: plain(func(o *v1alpha1.Operator, c string) {
		for _, name := range listOf(c) {
			importedEntry(o).Permissions = append(importedEntry(o).Permissions, v1alpha1.Permission(name))
		}
	})},
	{name: "team", path: "team", inEntry: true, set: plain(func(o *v1alpha1.Operator, c string) {
		importedEntry(o).Team = words[v1alpha1.ObjectName](listOf(c))
	})},
}

// requiredFields is how many of them every row has.
const requiredFields = 4

// listOf are the words of a cell, parted by any of the signs that lists have.
func listOf(cell string) []string {
	return strings.FieldsFunc(cell, func(c rune) bool { return strings.ContainsRune(",;| \n\t", c) })
}

// knownWord is a word as it is written where it is one of those known, in any case.
func knownWord[S ~string](word string, known ...S) S {
	for _, k := range known {
		if strings.EqualFold(word, string(k)) {
			return k
		}
	}
	return S(word)
}

// phoneOf is a telephone number without what people put in to read it.
func phoneOf(cell string) v1alpha1.PhoneNumber {
	number := strings.NewReplacer(" ", "", "\u00a0", "", "-", "", "(", "", ")", "", "/", "", ".", "", "'", "").Replace(cell)
	if rest, is := strings.CutPrefix(number, "00"); is {
		number = "+" + rest
	}
	return v1alpha1.PhoneNumber(number)
}

// truthOf is a yes or a no. Yes is what is meant anyway.
func truthOf(cell string) (*bool, error) {
	switch strings.ToLower(cell) {
	case "yes", "true", "1", "on", "y", "x", "active":
		return new(true), nil
	case "no", "false", "0", "off", "n", "inactive":
		return new(false), nil
	}
	return nil, fmt.Errorf("%q is neither yes nor no", cell)
}

// columnFlags say which column holds which field, beyond what the headings say by themselves.
type columnFlags struct {
	pairs []string
	file  string
}

func (f *columnFlags) bind(c *cobra.Command) {
	c.Flags().StringArrayVar(&f.pairs, "column", nil, "which column holds a field, as `field=heading`; may be repeated")
	c.Flags().StringVar(&f.file, "columns", "", "YAML `file` that says the same, a line a field")
	completed(c, "column", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		var offered []string
		for _, name := range fieldNames() {
			offered = append(offered, name+"=")
		}
		return offered, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	})
	completed(c, "columns", cobra.FixedCompletions([]string{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt))
}

func fieldNames() []string {
	var names []string
	for _, f := range importFields {
		names = append(names, f.name)
	}
	return names
}

// mapping is which heading holds which field, by the field.
func (f *columnFlags) mapping(c *cobra.Command) (map[string]string, error) {
	mapping := map[string]string{}
	if f.file != "" {
		text, err := os.ReadFile(f.file)
		if err != nil {
			return nil, fmt.Errorf("--columns: %w", err)
		}
		if err := yaml.UnmarshalStrict(text, &mapping); err != nil {
			return nil, usageError{fmt.Errorf("--columns: %s is no list of lines such as 'email: E-mail'", f.file)}
		}
	}
	for _, pair := range f.pairs {
		field, heading, both := strings.Cut(pair, "=")
		if !both || heading == "" {
			return nil, misuse(c, "--column: %q is not of the form field=heading, such as email=E-mail", pair)
		}
		mapping[field] = heading
	}
	for field := range mapping {
		if !slices.Contains(fieldNames(), field) {
			return nil, misuse(c, "there is no field %q for a column: there are %s%s", field, strings.Join(fieldNames(), ", "), didYouMean(field, fieldNames()))
		}
	}
	return mapping, nil
}

// column is a column of a table that holds a field.
type column struct {
	importField

	heading string
	place   int
}

// columnsOf are the columns of a table that hold fields, and the headings of those that hold none. An error says which heading is missing, or
// which two say the same.
func (t *table) columnsOf(mapping map[string]string) (columns []column, others []string, err error) {
	holds := make([]string, len(t.headings))
	for field, heading := range mapping {
		place := slices.IndexFunc(t.headings, func(h string) bool { return strings.EqualFold(h, heading) })
		if place < 0 {
			return nil, nil, fmt.Errorf("%s: there is no column %q for %s%s", t.file, heading, field, didYouMean(heading, t.headings))
		}
		holds[place] = field
	}
	for place, heading := range t.headings {
		if holds[place] == "" {
			holds[place] = fieldOfHeading(heading, mapping)
		}
	}
	for _, f := range importFields {
		var found []column
		for place, field := range holds {
			if field == f.name {
				found = append(found, column{f, t.headings[place], place})
			}
		}
		if len(found) > 1 {
			return nil, nil, fmt.Errorf("%s: the columns %q and %q both hold %s: say which is meant with --column %s=HEADING",
				t.file, found[0].heading, found[1].heading, f.name, f.name)
		}
		columns = append(columns, found...)
	}
	for place, field := range holds {
		if field == "" && t.headings[place] != "" {
			others = append(others, t.headings[place])
		}
	}
	return columns, others, t.complete(columns)
}

// complete is an error where a column is missing that every row needs.
func (t *table) complete(columns []column) error {
	for _, f := range importFields[:requiredFields] {
		if !slices.ContainsFunc(columns, func(c column) bool { return c.name == f.name }) {
			return fmt.Errorf("%s: no column holds %s: say which does with --column %s=HEADING; there are %s",
				t.file, f.name, f.name, strings.Join(t.headings, ", "))
		}
	}
	return nil
}

// fieldOfHeading is the field that a heading names by itself, unless another column was named for it; empty is none.
func fieldOfHeading(heading string, mapping map[string]string) string {
	said := strings.Map(func(c rune) rune {
		if strings.ContainsRune(" -_.:*\u00a0", c) {
			return -1
		}
		return c
	}, strings.ToLower(heading))
	for _, f := range importFields {
		if _, named := mapping[f.name]; named {
			continue
		}
		// A column "name" is more often that of people than of objects.
		if strings.EqualFold(said, f.name) && f.name != "name" || slices.Contains(f.headings, said) {
			return f.name
		}
	}
	return ""
}
