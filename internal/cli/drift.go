// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/util/validation"
)

// driftAnswer is in what a store and the objects of a company differ.
type driftAnswer struct {
	Company      string `json:"company"`
	Installation string `json:"installation"`
	// Differences are by kind and then by name.
	Differences []difference `json:"differences"`
	// Waiting are the records of objects that are gone, which wait for their purge or for a confirmation, and Foreign those that are nobody's or
	// another installation's. No object declares either, and neither is a difference.
	Waiting int `json:"waiting"`
	Foreign int `json:"foreign"`
}

// difference is one object, or one record that no object declares, that is not the same on both sides.
type difference struct {
	Kind string `json:"kind"`
	// Name is that of the object; of a record that no object declares it is that of the record.
	Name string    `json:"name"`
	What driftKind `json:"what"`
	// Owner is whose a foreign record is, in words.
	Owner string `json:"owner,omitempty"`
	// Because is what the object's own status says of it.
	Because string         `json:"because,omitempty"`
	Fields  []fieldDiffers `json:"fields"`
}

// driftKind is how the two sides differ.
type driftKind string

// The ways to differ.
const (
	// isMissing is an object without a record.
	isMissing driftKind = "Missing"
	// isDifferent is a record with other fields than its object declares.
	isDifferent driftKind = "Differs"
	// isForeign is a record that an object declares, and that is not that object's.
	isForeign driftKind = "Foreign"
	// isUndeclared is a record of this installation that no object declares.
	isUndeclared driftKind = "Undeclared"
)

// fieldDiffers is one field. The values are JSON; one that is absent is not there, or is not to be shown.
type fieldDiffers struct {
	Field    string `json:"field"`
	Stored   string `json:"stored,omitempty"`
	Declared string `json:"declared,omitempty"`
	// Personal says that the values are a person's, and are not shown unless they are asked for.
	Personal bool `json:"personal,omitempty"`
}

// storeFlags choose a store.
type storeFlags struct{ url, installation string }

func (f *storeFlags) bind(c *cobra.Command, store, installation string) {
	c.Flags().StringVar(&f.url, "store", "", store)
	c.Flags().StringVar(&f.installation, "installation", "", installation)
	completed(c, "store", cobra.FixedCompletions([]string{"sqlite://", "postgres://"}, cobra.ShellCompDirectiveNoSpace))
	completed(c, "installation", cobra.NoFileCompletions)
}

// check asks for what is missing.
func (f *storeFlags) check(c *cobra.Command) error {
	switch {
	case f.url == "":
		return misuse(c, "--store is required: the URL of a store, such as sqlite:///var/lib/roster/roster.db")
	case len(validation.IsDNS1123Label(f.installation)) > 0:
		return misuse(c, "--installation is required: the name that the manager has, a DNS label")
	}
	return nil
}

func newDrift(program string) *cobra.Command {
	var from source
	var to output
	var at storeFlags
	var values bool
	c := &cobra.Command{
		Use:   "drift",
		Short: "Compare the store with the manifests, or with a cluster",
		Long: `Compare the identity store with what manifests or the objects of a cluster compile to, in both directions, by the names of objects and
fields. Nothing is changed, not even the schema of the store.

Values of people's own fields are shown only with --values. The exit code is 0 where the two are the same, 1 where they differ, 2 where the
command is called wrongly, and 3 where it cannot be told.`,
		Example: strings.ReplaceAll(`  rosterctl drift --store sqlite://roster.db --installation harbour -n harbour -f config/samples`, programName, program),
		Args:    exactly(),

		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: telling(func(c *cobra.Command, _ []string) error {
			if err := at.check(c); err != nil {
				return err
			}
			in, err := from.companyOf(c, "")
			if err != nil {
				return err
			}
			answer, err := in.drift(c.Context(), at, values)
			if err != nil {
				return err
			}
			if err := to.print(c.OutOrStdout(), answer, answer.draw); err != nil {
				return err
			}
			if len(answer.Differences) > 0 {
				return errNo
			}
			return nil
		}),
	}
	from.bind(c)
	to.bind(c)
	at.bind(c, "`URL` of the store; it is only read; required", "`name` of the manager's installation, whose records are meant; required")
	c.Flags().BoolVar(&values, "values", false, "show values of people's own fields, too, such as names and addresses")
	return c
}

// kindOrder is the order in which kinds are told of.
var kindOrder = []string{"Tenant", "Group", "ChannelPolicy", "Operator"}

func byKindAndName(a, b difference) int {
	if by := slices.Index(kindOrder, a.Kind) - slices.Index(kindOrder, b.Kind); by != 0 {
		return by
	}
	return strings.Compare(a.Name, b.Name)
}

func (a driftAnswer) draw(w io.Writer) {
	if len(a.Differences) == 0 {
		_, _ = fmt.Fprintf(w, "the store has what company %q declares\n", a.Company)
	} else {
		rows := [][]string{{"OBJECT", "HOW", "FIELD", "IN THE STORE", "DECLARED"}}
		for _, d := range a.Differences {
			rows = append(rows, d.rows()...)
		}
		columns(w, rows)
	}
	for _, n := range []struct {
		count int
		said  string
	}{{a.Waiting, "of objects that are gone, and waits for its purge or for a confirmation"}, {a.Foreign, "of nobody or of another installation, and no object declares it"}} {
		if n.count > 0 {
			notes(w, []string{fmt.Sprintf("%s %s: see 'rosterctl store list'", counted(n.count, "record is", "records are"), plural(n.count, n.said))})
		}
	}
}

// plural is a phrase about one thing, or about several.
func plural(n int, said string) string {
	if n == 1 {
		return said
	}
	return strings.NewReplacer("waits for its", "wait for their", "declares it", "declares them").Replace(said)
}

// rows are the difference as a table has it: a line a field.
func (d difference) rows() [][]string {
	object, how := d.Kind+" "+d.Name, string(d.What)
	if d.Owner != "" {
		how += ": " + d.Owner
	}
	if d.Because != "" {
		how += " (" + d.Because + ")"
	}
	if len(d.Fields) == 0 {
		return [][]string{{object, how, "", "", ""}}
	}
	var rows [][]string
	for _, f := range d.Fields {
		stored, declared := shortened(f.Stored), shortened(f.Declared)
		if f.Personal {
			stored, declared = "not shown", "not shown"
		}
		rows = append(rows, []string{object, how, f.Field, stored, declared})
	}
	return rows
}

// shortened is a value as a cell of a table has room for it.
func shortened(value string) string {
	const most = 60
	letters := []rune(value)
	if len(letters) <= most {
		return value
	}
	return string(letters[:most]) + "…"
}
