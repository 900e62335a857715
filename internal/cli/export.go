// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/manifest"
)

// written is one manifest.
type written struct {
	kind, name string
	text       []byte
}

// exported is what an export comes to.
type exported struct {
	manifests []written
	// complaints say what could not be expressed, a line each, and asides what else there is to know.
	complaints, asides []string
}

func newExport(program string) *cobra.Command {
	var from source
	var at storeFlags
	var foreign bool
	var to folderFlags
	c := &cobra.Command{
		Use:   "export",
		Short: "Write manifests of what a cluster or a store has",
		Long: `Write manifests of the objects of a cluster, or of the records of an identity store, to stdout or into a folder.

They say what somebody would write: nothing that the API server sets or fills in, no status, and in one order, so that an export of what they
declare is the same again. Of a store (--store) they compile to the records that were read, those of an installation or, with --foreign, those
of nobody. What no manifest can say is told on stderr.

The exit code is 0 where all is written, 1 where something could not be expressed, 2 where the command is called wrongly, and 3 where there is
nothing to be had.`,
		Example: strings.ReplaceAll(`  rosterctl export -n harbour --output-folder company --split object
  rosterctl export --store sqlite://roster.db --foreign -n harbour`, programName, program),
		Args: exactly(),

		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: telling(func(c *cobra.Command, _ []string) error {
			found, err := exportFrom(c, &from, at, foreign)
			if err != nil {
				return err
			}
			if err := to.write(c.OutOrStdout(), found.manifests); err != nil {
				return err
			}
			for _, said := range slices.Concat(found.complaints, found.asides) {
				_, _ = fmt.Fprintf(c.ErrOrStderr(), "%s: %s\n", program, said)
			}
			if len(found.complaints) > 0 {
				return errNo
			}
			return nil
		}),
	}
	from.bind(c)
	at.bind(c, "`URL` of a store to read instead of a cluster; it is only read", "`name` of the installation whose records are meant")
	c.Flags().BoolVar(&foreign, "foreign", false, "the records of nobody are meant")
	to.bind(c)
	return c
}

// exportFrom is an export of whatever the flags name.
func exportFrom(c *cobra.Command, from *source, at storeFlags, foreign bool) (*exported, error) {
	if at.url == "" {
		if foreign || at.installation != "" {
			return nil, misuse(c, "--installation and --foreign say which records of a store are meant: name one with --store")
		}
		in, err := from.companyOf(c, "")
		if err != nil {
			return nil, err
		}
		return in.export()
	}
	flag := from.cluster.given()
	switch {
	case len(from.files) > 0 || flag != "":
		return nil, misuse(c, "--store reads a store, and --filename and the flags of a cluster something else: give one of the two")
	case foreign == (at.installation != ""):
		return nil, misuse(c, "say which records are meant: those of one installation with --installation, or those of nobody with --foreign")
	case at.installation != "" && len(validation.IsDNS1123Label(at.installation)) > 0:
		return nil, misuse(c, "--installation is the name that the manager has, a DNS label")
	}
	return exportStore(c.Context(), at, from.namespace)
}

// export are the manifests of the company. What is being deleted is declared by nobody any more.
func (c *company) export() (*exported, error) {
	found := &exported{}
	var objects manifest.Objects
	leaving := 0
	c.directory.Of(c.name,
		func(o *v1alpha1.Tenant) { objects.Tenants = staying(objects.Tenants, o, &leaving) },
		func(o *v1alpha1.Group) { objects.Groups = staying(objects.Groups, o, &leaving) },
		func(o *v1alpha1.ChannelPolicy) { objects.Policies = staying(objects.Policies, o, &leaving) },
		func(o *v1alpha1.Operator) { objects.Operators = staying(objects.Operators, o, &leaving) },
	)
	if leaving > 0 {
		found.asides = append(found.asides, counted(leaving, "object is", "objects are")+" being deleted, and left out")
	}
	err := found.add(&objects)
	return found, err
}

func staying[T client.Object](to []T, o T, leaving *int) []T {
	if o.GetDeletionTimestamp() != nil {
		*leaving++
		return to
	}
	return append(to, o)
}

// add adds the manifests of objects, by kind and then by name.
func (e *exported) add(objects *manifest.Objects) error {
	cleaner, err := manifest.NewCleaner()
	if err != nil {
		return err
	}
	return errors.Join(
		addAll(e, cleaner, "Tenant", objects.Tenants), addAll(e, cleaner, "Group", objects.Groups),
		addAll(e, cleaner, "ChannelPolicy", objects.Policies), addAll(e, cleaner, "Operator", objects.Operators),
	)
}

func addAll[T client.Object](e *exported, cleaner *manifest.Cleaner, kind string, objects []T) error {
	slices.SortFunc(objects, func(a, b T) int { return strings.Compare(a.GetName(), b.GetName()) })
	for _, o := range objects {
		content, refused, err := cleaner.Clean(kind, o)
		if err != nil {
			return err
		}
		if len(refused) > 0 {
			var told []string
			for _, problem := range refused {
				told = append(told, fmt.Sprintf("%s %q is left out: %s", kind, o.GetName(), problem))
			}
			// The rules are asked in no order of their own.
			slices.Sort(told)
			e.complaints = append(e.complaints, told...)
			continue
		}
		text, err := yaml.Marshal(content)
		if err != nil {
			return err
		}
		e.manifests = append(e.manifests, written{kind, o.GetName(), text})
	}
	return nil
}

// The ways to cut manifests into files.
const (
	byKind   = "kind"
	byObject = "object"
)

// folderFlags say where manifests go.
type folderFlags struct {
	folder string
	split  choice
}

func (f *folderFlags) bind(c *cobra.Command) {
	c.Flags().StringVar(&f.folder, "output-folder", "", "`folder` to write files into, which must be empty or not there; absent: stdout")
	f.split = choice{value: byKind, words: []string{byKind, byObject}}
	f.split.bind(c, "split", "", "whether the folder gets a file a kind, or a file an object")
	completed(c, "output-folder", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return nil, cobra.ShellCompDirectiveFilterDirs
	})
}

// write writes manifests, whole files each.
func (f *folderFlags) write(stdout io.Writer, manifests []written) error {
	if f.folder == "" {
		_, err := stdout.Write(together(manifests))
		return err
	}
	if err := os.MkdirAll(f.folder, 0o750); err != nil {
		return fmt.Errorf("--output-folder: %w", err)
	}
	there, err := os.ReadDir(f.folder)
	switch {
	case err != nil:
		return fmt.Errorf("--output-folder: %w", err)
	case len(there) > 0:
		return fmt.Errorf("--output-folder: %s holds something already, such as %s; an empty folder is right, since what is left there would be applied, too",
			f.folder, there[0].Name())
	}
	files := map[string][]written{}
	for _, m := range manifests {
		name := strings.ToLower(m.kind)
		if f.split.value == byObject {
			name += "-" + m.name
		}
		files[name] = append(files[name], m)
	}
	for _, name := range sortedKeys(files) {
		// What is in it is personal data, as in the store.
		if err := os.WriteFile(filepath.Join(f.folder, name+".yaml"), together(files[name]), 0o600); err != nil {
			return fmt.Errorf("--output-folder: %w", err)
		}
	}
	return nil
}

// together are manifests as the documents of one file.
func together(manifests []written) []byte {
	var texts [][]byte
	for _, m := range manifests {
		texts = append(texts, m.text)
	}
	return bytes.Join(texts, []byte("---\n"))
}
