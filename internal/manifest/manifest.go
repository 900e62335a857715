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
	"sigs.k8s.io/controller-runtime/pkg/client"

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
	// Kustomization is a folder that is built, as kubectl kustomize does; empty is none.
	Kustomization string
	// Files are further files, such as those of a commit.
	Files []File
	// Namespace is that of objects that name none; empty is [DefaultNamespace].
	Namespace string
	// Progress is told, from several goroutines at once, how many objects have been judged of how many; nil is nobody.
	Progress func(judged, of int)
}

// File is a file that was read already.
type File struct {
	Name    string
	Content []byte
}

// Read reads every object of the four kinds and passes over any other. It reads all before it fails, and its error has a line a
// problem, each with the file, the line and the document, the object and the field where there are such.
func (s Source) Read() (*Objects, error) {
	found, err := s.Inspect()
	if err != nil {
		return nil, err
	}
	objects := &Objects{}
	var problems []error
	for _, d := range found.Declarations {
		for _, p := range d.Problems {
			problems = append(problems, errors.New(d.told(p)))
		}
		if len(d.Problems) == 0 {
			objects.add(d.Object)
		}
	}
	return objects, told(problems)
}

// InFolder tells whether a file counts where a whole folder is read, by its path within.
func InFolder(name string) bool {
	return isManifest(name) && !slices.ContainsFunc(strings.Split(name, "/"), func(part string) bool { return part != ".." && hidden(part) })
}

// add adds an object to those of its kind.
func (o *Objects) add(object client.Object) {
	switch object := object.(type) {
	case *v1alpha1.Tenant:
		o.Tenants = append(o.Tenants, object)
	case *v1alpha1.Group:
		o.Groups = append(o.Groups, object)
	case *v1alpha1.ChannelPolicy:
		o.Policies = append(o.Policies, object)
	case *v1alpha1.Operator:
		o.Operators = append(o.Operators, object)
	}
}

// Objects are all objects that could be read, those that would not be taken among them.
func (i *Inspection) Objects() *Objects {
	objects := &Objects{}
	for _, d := range i.Declarations {
		objects.add(d.Object)
	}
	return objects
}

// told are problems as one error, the first ones in full.
func told(problems []error) error {
	if more := len(problems) - maxProblems; more > 0 {
		problems = append(problems[:maxProblems], fmt.Errorf("and %d more", more))
	}
	return errors.Join(problems...)
}

// collecting is the reading of a source into documents that nobody has looked at yet.
type collecting struct {
	documents []*document
	files     int
	// left is how many bytes may still be read.
	left int64
}

// documents are those of all paths, and the number of files.
func (s Source) documents() (found []*document, files int, err error) {
	c := &collecting{left: maxBytes}
	for i, path := range s.Paths {
		if slices.Contains(s.Paths[:i], path) {
			continue
		}
		if err := c.path(path, s.Stdin); err != nil {
			return nil, 0, err
		}
	}
	for _, file := range s.Files {
		if err := c.stream(file.Name, bytes.NewReader(file.Content)); err != nil {
			return nil, 0, err
		}
	}
	if s.Kustomization != "" {
		if err := c.build(s.Kustomization); err != nil {
			return nil, 0, err
		}
	}
	return c.documents, c.files, nil
}

// path reads a file, a folder or stdin.
func (c *collecting) path(path string, stdin io.Reader) error {
	if path == "-" {
		return c.stream("stdin", stdin)
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return err
	case !info.IsDir():
		return c.file(path)
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
		return c.file(filepath.Join(path, name))
	})
}

func hidden(name string) bool { return name != "." && strings.HasPrefix(filepath.Base(name), ".") }

// isManifest tells whether a file of a folder is read, by its name. A kustomization need not say its kind.
func isManifest(name string) bool {
	extension := filepath.Ext(name)
	return slices.Contains([]string{".yaml", ".yml", ".json"}, extension) && strings.TrimSuffix(filepath.Base(name), extension) != "kustomization"
}

func (c *collecting) file(path string) error {
	file, err := os.Open(path) //nolint:gosec // which file to read is what the path is for
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // nothing was written
	return c.stream(path, file)
}

func (c *collecting) stream(name string, from io.Reader) error {
	content, err := io.ReadAll(io.LimitReader(from, c.left+1))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if c.left -= int64(len(content)); c.left < 0 {
		return fmt.Errorf("%s: the manifests are more than %d MiB together; name fewer files", name, maxBytes>>20)
	}
	c.files++
	c.documents = append(c.documents, split(name, content)...)
	return nil
}
