// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package promote

import (
	"fmt"
	"slices"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// edit is one thing that is not as it should be: a field of an object, or the whole object where the path is empty.
type edit struct {
	id   string
	path []string
	// value is what should be there, and absent that nothing should.
	value  any
	absent bool
}

func (e edit) String() string {
	if len(e.path) == 0 {
		return e.id
	}
	return e.id + ": " + written(e.path)
}

// rounds is how often the target is edited and looked at anew. First a field is given the value as the source wrote it, then as it counts, and
// then in a patch, whatever else says it.
const (
	asWritten = iota
	exactly
	insisting
	rounds
)

// carry edits the target until it declares what is wanted.
func (p *promotion) carry() error {
	p.After = p.Before
	for round := range rounds + 1 {
		there, err := objectsOf(p.After)
		if err != nil {
			return err
		}
		open := p.open(there)
		if len(open) == 0 {
			return nil
		}
		if round == rounds {
			return fmt.Errorf("%s cannot be made to say it by edits of its own files: %s; edit it by hand", p.folder.named, open[0])
		}
		if err := p.edit(open, round); err != nil {
			return err
		}
		if p.After, err = p.folder.objects(); err != nil {
			return &InvalidError{err}
		}
	}
	return nil
}

// InvalidError says that the target would not be right with what is carried over.
type InvalidError struct{ Problems error }

// Error says what is wrong, a line a problem.
func (e *InvalidError) Error() string { return e.Problems.Error() }

// Unwrap are the problems.
func (e *InvalidError) Unwrap() error { return e.Problems }

// open are what is not as wanted, in order.
func (p *promotion) open(there map[string]*Object) []edit {
	var edits []edit
	for _, id := range inOrder(p.wanted) {
		wanted, have := p.wanted[id], there[id].of(p.Result.Tenant)
		switch {
		case wanted == nil && have == nil:
		case wanted == nil:
			edits = append(edits, p.leaving(id, there[id])...)
		case have == nil:
			edits = append(edits, edit{id: id})
		default:
			for _, path := range paths(wanted, have) {
				steps := pathOf(path, wanted, have)
				if wanted.hash(path) != have.hash(path) && !p.Rules.keeps(wanted, steps) {
					l, should := wanted.fields[path]
					edits = append(edits, edit{id, steps, l.value, !should})
				}
			}
		}
	}
	return edits
}

// asWritten is a field's value as the source wrote it; the one given where it did not.
func (o *Object) asWritten(path []string, value any) any {
	same := func(renamed []string) bool { return slices.Equal(renamed, path) }
	if o == nil || o.raw == nil || slices.ContainsFunc(o.renamed, same) {
		return value
	}
	at := o.raw.node.YNode()
	for _, step := range path {
		if isEntry(step) {
			// What it is called there may be another name.
			return value
		}
		if at = field(at, step); at == nil {
			return value
		}
	}
	var text any
	if at.Kind != yaml.ScalarNode || at.Decode(&text) != nil {
		return value
	}
	return text
}

// leaving is how an object goes: an Operator who is in other tenants, too, only leaves this one.
func (p *promotion) leaving(id string, have *Object) []edit {
	elsewhere := func(tenant string) bool { return tenant != p.Result.Tenant }
	if have.Kind == kindOperator && slices.ContainsFunc(have.tenants(), elsewhere) {
		if !slices.Contains(have.tenants(), p.Result.Tenant) {
			return nil
		}
		return []edit{{id: id, path: []string{"spec", entries, entryStep(p.Result.Tenant)}, absent: true}}
	}
	return []edit{{id: id, absent: true}}
}

// edit carries out edits in a round.
func (p *promotion) edit(edits []edit, round int) error {
	t, err := p.folder.load()
	if err != nil {
		return err
	}
	t.namespace = p.namespace()
	for _, e := range edits {
		if round == asWritten && !e.absent {
			e.value = p.wanted[e.id].asWritten(e.path, e.value)
		}
		switch {
		case len(e.path) > 0:
			err = t.field(e, round == insisting)
		case e.absent:
			err = t.drop(e.id)
		default:
			err = t.create(p.wanted[e.id], p.Result.Tenant, p.Request.Tenant)
		}
		if err != nil {
			return err
		}
	}
	return t.save()
}

// namespace is that of the target's objects.
func (p *promotion) namespace() string {
	for _, t := range p.Before.Tenants {
		if t.Name == p.Result.Tenant {
			return t.Namespace
		}
	}
	for _, t := range p.Before.Tenants {
		return t.Namespace
	}
	return p.Rules.Namespace
}
