// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"errors"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/roster-dev/roster/internal/lint"
	"github.com/roster-dev/roster/internal/lint/report"
	"github.com/roster-dev/roster/internal/manifest"
)

// linting is what lint is asked.
type linting struct {
	files         []string
	kustomization string
	namespace     string
	format        choice
	failOn        choice
}

func newLint(program string, build Build) *cobra.Command {
	var l linting
	c := &cobra.Command{
		Use:   "lint [FOLDER]...",
		Short: "Check manifests before they are applied",
		Long: `Check manifests before they are applied, without a cluster.

Errors are what the API server or the admission webhook would refuse. Warnings are what would be admitted and is not all that it
declares: what is held, names nothing there is, or has no effect. All manifests together are taken for all there is.

The exit code is 0 if all is well, 1 if something was found that --fail-on names, 2 if the command was called wrongly, and 3 if what is to be
checked could not be read.`,
		Example: strings.ReplaceAll(`  rosterctl lint config/samples
  rosterctl lint -k config/samples --fail-on warning
  kubectl kustomize config/samples | rosterctl lint -f - -o sarif`, programName, program),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
		RunE: func(c *cobra.Command, folders []string) error { return l.run(c, folders, build) },
	}
	l.bind(c)
	return c
}

func (l *linting) bind(c *cobra.Command) {
	flags := c.Flags()
	flags.StringArrayVarP(&l.files, "filename", "f", nil, "file or folder of manifests, or - for stdin; may be repeated")
	flags.StringVarP(&l.kustomization, "kustomize", "k", "", "folder of a kustomization, which is built; not with others")
	flags.StringVarP(&l.namespace, "namespace", "n", "", "the namespace of objects that name none")
	completed(c, "filename", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return []string{"yaml", "yml", "json"}, cobra.ShellCompDirectiveFilterFileExt
	})
	completed(c, "kustomize", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return nil, cobra.ShellCompDirectiveFilterDirs
	})
	completed(c, "namespace", cobra.NoFileCompletions)
	l.format = choice{value: report.Text, words: report.Formats()}
	l.format.bind(c, "output", "o", "how to write what was found")
	l.failOn = choice{value: string(lint.Error), words: []string{string(lint.Error), string(lint.Warning)}}
	l.failOn.bind(c, "fail-on", "", "the least that makes the exit code 1")
}

func (l *linting) run(c *cobra.Command, folders []string, build Build) error {
	paths := slices.Concat(folders, l.files)
	switch {
	case l.kustomization == "" && len(paths) == 0:
		return misuse(c, "name a folder, manifests with --filename, or a kustomization with --kustomize")
	case l.kustomization != "" && len(paths) > 0:
		return misuse(c, "--kustomize builds all there is: give either it, or folders and files")
	}
	progress := newProgress(c.ErrOrStderr())
	found, err := manifest.Source{
		Paths: paths, Stdin: c.InOrStdin(), Kustomization: l.kustomization, Namespace: l.namespace, Progress: progress.update,
	}.Inspect()
	progress.end()
	if err != nil {
		return couldNotTell(err)
	}
	if len(found.Declarations) == 0 {
		return couldNotTell(errors.New("the manifests hold no Tenant, Group, ChannelPolicy or Operator; name others"))
	}
	return l.write(c.OutOrStdout(), lint.Check(found), build)
}

func (l *linting) write(to io.Writer, result *lint.Result, build Build) error {
	// Where nobody knows the working directory, files are named as they were given.
	folder, _ := os.Getwd()
	options := report.Options{
		Format: l.format.value, FailOn: lint.Severity(l.failOn.value), Folder: folder, Colour: coloured(to), Version: build.Version,
	}
	if err := report.Write(to, result, options); err != nil {
		return couldNotTell(err)
	}
	if slices.ContainsFunc(result.Findings, func(f lint.Finding) bool { return options.Fails(f.Severity) }) {
		return errNo
	}
	return nil
}
