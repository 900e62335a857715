// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"strconv"
	"strings"

	"github.com/roster-dev/roster/internal/manifest"
	"github.com/roster-dev/roster/internal/promote"
)

// largestRevision bounds what is read of a commit, as manifests in a folder are bounded.
const largestRevision = 256 << 20

// filesOfRevision reads the files of a commit, "REVISION[:PATH]", in the repository of the working directory. They are asked for by their
// IDs and not by an archive, which attributes of the repository could leave files out of.
func filesOfRevision(ctx context.Context, asked string) ([]manifest.File, error) {
	revision, below, named := strings.Cut(asked, ":")
	if !named {
		below = "."
	}
	switch {
	case revision == "":
		return nil, fmt.Errorf("%s%s names no revision: write %sREVISION or %[1]sREVISION:PATH, such as %[1]smain:config", ofGit, asked, ofGit)
	case strings.HasPrefix(revision, "-"):
		return nil, fmt.Errorf("%s%s: a revision does not begin with a dash", ofGit, asked)
	case path.IsAbs(below):
		return nil, fmt.Errorf("%s%s: the path is relative to the working directory and does not begin with a slash", ofGit, asked)
	}
	below = path.Clean(below)
	counts := func(name string) bool { return manifest.InFolder(name) || name == below }
	files, overlay, err := revisionOf(ctx, counts, below, revision, "--", below)
	if err == nil && overlay {
		files, err = overlayOfRevision(ctx, revision, below)
	}
	if err != nil {
		return nil, fmt.Errorf("%s%s: %w", ofGit, asked, err)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s%s: the revision has no manifests there; name another path", ofGit, asked)
	}
	for i := range files {
		files[i].Name = ofGit + revision + ":" + files[i].Name
	}
	return files, nil
}

// overlayOfRevision is what kustomize makes of a folder of a commit, whose bases may lie anywhere in the repository.
func overlayOfRevision(ctx context.Context, revision, below string) ([]manifest.File, error) {
	here, err := git(ctx, nil, "rev-parse", "--show-prefix")
	if err != nil {
		return nil, err
	}
	all, _, err := revisionOf(ctx, func(string) bool { return true }, below, "--full-tree", revision)
	if err != nil {
		return nil, err
	}
	return promote.Kustomize(all, path.Join(strings.TrimSpace(string(here)), below), below)
}

// revisionOf reads the files that git lists and that count, and tells whether there is a kustomization right in a folder.
func revisionOf(ctx context.Context, counts func(string) bool, folder string, listed ...string) (files []manifest.File, overlay bool, err error) {
	listing, err := git(ctx, nil, append([]string{"ls-tree", "-r", "-z"}, listed...)...)
	if err != nil {
		return nil, false, err
	}
	var ids strings.Builder
	for entry := range strings.SplitSeq(strings.TrimSuffix(string(listing), "\x00"), "\x00") {
		about, name, _ := strings.Cut(entry, "\t")
		overlay = overlay || path.Dir(name) == folder && promote.IsKustomization(path.Base(name))
		// Mode, type and ID. A link is no file of its own, and a submodule is another repository's.
		if words := strings.Fields(about); len(words) == 3 && words[1] == "blob" && words[0] != "120000" && counts(name) {
			files = append(files, manifest.File{Name: name})
			ids.WriteString(words[2] + "\n")
		}
	}
	contents, err := git(ctx, strings.NewReader(ids.String()), "cat-file", "--batch")
	if err != nil {
		return nil, false, err
	}
	return files, overlay, fill(files, contents)
}

// fill cuts what git prints of many objects, each a line that ends in its size, its content and a line break.
func fill(files []manifest.File, contents []byte) error {
	from := bufio.NewReader(bytes.NewReader(contents))
	for i := range files {
		line, err := from.ReadString('\n')
		if err != nil {
			return fmt.Errorf("%s: git printed less than was asked for", files[i].Name)
		}
		words := strings.Fields(line)
		size, err := strconv.Atoi(words[len(words)-1])
		if err != nil {
			return fmt.Errorf("%s: git says %q; fetch what is missing of the repository", files[i].Name, strings.TrimSpace(line))
		}
		files[i].Content = make([]byte, size)
		if _, err := io.ReadFull(from, files[i].Content); err != nil {
			return fmt.Errorf("%s: git printed less than was asked for", files[i].Name)
		}
		_, _ = from.Discard(1)
	}
	return nil
}

// git runs the program of that name, without a shell.
func git(ctx context.Context, stdin io.Reader, args ...string) ([]byte, error) {
	command := exec.CommandContext(ctx, "git", args...) //nolint:gosec // the words are a subcommand, options, and what the user named as a revision and a path
	var said bytes.Buffer
	out := &limited{}
	command.Stdin, command.Stdout, command.Stderr = stdin, out, &said
	command.Env = append(os.Environ(), "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0", "LC_ALL=C")
	err := command.Run()
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return nil, errors.New("the program git is not on PATH; install it, or name a folder")
	case out.over:
		return nil, fmt.Errorf("the files are more than %d MiB together; name a path with fewer", largestRevision>>20)
	case err != nil:
		return nil, fmt.Errorf("git %s: %s", args[0], firstLine(said.String()))
	}
	return out.content.Bytes(), nil
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return strings.TrimPrefix(line, "fatal: ")
}

// limited keeps what is written up to a limit.
type limited struct {
	content bytes.Buffer
	over    bool
}

// Write keeps more, or fails.
func (l *limited) Write(more []byte) (int, error) {
	if l.content.Len()+len(more) > largestRevision {
		l.over = true
		return 0, errors.New("too much")
	}
	return l.content.Write(more)
}
