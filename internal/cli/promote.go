// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/roster-dev/roster/internal/manifest"
	"github.com/roster-dev/roster/internal/plan"
	"github.com/roster-dev/roster/internal/promote"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/translate"
)

// promotion are the flags of promote.
type promotion struct {
	origins

	rules     string
	operators bool
	force     bool
	dryRun    bool
}

func newPromote(program string) *cobra.Command {
	p := &promotion{}
	c := &cobra.Command{
		Use:   "promote TENANT --from SOURCE --to FOLDER",
		Short: "Carry a tenant from one environment into the manifests of another",
		Long: `Carry a tenant (the Tenant, its Groups and its ChannelPolicies; with --operators its people, too) from one environment into the manifests
of another. What promotion.rules of the FOLDER declares as the target's own stays; everything else is carried over. The files keep their
order and comments. A FOLDER with a kustomization is edited as an overlay: what lies outside of it is never touched.

SOURCE is a folder, a file or -, git:REVISION[:PATH], or cluster:[CONTEXT/]NAMESPACE; a folder with a kustomization is built.

It refuses what somebody changed in the target since the last promotion, or the source in a field that is the target's own, until it is
given --force; and, with --force or without, a result that breaks a rule, removes the last Administrator of a tenant or exceeds a budget
of removals. Promoting twice changes nothing.

The exit code is 0 where it is done or there is nothing to do, 1 where it is refused (with --dry-run also: where there is something to
do), 2 for a wrong command, and 3 where something could not be read or written.`,
		Example: strings.ReplaceAll(`  rosterctl promote retail --from staging --to production
  rosterctl promote retail --from cluster:staging/harbour --to overlays/production --operators --dry-run`, programName, program),
		Args:              exactly("TENANT"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(c *cobra.Command, args []string) error { return p.run(c, args[0]) },
	}
	flags := c.Flags()
	flags.StringVar(&p.from, "from", "", "the `source` of the tenant; required")
	flags.StringVar(&p.to, "to", "", "the `folder` of the target's manifests; required")
	flags.StringVar(&p.rules, "rules", "", "`file` that says what is the target's own; absent: promotion.rules of the folder")
	flags.BoolVar(&p.operators, "operators", false, "carry the people of the tenant over, too")
	flags.BoolVar(&p.force, "force", false, "carry over what conflicts: the source wins, but for what is the target's own")
	flags.BoolVar(&p.dryRun, "dry-run", false, "say what would be done, and write nothing")
	flags.StringVarP(&p.namespace, "namespace", "n", "", "the company of the source; for manifests the namespace of objects that name none")
	p.cluster.bind(flags)
	completed(c, "namespace", cobra.NoFileCompletions)
	completed(c, "from", completeSources)
	completed(c, "to", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return nil, cobra.ShellCompDirectiveFilterDirs
	})
	completed(c, "rules", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return nil, cobra.ShellCompDirectiveDefault
	})
	return c
}

func (p *promotion) run(c *cobra.Command, tenant string) error {
	switch {
	case p.from == "":
		return misuse(c, "--from is required: the source of the tenant")
	case p.to == "":
		return misuse(c, "--to is required: the folder of the target's manifests")
	case strings.HasPrefix(p.from, ofStore):
		return misuse(c, "a store has no manifests to carry over: name a folder, a revision or a cluster with --from")
	}
	if err := p.settle(nil); err != nil {
		return err
	}
	into, err := promote.Open(p.to)
	if err != nil {
		return couldNotTell(err)
	}
	rules, err := promote.ReadRules(into, p.rules)
	if err != nil {
		return couldNotTell(err)
	}
	into.Company = rules.Namespace
	from, err := p.source(c.Context(), c.InOrStdin())
	if err != nil {
		return couldNotTell(err)
	}
	done, err := promote.Run(promote.Request{Tenant: tenant, Operators: p.operators, Force: p.force, Rules: rules}, *from, into)
	if invalid, is := errors.AsType[*promote.InvalidError](err); is {
		return refuse(c.OutOrStdout(), "what it comes to would not be right", strings.Split(invalid.Error(), "\n"))
	}
	if err != nil {
		return couldNotTell(err)
	}
	return p.conclude(c.OutOrStdout(), done, into)
}

// source reads where the tenant comes from, and how it is written there.
func (p *promotion) source(ctx context.Context, stdin io.Reader) (*promote.Source, error) {
	var files, texts []manifest.File
	var err error
	revision, git := strings.CutPrefix(p.from, ofGit)
	place, cluster := strings.CutPrefix(p.from, ofCluster)
	info, statError := os.Stat(p.from)
	switch {
	case cluster:
		objects, err := p.list(ctx, place)
		return &promote.Source{Objects: objects}, err
	case git:
		files, err = filesOfRevision(ctx, revision)
	case p.from == "-":
		var text []byte
		text, err = io.ReadAll(stdin)
		files = []manifest.File{{Name: "stdin", Content: text}}
	case statError == nil && info.IsDir():
		var folder *promote.Folder
		if folder, err = promote.Open(p.from); err == nil {
			if files, err = folder.Files(); err == nil {
				texts, err = folder.Texts()
			}
		}
	default:
		var text []byte
		text, err = os.ReadFile(p.from)
		files = []manifest.File{{Name: p.from, Content: text}}
	}
	if err != nil {
		return nil, err
	}
	objects, err := manifest.Source{Files: files, Namespace: p.namespace}.Read()
	if texts == nil {
		texts = files
	}
	return &promote.Source{Objects: objects, Texts: texts}, err
}

// conclude judges a promotion, says what it does, and writes it.
func (p *promotion) conclude(to io.Writer, done *promote.Result, into *promote.Folder) error {
	told(to, "is the target's own and stays: ", done.Kept)
	told(to, "note: ", done.Notes)
	if len(done.Conflicts) > 0 && !p.force {
		return refuse(to, "somebody has to decide what counts; give --force for the source to win, but for what is the target's own", done.Conflicts)
	}
	told(to, "forced: ", done.Conflicts)
	if broken := violations(done.After, done.Tenant); len(broken) > 0 {
		return refuse(to, "what it comes to would break rules", broken)
	}
	made, err := p.consequences(done)
	if err != nil {
		return couldNotTell(err)
	}
	told(to, "carries over: ", done.Changes)
	if len(done.Changes) > 0 {
		_, _ = fmt.Fprintf(to, "\n%s\n", made.Text())
	}
	if held := heldBy(made); len(held) > 0 {
		return refuse(to, "the manager would hold it", held)
	}
	return p.write(to, into, done)
}

func (p *promotion) write(to io.Writer, into *promote.Folder, done *promote.Result) error {
	files := into.Edited()
	switch {
	case len(files) == 0:
		_, _ = fmt.Fprintf(to, "nothing to do: %s has %s as %s has it\n", p.to, done.Tenant, p.from)
		return nil
	case p.dryRun:
		_, _ = fmt.Fprintf(to, "would write: %s\n", strings.Join(files, ", "))
		return errNo
	}
	if err := into.Save(); err != nil {
		return couldNotTell(err)
	}
	_, _ = fmt.Fprintf(to, "written: %s\n", strings.Join(files, ", "))
	return nil
}

// consequences are what the promotion does in the target.
func (p *promotion) consequences(done *promote.Result) (*plan.Plan, error) {
	before, after := newWorld(done.Before, ""), newWorld(done.After, "")
	return compare(declared(before), declared(after), "", p.to, p.to+" with "+done.Tenant+" of "+p.from)
}

// heldBy are the sentences of what the store would not carry out at once: who stays Administrator, and whose removal waits.
func heldBy(made *plan.Plan) []string {
	var sentences []string
	for _, c := range made.Companies {
		for i := range c.Held {
			if kind := c.Held[i].Kind; kind == plan.LastAdministrator || kind == plan.RemovalBudget {
				sentences = append(sentences, c.Held[i].Sentence())
			}
		}
	}
	return sentences
}

// violations are the rules that the objects of a tenant would break.
func violations(objects *manifest.Objects, tenant string) []string {
	var broken []string
	add := func(kind, name string, found []string) {
		for _, v := range found {
			broken = append(broken, fmt.Sprintf("%s %q: %s", kind, name, v))
		}
	}
	for _, t := range objects.Tenants {
		if t.Name == tenant {
			add(plan.KindTenant, t.Name, spoken(translate.Tenant(t).Violations()))
		}
	}
	for _, g := range objects.Groups {
		if string(g.Spec.Tenant) == tenant {
			add(plan.KindGroup, g.Name, spoken(translate.Group(g).Violations()))
		}
	}
	for _, p := range objects.Policies {
		if string(p.Spec.Tenant) == tenant {
			add(plan.KindChannelPolicy, p.Name, spoken(translate.Policy(p).Violations()))
		}
	}
	for _, o := range objects.Operators {
		if operator := translate.Operator(o); slices.ContainsFunc(operator.Entries, forTenant(tenant)) {
			add(plan.KindOperator, o.Name, spoken(operator.Violations()))
		}
	}
	return broken
}

func forTenant(tenant string) func(roster.Entry) bool {
	return func(e roster.Entry) bool { return e.Tenant == tenant }
}

// spoken are things as they say themselves.
func spoken[T fmt.Stringer](things []T) []string {
	words := make([]string, 0, len(things))
	for _, thing := range things {
		words = append(words, thing.String())
	}
	return words
}

// told prints lines, each with the same beginning.
func told(to io.Writer, beginning string, lines []string) {
	for _, line := range lines {
		_, _ = fmt.Fprintln(to, beginning+line)
	}
}

// refuse prints why nothing is written.
func refuse(to io.Writer, why string, problems []string) error {
	_, _ = fmt.Fprintf(to, "refused: %s\n", why)
	told(to, "  ", problems)
	return errNo
}
