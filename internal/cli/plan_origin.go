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
)

// origin is one side of a comparison once it is read.
type origin interface {
	// companies are those it has something of.
	companies() []string
	// world is one of them, resolved; former is the world it follows, or nil.
	world(company string, former *plan.World) *plan.World
}

// origins are the flags that say what is compared with what.
type origins struct {
	from, to     string
	files        []string
	namespace    string
	installation string
	cluster      clusterFlags
}

// The beginnings of sources that are no path.
const (
	ofGit     = "git:"
	ofCluster = "cluster:"
	ofStore   = "store:"
)

func (o *origins) bind(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&o.from, "from", ofCluster, "the `source` of what is there")
	flags.StringVar(&o.to, "to", "", "the `source` of what is to be; absent: what --filename names, or this folder")
	flags.StringArrayVarP(&o.files, "filename", "f", nil, "file or folder of manifests of what is to be, or - for stdin; may be repeated")
	flags.StringVarP(&o.namespace, "namespace", "n", "", "the company; for manifests also the namespace of objects that name none")
	flags.StringVar(&o.installation, "installation", "", "whose records of a store count; absent: those of the only installation there is")
	o.cluster.bind(flags)
	completed(c, "namespace", cobra.NoFileCompletions)
	completed(c, "installation", cobra.NoFileCompletions)
	completed(c, "from", completeSources)
	completed(c, "to", completeSources)
}

// plan reads both sides and compares them.
func (o *origins) plan(c *cobra.Command) (*plan.Plan, error) {
	to, err := o.target(c)
	if err != nil {
		return nil, err
	}
	if o.from == "-" && slices.Contains(to, "-") {
		return nil, misuse(c, "stdin can be one of the two sides: give the other one as a file")
	}
	if err := o.settle(to); err != nil {
		return nil, err
	}
	before, after, err := o.both(c, to)
	if err != nil {
		return nil, couldNotTell(err)
	}
	made, err := compare(before, after, o.namespace, shown(o.from), shown(strings.Join(to, " ")))
	return made, couldNotTell(err)
}

// both opens the two sides: at once, unless one is a cluster, which says what company the other one is read for.
func (o *origins) both(c *cobra.Command, to []string) (before, after origin, err error) {
	first := func() (err error) {
		before, err = o.open(c.Context(), c.InOrStdin(), []string{o.from})
		return err
	}
	second := func() (err error) {
		after, err = o.open(c.Context(), c.InOrStdin(), to)
		return err
	}
	if strings.HasPrefix(o.from, ofCluster) || strings.HasPrefix(to[0], ofCluster) {
		if err := first(); err != nil {
			return nil, nil, err
		}
		return before, after, second()
	}
	failed := make(chan error, 1)
	go func() { failed <- first() }()
	err = second()
	return before, after, errors.Join(<-failed, err)
}

// shown is a source as a plan names it, which many may read: of a store the kind alone, and neither host nor user.
func shown(source string) string {
	if url, is := strings.CutPrefix(source, ofStore); is {
		scheme, _, _ := strings.Cut(url, ":")
		return ofStore + scheme
	}
	return source
}

// target are the sources of what is to be: one, or several paths.
func (o *origins) target(c *cobra.Command) ([]string, error) {
	switch {
	case o.to != "" && len(o.files) > 0:
		return nil, misuse(c, "--to and --filename both say what is to be: give one of the two")
	case o.to != "":
		return []string{o.to}, nil
	case len(o.files) > 0:
		return o.files, nil
	}
	return []string{"."}, nil
}

// settle takes the company from a cluster that is asked, if nobody names one: manifests that name no namespace are meant for it.
func (o *origins) settle(to []string) error {
	for _, source := range append([]string{o.from}, to...) {
		place, is := strings.CutPrefix(source, ofCluster)
		if !is {
			continue
		}
		named := place[strings.LastIndex(place, "/")+1:]
		switch {
		case named == "":
		case o.namespace == "":
			o.namespace = named
		case o.namespace != named:
			return fmt.Errorf("--namespace is %q and the source %q asks another one: name the same, or one of the two", o.namespace, source)
		}
	}
	return nil
}

// open reads one side, of which only paths may be several.
func (o *origins) open(ctx context.Context, stdin io.Reader, sources []string) (origin, error) {
	first := sources[0]
	switch {
	case len(sources) == 1 && strings.HasPrefix(first, ofCluster):
		return o.openCluster(ctx, strings.TrimPrefix(first, ofCluster))
	case len(sources) == 1 && strings.HasPrefix(first, ofStore):
		return o.openStore(ctx, strings.TrimPrefix(first, ofStore))
	}
	read := manifest.Source{Stdin: stdin, Namespace: o.namespace}
	for _, source := range sources {
		files, whole, err := filesOf(ctx, source)
		if err != nil {
			return nil, err
		}
		if !whole {
			read.Paths = append(read.Paths, source)
		}
		read.Files = append(read.Files, files...)
	}
	objects, err := read.Read()
	if err != nil {
		return nil, err
	}
	if objects.Count() == 0 {
		return nil, fmt.Errorf("%s: there is no Tenant, Group, ChannelPolicy or Operator; name manifests that have one", strings.Join(sources, " "))
	}
	return declared(newWorld(objects, o.namespace)), nil
}

// filesOf are the files of a revision, or what kustomize makes of a folder; false is that the source is to be read as it is.
func filesOf(ctx context.Context, source string) (files []manifest.File, whole bool, err error) {
	if revision, is := strings.CutPrefix(source, ofGit); is {
		files, err := filesOfRevision(ctx, revision)
		return files, true, err
	}
	if info, err := os.Stat(source); err != nil || !info.IsDir() {
		return nil, false, nil //nolint:nilerr // whoever reads it says what is wrong with it
	}
	folder, err := promote.Open(source)
	if err != nil {
		return nil, false, err
	}
	if overlay, err := folder.Kustomized(); err != nil || !overlay {
		return nil, false, err
	}
	files, err = folder.Files()
	return files, true, err
}

// openCluster lists the objects of a namespace. That there are none is an answer: it may be new.
func (o *origins) openCluster(ctx context.Context, place string) (origin, error) {
	objects, err := o.list(ctx, place)
	if err != nil {
		return nil, err
	}
	return declared(newWorld(objects, o.namespace)), nil
}

// list lists the objects of a namespace, and notes which one that is.
func (o *origins) list(ctx context.Context, place string) (*manifest.Objects, error) {
	cluster := o.cluster
	if at := strings.LastIndex(place, "/"); at >= 0 {
		cluster.overrides.CurrentContext = place[:at]
	}
	client, company, err := cluster.connect(o.namespace, "no cluster is named: name one with --kubeconfig, --context or KUBECONFIG, or compare with --from SOURCE")
	if err != nil {
		return nil, err
	}
	o.namespace = company
	return listAll(ctx, client, company)
}

// compare makes the plan of all companies, or of the one that was asked for.
func compare(before, after origin, only, from, to string) (*plan.Plan, error) {
	names := append(before.companies(), after.companies()...)
	slices.Sort(names)
	names = slices.Compact(names)
	if only != "" {
		if !slices.Contains(names, only) {
			return nil, fmt.Errorf("nothing is of company %q on either side; there is %s%s", only, strings.Join(names, ", "), didYouMean(only, names))
		}
		names = []string{only}
	}
	var companies []*plan.Company
	for _, name := range names {
		was := before.world(name, nil)
		company, err := plan.Compare(was, after.world(name, was))
		if err != nil {
			return nil, errors.Join(fmt.Errorf("company %q", name), err)
		}
		companies = append(companies, company)
	}
	return plan.New(from, to, companies)
}

// completeSources offers files, and what other sources begin with.
func completeSources(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	var begins []string
	for _, prefix := range []string{ofGit, ofCluster, ofStore} {
		if typed != "" && strings.HasPrefix(prefix, typed) {
			begins = append(begins, prefix)
		}
	}
	if len(begins) > 0 {
		return begins, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
	}
	return nil, cobra.ShellCompDirectiveDefault
}
