// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/manifest"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/snapshot"
	"github.com/roster-dev/roster/internal/translate"
)

// problemsTold bounds how many problems of a table are told before the rest is counted.
const problemsTold = 50

// rowProblem is what is wrong with a table, and the line it is told of; 0 is that of the table as a whole.
type rowProblem struct {
	line int
	// place is that of the column, from 0; -1 is that of the row as a whole.
	place int
	text  string
}

// importing is one import of a table.
type importing struct {
	table     *table
	columns   []column
	namespace string
	tenant    string
	role      string
	existing  *manifest.Objects
	operators []*v1alpha1.Operator
	problems  []rowProblem
	// missing are objects that rows name and no manifest declares. They may come later.
	missing map[string]bool
}

func newImport(program string) *cobra.Command {
	var existing source
	var which columnFlags
	var to folderFlags
	in := importing{missing: map[string]bool{}}
	var role choice
	c := &cobra.Command{
		Use:   "import FILE.csv",
		Short: "Make Operators of a table of people",
		Long: `Make the manifests of Operators of a table of people, as spreadsheets write it: CSV in UTF-8, with a line of headings and a row a person.

Columns are known by their headings, in any order; --column names others. Every row has a user name, a given name, a family name and an e-mail
address. Nothing is written if any row is wrong; each that is, is told with its line and column. With --filename the rows are judged beside
the manifests there are.

The exit code is 0 where the manifests are written, 1 where a row is wrong, 2 where the command is called wrongly, and 3 where the table or
the manifests cannot be read.`,
		Example: strings.ReplaceAll(`  rosterctl import team.csv --tenant retail -n harbour
  rosterctl import team.csv --column email=E-mail --column groups=Department -f company --output-folder company/new --split object`, programName, program),
		Args: exactly("FILE.csv"),
		ValidArgsFunction: completeWords(func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{"csv"}, cobra.ShellCompDirectiveFilterFileExt
		}),
		RunE: telling(func(c *cobra.Command, args []string) error {
			in.role = role.value
			found, err := in.run(c, args[0], existing, which)
			if err != nil {
				return err
			}
			return to.write(c.OutOrStdout(), found.manifests)
		}),
	}
	flags := c.Flags()
	flags.StringArrayVarP(&existing.files, "filename", "f", nil, "file or folder of the manifests there are already; may be repeated")
	flags.StringVarP(&existing.namespace, "namespace", "n", "", "the company; absent: that of the manifests there are, else default")
	flags.StringVarP(&in.tenant, "tenant", "t", "", "the tenant of rows that name none; absent: they are in none")
	role = choice{words: []string{string(roster.Administrator), string(roster.Manager), string(roster.Worker)}}
	role.bind(c, "role", "", "the role of rows that name none; absent: Worker")
	completed(c, "namespace", cobra.NoFileCompletions)
	completed(c, "tenant", existing.offering(tenantsOf))
	which.bind(c)
	to.bind(c)
	return c
}

// run is the import: either all of the table as manifests, or nothing.
func (in *importing) run(c *cobra.Command, file string, existing source, which columnFlags) (*exported, error) {
	mapping, err := which.mapping(c)
	if err != nil {
		return nil, err
	}
	if err := in.open(c, file, existing); err != nil {
		return nil, err
	}
	var others []string
	in.columns, others, err = in.table.columnsOf(mapping)
	if err != nil {
		in.problems = append(in.problems, rowProblem{text: err.Error()})
		return nil, in.tell(c.ErrOrStderr())
	}
	for _, row := range in.table.rows {
		in.take(row)
	}
	in.judge()
	if err := in.tell(c.ErrOrStderr()); err != nil {
		return nil, err
	}
	for _, heading := range others {
		_, _ = fmt.Fprintf(c.ErrOrStderr(), "note: the column %q is passed over: it holds no field that is known\n", heading)
	}
	for _, name := range sortedKeys(in.missing) {
		_, _ = fmt.Fprintf(c.ErrOrStderr(), "note: %s is in none of the manifests: what names it has no effect until it is there\n", name)
	}
	found := &exported{}
	if err := found.add(&manifest.Objects{Operators: in.operators}); err != nil || len(found.complaints) == 0 {
		return found, err
	}
	return nil, errors.New(strings.Join(found.complaints, "\n"))
}

// open reads the table and the manifests there are.
func (in *importing) open(c *cobra.Command, file string, existing source) error {
	in.existing = &manifest.Objects{}
	if len(existing.files) > 0 {
		objects, err := manifest.Source{Paths: existing.files, Stdin: strings.NewReader(""), Namespace: existing.namespace}.Read()
		if err != nil {
			return err
		}
		in.existing = objects
	}
	in.namespace = existing.namespace
	if in.namespace == "" {
		companies := newWorld(in.existing, "").companies
		if len(companies) > 1 {
			return usageError{fmt.Errorf("the manifests are of the companies %s: choose one with --namespace", strings.Join(sortedKeys(companies), ", "))}
		}
		for name := range companies {
			in.namespace = name
		}
		in.namespace = cmp.Or(in.namespace, manifest.DefaultNamespace)
	}
	from := c.InOrStdin()
	if file != "-" {
		opened, err := os.Open(file) //nolint:gosec // which file to read is what the argument is for
		if err != nil {
			return err
		}
		defer opened.Close() //nolint:errcheck // nothing was written
		from = opened
	}
	var err error
	in.table, err = readTable(cmp.Or(strings.TrimPrefix(file, "-"), "stdin"), from)
	return err
}

// wrong notes a problem of a row; an empty heading is that of the row as a whole.
func (in *importing) wrong(row tableRow, heading, format string, args ...any) {
	where := fmt.Sprintf("%s:%d: ", in.table.file, row.line)
	if heading != "" {
		where += fmt.Sprintf("column %q: ", heading)
	}
	in.problems = append(in.problems, rowProblem{row.line, slices.Index(in.table.headings, heading), where + fmt.Sprintf(format, args...)})
}

// tell tells what is wrong, a line a problem.
func (in *importing) tell(to io.Writer) error {
	if len(in.problems) == 0 {
		return nil
	}
	// The rules of the API server are asked in no order of their own.
	slices.SortFunc(in.problems, func(a, b rowProblem) int {
		return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.place, b.place), cmp.Compare(a.text, b.text))
	})
	for _, problem := range in.problems[:min(len(in.problems), problemsTold)] {
		_, _ = fmt.Fprintln(to, problem.text)
	}
	if more := len(in.problems) - problemsTold; more > 0 {
		_, _ = fmt.Fprintf(to, "and %d more\n", more)
	}
	return errNo
}

// take makes an Operator of a row, as far as that can be done cell by cell.
func (in *importing) take(row tableRow) {
	o := &v1alpha1.Operator{}
	o.Spec.Tenants = []v1alpha1.OperatorTenant{{Tenant: v1alpha1.ObjectName(in.tenant), Role: v1alpha1.Role(in.role)}}
	if len(row.cells) > len(in.table.headings) {
		in.wrong(row, "", "it has %d cells and there are %d headings; a cell with a delimiter stands in quotes", len(row.cells), len(in.table.headings))
	}
	entry := ""
	for _, c := range in.columns {
		cell := row.cell(c.place)
		if cell == "" {
			if slices.ContainsFunc(importFields[:requiredFields], func(f importField) bool { return f.name == c.name }) {
				in.wrong(row, c.heading, "it is empty, and everybody needs one: it holds %s", c.name)
			}
			continue
		}
		if c.inEntry {
			entry = c.heading
		}
		if err := c.set(o, cell); err != nil {
			in.wrong(row, c.heading, "%s", err)
		}
	}
	if o.Name == "" {
		o.Name = nameOf(o.Spec.UserName)
	}
	o.Namespace = in.namespace
	if importedEntry(o).Tenant == "" {
		if entry != "" {
			in.wrong(row, entry, "it says what somebody is in a tenant, and no tenant is named: add a column tenant, or --tenant")
		}
		o.Spec.Tenants = nil
	}
	in.operators = append(in.operators, o)
}

// cell is the text of a cell; empty where the row ends before it.
func (r tableRow) cell(place int) string {
	if place >= len(r.cells) {
		return ""
	}
	return r.cells[place]
}

// judge judges every row, by itself and beside all others.
func (in *importing) judge() {
	cleaner, err := manifest.NewCleaner()
	if err != nil {
		in.problems = append(in.problems, rowProblem{text: err.Error()})
		return
	}
	together := *in.existing
	together.Operators = slices.Concat(in.existing.Operators, in.operators)
	directory := newWorld(&together, in.namespace).directory
	taken := in.claims()
	for i, o := range in.operators {
		row, before := in.table.rows[i], len(in.problems)
		in.unique(row, o, taken)
		_, refused, err := cleaner.Clean("Operator", o)
		if err != nil {
			in.wrong(row, "", "%s", err)
		}
		for _, problem := range refused {
			in.refuse(row, problem)
		}
		if len(in.problems) == before {
			in.rules(row, o, directory)
		}
	}
}

// refuse tells of what the API server would refuse, unless the cell was found to be empty before.
func (in *importing) refuse(row tableRow, problem manifest.Problem) {
	c, found := in.columnOf(problem.Path)
	if found && row.cell(c.place) == "" && slices.ContainsFunc(importFields[:requiredFields], func(f importField) bool { return f.name == c.name }) {
		return
	}
	in.wrong(row, c.heading, "%s", problem)
}

// rules tells of what the rules of one object and of all together say, as they would hold it back.
func (in *importing) rules(row tableRow, o *v1alpha1.Operator, directory *snapshot.Snapshot) {
	wanted := roster.Want(translate.Operator(o), directory)
	for _, v := range wanted.Violations {
		c, _ := in.columnOf(v.Path)
		in.wrong(row, c.heading, "%s", v)
	}
	for _, m := range wanted.Missing {
		if len(in.existing.Tenants) > 0 {
			in.missing[fmt.Sprintf("%s %q", m.Kind, m.Name)] = true
		}
	}
	for _, h := range wanted.Holds {
		c, _ := in.columnOf(h.Path)
		in.wrong(row, c.heading, "%s", h)
	}
}

// columnOf is the column that holds the field of a path.
func (in *importing) columnOf(path string) (column, bool) {
	_, within, _ := strings.Cut(strings.TrimPrefix(path, "spec.tenants"), "]")
	for _, c := range in.columns {
		if !c.inEntry && strings.HasPrefix(path, c.path) || c.inEntry && strings.HasPrefix(path, "spec.tenants[") && strings.HasPrefix(strings.TrimPrefix(within, "."), c.path) {
			return c, true
		}
	}
	return column{}, false
}

// claims are the names that people have alone in a company, and who has them already.
func (in *importing) claims() map[string]string {
	taken := map[string]string{}
	for _, o := range in.existing.Operators {
		if o.Namespace != in.namespace {
			continue
		}
		for _, claim := range claimsOf(o) {
			taken[claim.key] = fmt.Sprintf("the Operator %q", o.Name)
		}
	}
	return taken
}

// claimOf is one such name, by what it is called, the field it is in, and as it is compared.
type claimOf struct{ what, field, key string }

func claimsOf(o *v1alpha1.Operator) []claimOf {
	return []claimOf{
		{"user name", "userName", "user/" + strings.ToLower(o.Spec.UserName)},
		{"object name", "name", "name/" + o.Name},
		{"e-mail address", "email", "mail/" + strings.ToLower(string(o.Spec.Profile.Email))},
	}
}

// unique tells of the names of a row that somebody else has.
func (in *importing) unique(row tableRow, o *v1alpha1.Operator, taken map[string]string) {
	told := false
	for _, claim := range claimsOf(o) {
		// Who has a user name has the object name that is made of it, too.
		if strings.HasSuffix(claim.key, "/") || claim.field == "name" && told {
			continue
		}
		who, found := taken[claim.key]
		if !found {
			taken[claim.key] = fmt.Sprintf("line %d", row.line)
			continue
		}
		told = true
		heading := ""
		for _, c := range in.columns {
			if c.name == claim.field || claim.field == "name" && c.name == "userName" && heading == "" {
				heading = c.heading
			}
		}
		in.wrong(row, heading, "%s has this %s already: choose another, or leave the row out", who, claim.what)
	}
}
