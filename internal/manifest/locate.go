// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package manifest

import (
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Position is where something stands in a file. Lines and columns count from 1.
type Position struct {
	File         string
	Line, Column int
}

// Locator finds where the fields of declarations stand. It keeps the last document it looked into, so ask it in the order of the
// declarations; the zero value is ready.
type Locator struct {
	last *document
	tree *yaml.Node
}

// Problem is where a problem of a declaration shows.
func (l *Locator) Problem(d *Declaration, p Problem) Position {
	if p.line > 0 {
		return Position{d.position.file, p.line, 1}
	}
	return l.Field(d, p.Path)
}

// Beginning is where the document of a declaration begins.
func (l *Locator) Beginning(d *Declaration) Position {
	return Position{d.position.file, d.position.line, 1}
}

// Field is where a field of a declaration stands. Elements of lists are named by number, or by what they are called, as in
// "spec.tenants[retail].team[anna]". Of a field that is not there it is where the nearest one around it is, and of no field where the
// object begins.
func (l *Locator) Field(d *Declaration, path string) Position {
	from, items := d.document, d.items
	if from.origin != nil {
		if from, items = from.origin(); from == nil {
			return Position{d.position.file, d.position.line, 1}
		}
	}
	if l.last != from {
		l.last, l.tree = from, from.parse()
	}
	if l.tree == nil {
		return Position{from.file, from.line, 1}
	}
	at := l.tree
	for _, item := range items {
		if _, list := entry(at, "items"); list != nil && item < len(list.Content) {
			at = list.Content[item]
		}
	}
	found := nearest(at, steps(path))
	return Position{from.file, from.line - 1 + found.Line, found.Column}
}

// parse is the tree of a document; nil where there is none.
func (d *document) parse() *yaml.Node {
	var root yaml.Node
	if err := yaml.Unmarshal(d.text, &root); err != nil || len(root.Content) == 0 {
		return nil
	}
	return root.Content[0]
}

// step is one step of a path: a field of an object, or an element of a list or a map.
type step struct {
	name string
	// of is the list or map that an element is of; empty is that the step is a field.
	of string
}

// steps parts a path. A bracket ends where another step or the path does, so that a name within may hold anything else.
func steps(path string) []step {
	var found []step
	name := ""
	for path != "" {
		if path[0] == '[' {
			end := bracket(path)
			found = append(found, step{path[1:end], name})
			path = strings.TrimPrefix(path[end:], "]")
			continue
		}
		path = strings.TrimPrefix(path, ".")
		end := strings.IndexAny(path, ".[")
		if end < 0 {
			end = len(path)
		}
		if end == 0 {
			return found
		}
		name = path[:end]
		found = append(found, step{name: name})
		path = path[end:]
	}
	return found
}

// bracket is where the bracket closes that a path begins with.
func bracket(path string) int {
	for i := 1; i < len(path); i++ {
		if path[i] == ']' && (i == len(path)-1 || path[i+1] == '.' || path[i+1] == '[') {
			return i
		}
	}
	return len(path)
}

// nearest follows steps as far as there are values, and is the last one reached.
func nearest(at *yaml.Node, path []step) *yaml.Node {
	shown := at
	for _, s := range path {
		key, value := child(resolved(at), s)
		if value == nil {
			return shown
		}
		shown, at = key, value
	}
	return shown
}

// child is a value one step below another, and what shows where it is; nil where there is none.
func child(of *yaml.Node, s step) (shown, value *yaml.Node) {
	switch of.Kind {
	case yaml.MappingNode:
		return entry(of, s.name)
	case yaml.SequenceNode:
		if i := element(of, s); i >= 0 {
			return of.Content[i], of.Content[i]
		}
	}
	return nil, nil
}

// mergesAtMost bounds how far what is merged into what is followed.
const mergesAtMost = 8

// entry is the value of a key, and the key itself; what is merged in counts where the key is not there.
func entry(of *yaml.Node, name string) (key, value *yaml.Node) {
	return entryWithin(of, name, mergesAtMost)
}

func entryWithin(of *yaml.Node, name string, merges int) (key, value *yaml.Node) {
	of = resolved(of)
	if of.Kind != yaml.MappingNode {
		return nil, nil
	}
	for i := 0; i+1 < len(of.Content); i += 2 {
		if of.Content[i].Value == name {
			return of.Content[i], of.Content[i+1]
		}
	}
	for i := 0; i+1 < len(of.Content) && merges > 0; i += 2 {
		if of.Content[i].Tag != "!!merge" {
			continue
		}
		merged := []*yaml.Node{of.Content[i+1]}
		if list := resolved(of.Content[i+1]); list.Kind == yaml.SequenceNode {
			merged = list.Content
		}
		for _, m := range merged {
			if key, value := entryWithin(m, name, merges-1); value != nil {
				return key, value
			}
		}
	}
	return nil, nil
}

// numbered are lists whose elements have no names.
var numbered = []string{"subjects", "matchExpressions", "values"}

// element is which element of a list is meant, by its name or else its number; -1 is none.
func element(of *yaml.Node, s step) int {
	named := func(e *yaml.Node) bool { return nameOf(e) == s.name }
	if !slices.Contains(numbered, s.of) {
		// Of one that is there twice the second is the one too many.
		for i, e := range slices.Backward(of.Content) {
			if named(e) {
				return i
			}
		}
	}
	if i, err := strconv.Atoi(s.name); err == nil && i >= 0 && i < len(of.Content) {
		return i
	}
	return -1
}

// nameOf is what an element of a list is called: itself, or what its key says.
func nameOf(e *yaml.Node) string {
	e = resolved(e)
	if e.Kind == yaml.ScalarNode {
		return e.Value
	}
	for _, key := range []string{"tenant", "name"} {
		if _, value := entry(e, key); value != nil {
			return resolved(value).Value
		}
	}
	return ""
}

// resolved is what an alias stands for.
func resolved(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}
