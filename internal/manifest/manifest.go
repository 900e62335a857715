// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package manifest reads Tenants, Operators, Groups and ChannelPolicies from YAML and JSON, without a cluster. An object is taken as
// the API server would take it: the CustomResourceDefinitions themselves judge it and give absent fields their defaults. What
// needs other objects or a requester is not judged here.
package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/roster-dev/roster/api/v1alpha1"
)

// DefaultNamespace is that of objects for which nobody names one.
const DefaultNamespace = metav1.NamespaceDefault

// Limits on what is read. 10,000 people exported from a cluster are some 30 MiB.
const (
	// maxBytes bounds the manifests of one reading together.
	maxBytes = 256 << 20
	// maxProblems bounds the problems that are told before the rest is counted.
	maxProblems = 20
)

// Objects are what manifests declare, in the order they were read. No object is there twice.
type Objects struct {
	Tenants   []*v1alpha1.Tenant
	Groups    []*v1alpha1.Group
	Policies  []*v1alpha1.ChannelPolicy
	Operators []*v1alpha1.Operator
}

// Count is how many objects there are of all kinds.
func (o *Objects) Count() int {
	return len(o.Tenants) + len(o.Groups) + len(o.Policies) + len(o.Operators)
}

// Source is where manifests are read from.
type Source struct {
	// Paths are files, and folders that are read with all that lies below; "-" is Stdin. One that is named twice is read once. Of a folder the files that end in .yaml, .yml
	// or .json count, but for kustomization files and what begins with a dot.
	Paths []string
	Stdin io.Reader
	// Files are further files, such as those of a commit.
	Files []File
	// Namespace is that of objects that name none; empty is [DefaultNamespace].
	Namespace string
}

// File is a file that was read already.
type File struct {
	Name    string
	Content []byte
}

// Read reads every object of the four kinds and passes over any other. It reads all before it fails, and its error has a line a
// problem, each with the file, the line and the document, the object and the field where there are such.
func (s Source) Read() (*Objects, error) {
	known, err := definitions()
	if err != nil {
		return nil, fmt.Errorf("read the definitions of the four kinds: %w", err)
	}
	r := &reading{namespace: s.Namespace, definitions: known, seen: map[string]position{}, left: maxBytes}
	if r.namespace == "" {
		r.namespace = DefaultNamespace
	}
	for i, path := range s.Paths {
		if slices.Contains(s.Paths[:i], path) {
			continue
		}
		if err := r.path(path, s.Stdin); err != nil {
			return nil, fmt.Errorf("read manifests: %w", err)
		}
	}
	for _, file := range s.Files {
		if err := r.stream(file.Name, bytes.NewReader(file.Content)); err != nil {
			return nil, fmt.Errorf("read manifests: %w", err)
		}
	}
	return &r.objects, r.told()
}

// InFolder tells whether a file counts where a whole folder is read, by its path within.
func InFolder(name string) bool {
	return isManifest(name) && !slices.ContainsFunc(strings.Split(name, "/"), func(part string) bool { return part != ".." && hidden(part) })
}

// reading is one reading of a source.
type reading struct {
	namespace   string
	definitions map[string]*definition
	objects     Objects
	seen        map[string]position
	problems    []error
	// left is how many bytes may still be read.
	left int64
}

// problem notes what is wrong with an object, or with a document where the object is empty.
func (r *reading) problem(at position, object string, err error) {
	// Some problems come on several lines, and each is to be one.
	text := strings.Join(strings.Fields(err.Error()), " ")
	if object != "" {
		text = object + ": " + text
	}
	r.problems = append(r.problems, fmt.Errorf("%s: %s", at, text))
}

// told are the problems as one error, the first ones in full.
func (r *reading) told() error {
	if more := len(r.problems) - maxProblems; more > 0 {
		r.problems = append(r.problems[:maxProblems], fmt.Errorf("and %d more", more))
	}
	return errors.Join(r.problems...)
}

// path reads a file, a folder or stdin.
func (r *reading) path(path string, stdin io.Reader) error {
	if path == "-" {
		return r.stream("stdin", stdin)
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return err
	case !info.IsDir():
		return r.file(path)
	}
	// By way of the folder's own file system a path that is a link to a folder is followed.
	return fs.WalkDir(os.DirFS(path), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fmt.Errorf("%s: %w", path, err)
		case hidden(name) && entry.IsDir():
			return fs.SkipDir
		case entry.IsDir() || hidden(name) || !isManifest(name):
			return nil
		}
		return r.file(filepath.Join(path, name))
	})
}

func hidden(name string) bool { return name != "." && strings.HasPrefix(filepath.Base(name), ".") }

// isManifest tells whether a file of a folder is read, by its name. A kustomization need not say its kind.
func isManifest(name string) bool {
	extension := filepath.Ext(name)
	return slices.Contains([]string{".yaml", ".yml", ".json"}, extension) && strings.TrimSuffix(filepath.Base(name), extension) != "kustomization"
}

func (r *reading) file(path string) error {
	file, err := os.Open(path) //nolint:gosec // which file to read is what the path is for
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // nothing was written
	return r.stream(path, file)
}

func (r *reading) stream(name string, from io.Reader) error {
	content, err := io.ReadAll(io.LimitReader(from, r.left+1))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if r.left -= int64(len(content)); r.left < 0 {
		return fmt.Errorf("%s: the manifests are more than %d MiB together; name fewer files", name, maxBytes>>20)
	}
	found, err := documents(name, content)
	if err != nil {
		r.problems = append(r.problems, err)
		return nil
	}
	for _, d := range found {
		r.take(d, metav1.TypeMeta{})
	}
	return nil
}
