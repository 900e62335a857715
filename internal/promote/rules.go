// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package promote

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// The files of a target that are about promotion. They are YAML, and are not called so: whatever applies a folder takes YAML for manifests.
const (
	RulesFile  = "promotion.rules"
	RecordFile = "promotion.lock"
)

// Rules are what belongs to a target and is never promoted into it.
type Rules struct {
	// Namespace is the company of the target; empty is that of the objects it has.
	Namespace string `json:"namespace,omitempty"`
	// Keep are the fields that are the target's own.
	Keep []Kept `json:"keep,omitempty"`
	// Names are objects that are called otherwise in the target.
	Names []Name `json:"names,omitempty"`
}

// Kept are fields of objects of a kind.
type Kept struct {
	Kind string `json:"kind"`
	// Names are the objects by their names in the target; none is all of the kind.
	Names []string `json:"names,omitempty"`
	// Fields are paths such as spec.consoleURL. One stands for all that lies below it, and [] for the entry of every tenant.
	Fields []string `json:"fields"`
}

// Name is an object that is called otherwise in the target.
type Name struct {
	Kind string `json:"kind"`
	From string `json:"from"`
	To   string `json:"to"`
}

// kinds are those a rule can name.
var kinds = []string{"Tenant", "Group", "ChannelPolicy", "Operator"}

// ReadRules reads the rules of a folder; none is that nothing is the target's own.
func ReadRules(f *Folder, path string) (Rules, error) {
	var rules Rules
	named := path != ""
	if !named {
		path = filepath.Join(f.root, RulesFile)
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return rules, err
	}
	content, err := f.read(absolute)
	if errors.Is(err, fs.ErrNotExist) && !named {
		return rules, nil
	}
	if err != nil {
		return rules, fmt.Errorf("the rules of promotion: %w", err)
	}
	if err := yaml.UnmarshalStrict(content, &rules); err != nil {
		return rules, fmt.Errorf("%s: it must have namespace, keep and names as docs/rosterctl.md shows: %w", path, err)
	}
	return rules, rules.check(path)
}

// check says what rules do not say in full.
func (r Rules) check(path string) error {
	for _, k := range r.Keep {
		if !slices.Contains(kinds, k.Kind) || len(k.Fields) == 0 {
			return fmt.Errorf("%s: each of keep has a kind, which is one of %s, and fields", path, strings.Join(kinds, ", "))
		}
	}
	for _, n := range r.Names {
		if !slices.Contains(kinds, n.Kind) || n.From == "" || n.To == "" {
			return fmt.Errorf("%s: each of names has a kind, which is one of %s, from and to", path, strings.Join(kinds, ", "))
		}
	}
	return nil
}

// keeps tells whether a field is the target's own.
func (r Rules) keeps(o *Object, path []string) bool {
	return slices.ContainsFunc(r.Keep, func(k Kept) bool {
		named := len(k.Names) == 0 || slices.Contains(k.Names, o.Name)
		return k.Kind == o.Kind && named && slices.ContainsFunc(k.Fields, func(field string) bool { return within(field, path) })
	})
}

// within tells whether a path is a field or lies below it.
func within(field string, path []string) bool {
	for i := range path {
		steps := slices.Clone(path[:i+1])
		if written(steps) == field {
			return true
		}
		for at, step := range steps {
			if isEntry(step) {
				steps[at] = entryStep("")
			}
		}
		if written(steps) == field {
			return true
		}
	}
	return false
}

// called is what an object of the source is called in the target.
func (r Rules) called(kind, name string) string {
	for _, n := range r.Names {
		if n.Kind == kind && n.From == name {
			return n.To
		}
	}
	return name
}

// references are the fields that name other objects, by the kind of the object and the path of the field; the kind they name.
var references = map[string]string{
	"Group spec.tenant": "Tenant", "ChannelPolicy spec.tenant": "Tenant",
}

// renamed is an object of the source as it is called in the target, and so is what it names.
func (r Rules) renamed(o *Object) *Object {
	if len(r.Names) == 0 {
		return o
	}
	next := &Object{Kind: o.Kind, Namespace: o.Namespace, Name: r.called(o.Kind, o.Name), fields: map[string]leaf{}, raw: o.raw}
	for path, l := range o.fields {
		l.path = slices.Clone(l.path)
		for i, step := range l.path {
			if isEntry(step) {
				l.path[i] = entryStep(r.called("Tenant", entryName(step)))
			}
		}
		was := canonical(l.value)
		if l.value = r.renamedValue(o.Kind, path, l); canonical(l.value) != was {
			next.renamed = append(next.renamed, l.path)
		}
		next.fields[written(l.path)] = l
	}
	return next
}

func (r Rules) renamedValue(kind, path string, l leaf) any {
	last := l.path[len(l.path)-1]
	if named, is := references[kind+" "+path]; is || last == entryKey {
		if !is {
			named = "Tenant"
		}
		name, _ := l.value.(string)
		return r.called(named, name)
	}
	list, is := l.value.([]any)
	if !is {
		return l.value
	}
	next := make([]any, 0, len(list))
	for _, e := range list {
		next = append(next, r.renamedElement(last, e))
	}
	return next
}

// renamedElement renames what an element of a list names: of a team, of groups, or of a policy's subjects.
func (r Rules) renamedElement(list string, e any) any {
	if name, is := e.(string); is && list == "team" {
		return r.called("Operator", name)
	}
	element, is := e.(map[string]any)
	if !is {
		return e
	}
	next := maps.Clone(element)
	for field, kind := range map[string]string{"group": "Group", "operator": "Operator", "name": "Group"} {
		if name, has := next[field].(string); has && (list == "groups" || list == "subjects") {
			next[field] = r.called(kind, name)
		}
	}
	return next
}

// Record is what was last promoted into a target, as hashes: by the tenant, the object and the field.
type Record map[string]map[string]Promoted

// Promoted are the hashes of one object's fields: as they were promoted, and of the target's own as the source had them.
type Promoted struct {
	Fields map[string]string `json:"fields,omitempty"`
	Kept   map[string]string `json:"kept,omitempty"`
}

// promoted tells whether a field of an object has a value that was promoted last, with whichever tenant: a person may be in several.
func (r Record) promoted(id, path, hash string) bool {
	for _, objects := range r {
		if last, known := objects[id]; known && last.Fields[path] == hash {
			return true
		}
	}
	return false
}

const recordHead = "# Written by 'rosterctl promote': hashes of what was promoted last. Commit it with the manifests, and do not edit it.\n"

func readRecord(f *Folder) (Record, error) {
	record := Record{}
	content, err := f.read(filepath.Join(f.root, RecordFile))
	if errors.Is(err, fs.ErrNotExist) {
		return record, nil
	}
	if err != nil {
		return nil, err
	}
	if err := yaml.UnmarshalStrict(content, &record); err != nil {
		return nil, fmt.Errorf("%s: it is no record of a promotion; take it out to begin anew: %w", RecordFile, err)
	}
	return record, nil
}

func (r Record) write(f *Folder) error {
	text, err := yaml.Marshal(r)
	if err != nil {
		return err
	}
	f.write(filepath.Join(f.root, RecordFile), append([]byte(recordHead), text...))
	return nil
}
