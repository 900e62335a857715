// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package promote

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/roster-dev/roster/api/v1alpha1"
)

// target is the files of a folder as they are edited.
type target struct {
	folder *Folder
	// kustomization is the kustomization's own file; nil where there is none.
	kustomization *file
	files         []*file
	namespace     string
}

func (f *Folder) load() (*target, error) {
	resources, patches, err := f.parts()
	if err != nil {
		return nil, err
	}
	t := &target{folder: f}
	for _, path := range append(slices.Clone(resources), patches...) {
		content, err := f.read(path)
		if err != nil {
			return nil, err
		}
		parsed, err := parse(path, content, slices.Contains(patches, path))
		if err != nil {
			return nil, err
		}
		t.files = append(t.files, parsed)
	}
	at, err := f.kustomization(f.root)
	if err != nil || at == "" {
		return t, err
	}
	content, err := f.read(at)
	if err != nil {
		return nil, err
	}
	_, body, _ := bare(string(content))
	node, err := yaml.Parse(body)
	if err != nil {
		return nil, err
	}
	before, _, behind := bare(string(content))
	t.kustomization = &file{path: at, texts: []string{string(content)}}
	t.kustomization.docs = []*document{{file: t.kustomization, node: node, before: before, behind: behind}}
	return t, nil
}

// save puts the files back into the folder. One that holds nothing any more is taken out.
func (t *target) save() error {
	for _, f := range t.files {
		content, err := f.content()
		if err != nil {
			return err
		}
		if len(f.docs) == 0 && f.emptied {
			t.unlist(f)
			t.folder.remove(f.path)
			continue
		}
		t.folder.write(f.path, content)
	}
	if t.kustomization == nil {
		return nil
	}
	content, err := t.kustomization.content()
	if err == nil {
		t.folder.write(t.kustomization.path, content)
	}
	return err
}

// docs are the documents of an object, the patches among them or the others.
func (t *target) docs(id string, patch bool) []*document {
	var found []*document
	for _, f := range t.files {
		for _, d := range f.docs {
			if d.kind+"/"+d.name == id && d.patch == patch {
				found = append(found, d)
			}
		}
	}
	return found
}

// field edits one field: in the patch that says it, else where the object is declared, else in a patch.
func (t *target) field(e edit, insisting bool) error {
	patches, declared := t.docs(e.id, true), t.docs(e.id, false)
	if e.absent && !insisting && clearAll(slices.Concat(patches, declared), e.path) {
		return nil
	}
	for _, d := range patches {
		if d.carries(e.path) {
			return d.set(e.path, e.value)
		}
	}
	if len(declared) > 0 && !insisting {
		return declared[0].set(e.path, e.value)
	}
	if t.kustomization == nil {
		return fmt.Errorf("%s: the folder does not declare it in a way that can be edited; edit it by hand", e)
	}
	d, err := t.patch(e.id, patches)
	if err != nil {
		return err
	}
	if err := t.copyEntries(d, e); err != nil {
		return err
	}
	return d.set(e.path, e.value)
}

// clearAll takes a field out of documents; false is that none had it.
func clearAll(docs []*document, path []string) bool {
	cleared := false
	for _, d := range docs {
		cleared = d.clear(path) || cleared
	}
	return cleared
}

// patch is a patch of an object: one that is there, or a new one.
func (t *target) patch(id string, there []*document) (*document, error) {
	if len(there) > 0 {
		return there[0], nil
	}
	kind, name, _ := strings.Cut(id, "/")
	path := "patch-" + strings.ToLower(kind) + "-" + name + ".yaml"
	// By its target the patch finds the object whatever namespace it is declared in.
	f, err := t.file(path, "patches", map[string]any{"path": path, "target": map[string]any{"kind": kind, "name": name}})
	if err != nil {
		return nil, err
	}
	node, err := yaml.Parse(fmt.Sprintf("apiVersion: %s\nkind: %s\nmetadata:\n  name: %s\n", v1alpha1.GroupVersion, kind, name))
	if err != nil {
		return nil, err
	}
	return f.add(node, "", kind, name, true), nil
}

// copyEntries makes a patch say all entries of an Operator before it changes one: a list of a patch replaces the whole.
func (t *target) copyEntries(d *document, e edit) error {
	list := []string{"spec", entries}
	if !slices.ContainsFunc(e.path, isEntry) || d.carries(list) {
		return nil
	}
	files, err := t.folder.Files()
	if err != nil {
		return err
	}
	for _, built := range files {
		parsed, err := parse(built.Name, built.Content, false)
		if err != nil {
			return err
		}
		for _, whole := range parsed.docs {
			if whole.kind+"/"+whole.name != e.id {
				continue
			}
			var tree struct {
				Spec struct {
					Tenants []any `yaml:"tenants"`
				} `yaml:"spec"`
			}
			if err := whole.node.YNode().Decode(&tree); err != nil {
				return err
			}
			return d.set(list, tree.Spec.Tenants)
		}
	}
	return nil
}

// drop takes an object out: its documents, or by a patch where it is declared elsewhere.
func (t *target) drop(id string) error {
	declared := t.docs(id, false)
	for _, d := range append(t.docs(id, true), declared...) {
		d.file.remove(d)
	}
	if len(declared) > 0 {
		return nil
	}
	d, err := t.patch(id, nil)
	if err != nil {
		return err
	}
	return d.set([]string{"$patch"}, "delete")
}

// create adds an object, as the source wrote it as far as that is wanted.
func (t *target) create(o *Object, tenant, called string) error {
	name := o.Name
	node, err := yaml.Parse(fmt.Sprintf("apiVersion: %s\nkind: %s\nmetadata:\n  name: %s\nspec: {}\n", v1alpha1.GroupVersion, o.Kind, name))
	if err != nil {
		return err
	}
	comments := ""
	if o.raw != nil {
		node, comments = o.raw.node.Copy(), strings.TrimPrefix(o.raw.before, separator+"\n")
	}
	home, err := t.home(o, tenant)
	if err != nil {
		return err
	}
	d := home.add(node, comments, o.Kind, name, false)
	if err := d.settle(o, tenant, called); err != nil {
		return err
	}
	for _, path := range o.foreign {
		d.clear(path)
	}
	d.clear([]string{"metadata", "annotations"})
	d.clear([]string{"metadata", "namespace"})
	if t.namespace != "" && (t.kustomization == nil || field(t.kustomization.docs[0].node.YNode(), "namespace") == nil) {
		return d.set([]string{"metadata", "namespace"}, t.namespace)
	}
	return nil
}

// settle makes a new document say what is wanted, and nothing of other tenants.
func (d *document) settle(o *Object, tenant, called string) error {
	if err := d.set([]string{"metadata", "name"}, o.Name); err != nil {
		return err
	}
	spec := field(d.node.YNode(), "spec")
	if o.Kind == kindOperator && spec != nil {
		if list := field(spec, entries); list != nil && list.Kind == yaml.SequenceNode {
			list.Content = slices.DeleteFunc(list.Content, func(e *yaml.Node) bool {
				key := field(e, entryKey)
				return key == nil || key.Value != called
			})
			for _, e := range list.Content {
				field(e, entryKey).Value = tenant
			}
		}
		d.clear([]string{"spec", "companyAdministrator"})
		d.clear([]string{"spec", "homeTenant"})
	}
	if o.raw != nil {
		return d.rename(o)
	}
	for _, path := range paths(o) {
		if err := d.set(o.fields[path].path, o.fields[path].value); err != nil {
			return err
		}
	}
	return nil
}

// rename makes a new document call things as the target does.
func (d *document) rename(o *Object) error {
	for _, path := range o.renamed {
		if l, carried := o.fields[written(path)]; carried {
			if err := d.set(path, l.value); err != nil {
				return err
			}
		}
	}
	return nil
}

// home is the file a new object belongs into: beside its like of the same tenant, else beside the tenant, else one of its own.
func (t *target) home(o *Object, tenant string) (*file, error) {
	for _, like := range []func(*document) bool{
		func(d *document) bool { return d.kind == o.Kind && belongs(d, tenant) },
		func(d *document) bool { return d.kind == "Tenant" && d.name == tenant },
	} {
		for _, f := range slices.Backward(t.files) {
			if slices.ContainsFunc(f.docs, func(d *document) bool { return !d.patch && like(d) }) {
				return f, nil
			}
		}
	}
	path := "tenant-" + tenant + ".yaml"
	return t.file(path, "resources", path)
}

func belongs(d *document, tenant string) bool {
	spec := field(d.node.YNode(), "spec")
	if spec == nil {
		return false
	}
	if of := field(spec, entryKey); of != nil {
		return of.Value == tenant
	}
	list := field(spec, entries)
	return list != nil && entryAt(list, entryStep(tenant)) >= 0
}

// file is a file of that name, made and listed in the kustomization where it is new.
func (t *target) file(name, list string, listed any) (*file, error) {
	path := filepath.Join(t.folder.root, name)
	for _, f := range t.files {
		if f.path == path {
			return f, nil
		}
	}
	if _, err := t.folder.read(path); err == nil {
		return nil, fmt.Errorf("%s is there and the kustomization does not name it: name it in %s, or take it out", name, list)
	}
	f := &file{path: path}
	t.files = append(t.files, f)
	if t.kustomization == nil {
		return f, nil
	}
	entry, err := nodeOf(listed)
	if err != nil {
		return nil, err
	}
	d := t.kustomization.docs[0]
	at := field(d.node.YNode(), list)
	if at == nil {
		at = &yaml.Node{Kind: yaml.SequenceNode}
		d.node.YNode().Content = append(d.node.YNode().Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: yaml.NodeTagString, Value: list}, at)
	}
	at.Content = append(at.Content, entry)
	d.edited = true
	return f, nil
}

// unlist takes a file out of the kustomization.
func (t *target) unlist(f *file) {
	if t.kustomization == nil {
		return
	}
	d, name := t.kustomization.docs[0], t.folder.relative(f.path)
	for _, listed := range []string{"resources", "patches"} {
		list := field(d.node.YNode(), listed)
		if list == nil {
			continue
		}
		before := len(list.Content)
		list.Content = slices.DeleteFunc(list.Content, func(e *yaml.Node) bool {
			path := field(e, "path")
			return e.Value == name || path != nil && path.Value == name
		})
		d.edited = d.edited || len(list.Content) != before
	}
}
