// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package manifest

import (
	"fmt"
	"strings"
	"sync/atomic"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/internal/parallel"
)

// The rules of problems.
const (
	// RuleSyntax: a document is neither YAML nor JSON.
	RuleSyntax = "Syntax"
	// RuleManifest: a document is no manifest of a kind there is, though it was meant to be.
	RuleManifest = "Manifest"
	// RuleUnknownField: the kind has no such field.
	RuleUnknownField = "UnknownField"
	// RuleSchema: a value, or the metadata, is not as the CustomResourceDefinition wants it.
	RuleSchema = "Schema"
	// RuleCEL: a rule of the CustomResourceDefinition in CEL is broken.
	RuleCEL = "CEL"
	// RuleDeclaredTwice: another manifest declares the same object.
	RuleDeclaredTwice = "DeclaredTwice"
)

// Rules are the rules of problems.
func Rules() []string {
	return []string{RuleSyntax, RuleManifest, RuleUnknownField, RuleSchema, RuleCEL, RuleDeclaredTwice}
}

// Problem is why an object would not be taken, or a document not understood.
type Problem struct {
	// Rule is one of the rules above.
	Rule string
	// Path is the field as the API server writes it, such as "spec.tenants[0].role"; empty is the whole.
	Path string
	// Message says what is wrong, and what would be right.
	Message string
	// line is where in the file that shows, where the parser said it; 0 where it did not.
	line int
}

// String says the problem in a line.
func (p Problem) String() string {
	// Some problems come on several lines, and each is to be one.
	text := strings.Join(strings.Fields(p.Message), " ")
	if p.Path == "" {
		return text
	}
	return p.Path + ": " + text
}

// Declaration is one object of a manifest, or a document of which no object could be made.
type Declaration struct {
	// Kind is empty where the document is no object of ours. Namespace and Name are as far as they could be told.
	Kind, Namespace, Name string
	// Object has its defaults; it is nil where it could not be read. What has problems may be there all the same.
	Object client.Object
	// Problems are why it would not be taken.
	Problems []Problem

	document *document
	position position
	// items lead to the object within lists, each from 0.
	items []int
}

// String names the object; empty where there is none.
func (d *Declaration) String() string {
	if d.Kind == "" {
		return ""
	}
	return fmt.Sprintf("%s %q", d.Kind, d.Name)
}

// told is a problem of the declaration as one line.
func (d *Declaration) told(p Problem) string {
	object := d.String()
	if object != "" {
		object += ": "
	}
	return fmt.Sprintf("%s: %s%s", d.position, object, p)
}

// Inspection is all that was found in manifests.
type Inspection struct {
	// Declarations are in the order of the manifests, those of which no object could be made among them.
	Declarations []*Declaration
	// Files is how many files there were.
	Files int
}

// Inspect reads every object of the four kinds, judges each as the API server would, and passes over any other. What is wrong with a
// document or an object is found beside it; an error is what kept the source from being read at all.
func (s Source) Inspect() (*Inspection, error) {
	known, err := definitions()
	if err != nil {
		return nil, fmt.Errorf("read the definitions of the four kinds: %w", err)
	}
	documents, files, err := s.documents()
	if err != nil {
		return nil, fmt.Errorf("read manifests: %w", err)
	}
	found := declarations(documents)
	r := reading{definitions: known, namespace: s.Namespace}
	if r.namespace == "" {
		r.namespace = DefaultNamespace
	}
	var judged atomic.Int64
	parallel.Each(len(found), func(i int) {
		r.admit(found[i])
		if s.Progress != nil {
			s.Progress(int(judged.Add(1)), len(found))
		}
	})
	inspection := &Inspection{Files: files}
	for _, f := range found {
		inspection.Declarations = append(inspection.Declarations, f.Declaration)
	}
	inspection.refuseDoubles()
	return inspection, nil
}

// refuseDoubles finds objects that are declared already.
func (i *Inspection) refuseDoubles() {
	seen := map[string]position{}
	for _, d := range i.Declarations {
		if d.Kind == "" || d.Name == "" {
			continue
		}
		key := d.Kind + "/" + d.Namespace + "/" + d.Name
		if before, declared := seen[key]; declared {
			d.Object = nil
			d.Problems = append(d.Problems, Problem{
				Rule: RuleDeclaredTwice, Path: "metadata.name", Message: fmt.Sprintf("it is declared already in %s; leave one of the two out", before),
			})
			continue
		}
		seen[key] = d.position
	}
}
