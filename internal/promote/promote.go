// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package promote carries a tenant from one environment into the manifests of another: what belongs to the target stays, everything else
// is carried over, and the target's files keep their order and comments. It edits text and judges nothing: whether the result is right,
// and what it does to people, its caller asks the rules and the plan.
package promote

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roster-dev/roster/internal/manifest"
)

// Request is what to promote.
type Request struct {
	// Tenant is the name in the source.
	Tenant string
	// Operators says that the people of the tenant are carried over, too.
	Operators bool
	// Force carries over what conflicts.
	Force bool
	Rules Rules
}

// Source is where a tenant comes from.
type Source struct {
	Objects *manifest.Objects
	// Texts are the files the objects were written in, whose comments and ways to write new objects take on; none where a cluster has them. What
	// they say counts only as far as the objects agree.
	Texts []manifest.File
}

// Result is what a promotion comes to.
type Result struct {
	// Tenant is the name in the target.
	Tenant string
	// Before and After are the target's objects.
	Before, After *manifest.Objects
	// Changes are what is carried over, a line an object; none is that the target is as it should be.
	Changes []string
	// Kept are fields that differ and are the target's own.
	Kept []string
	// Conflicts are what somebody has to decide; with Force they are what was decided.
	Conflicts []string
	// Notes are what a reader should know beside.
	Notes []string
}

// promotion is one promotion under way.
type promotion struct {
	Request
	Result

	folder *Folder
	// source are the objects to carry over as they are called in the target, there are those the target has, and wanted what it should have.
	source, there, wanted map[string]*Object
	// record is all that was promoted into the target, last what of this tenant was, and next what is.
	record     Record
	last, next map[string]Promoted
}

// Run carries a tenant into a folder, which is not saved by that.
func Run(request Request, from Source, into *Folder) (*Result, error) {
	p := &promotion{Request: request, folder: into, wanted: map[string]*Object{}, next: map[string]Promoted{}}
	p.Result.Tenant = request.Rules.called("Tenant", request.Tenant)
	record, err := readRecord(into)
	if err != nil {
		return nil, err
	}
	p.record, p.last = record, record[p.Result.Tenant]
	if err := p.read(from); err != nil {
		return nil, err
	}
	for _, id := range inOrder(p.source) {
		p.decide(id)
	}
	p.decideGone()
	if len(p.Conflicts) > 0 && !p.Force {
		p.After = p.Before
		return &p.Result, nil
	}
	if err := p.carry(); err != nil {
		return nil, err
	}
	// A promotion that brings nothing new leaves the record as it is.
	record[p.Result.Tenant] = p.next
	return &p.Result, record.write(into)
}

// read takes the objects of the tenant from the source, and all of the target.
func (p *promotion) read(from Source) error {
	all, err := objectsOf(from.Objects)
	if err != nil {
		return fmt.Errorf("the source: %w", err)
	}
	if all["Tenant/"+p.Request.Tenant] == nil {
		return fmt.Errorf("the source has no Tenant %q; name one that it has", p.Request.Tenant)
	}
	if err := remember(all, from.Texts); err != nil {
		return err
	}
	p.source = map[string]*Object{}
	for _, o := range all {
		if slices.Contains(o.tenants(), p.Request.Tenant) && p.carries(o) {
			renamed := p.Rules.renamed(o).of(p.Result.Tenant)
			p.source[renamed.id()] = renamed
		}
	}
	if p.Before, err = p.folder.objects(); err != nil {
		return err
	}
	if p.there, err = objectsOf(p.Before); err != nil {
		return err
	}
	p.noteChiefs(all)
	return nil
}

// carries tells whether objects of a kind are carried over.
func (p *promotion) carries(o *Object) bool { return o.Kind != kindOperator || p.Operators }

// noteChiefs says of whom a right is not carried over that is none of a tenant's business.
func (p *promotion) noteChiefs(all map[string]*Object) {
	for _, id := range inOrder(all) {
		chief, _ := all[id].fields["spec.companyAdministrator"].value.(bool)
		if chief && p.there[id] == nil && p.source[id] != nil {
			p.Notes = append(p.Notes, id+" is Administrator of the company in the source, which is not carried over with a tenant")
		}
	}
}

// remember notes how the source wrote its objects.
func remember(all map[string]*Object, files []manifest.File) error {
	for _, f := range files {
		parsed, err := parse(f.Name, f.Content, false)
		if err != nil {
			return err
		}
		for _, d := range parsed.docs {
			if o := all[d.kind+"/"+d.name]; o != nil {
				o.raw = d
			}
		}
	}
	return nil
}

// objects are what the folder declares.
func (f *Folder) objects() (*manifest.Objects, error) {
	files, err := f.Files()
	if err != nil {
		return nil, err
	}
	return manifest.Source{Files: files, Namespace: f.Company}.Read()
}

// decision is what one object of the source comes to in the target.
type decision struct {
	*promotion

	id            string
	source, there *Object
	// last is what was promoted of it last, if it is known that anything was.
	last  Promoted
	known bool
	// wanted is what the target should have, and promoted what is remembered of it.
	wanted        *Object
	promoted      Promoted
	changed, kept []string
}

// decide settles what an object of the source comes to in the target.
func (p *promotion) decide(id string) {
	d := &decision{
		promotion: p, id: id, source: p.source[id], there: p.there[id].of(p.Result.Tenant),
		promoted: Promoted{Fields: map[string]string{}, Kept: map[string]string{}},
	}
	d.last, d.known = p.last[id]
	d.wanted = &Object{Kind: d.source.Kind, Name: d.source.Name, fields: map[string]leaf{}, raw: d.source.raw, renamed: d.source.renamed}
	if d.there == nil && d.known {
		p.conflict("%s was taken out of the target since the last promotion", id)
	}
	for _, path := range paths(d.source, d.there) {
		if steps := pathOf(path, d.source, d.there); p.Rules.keeps(d.source, steps) {
			d.keep(path, steps)
		} else {
			d.carry(path)
		}
	}
	p.wanted[id], p.next[id] = d.wanted, d.promoted
	switch {
	case d.there == nil:
		p.Changes = append(p.Changes, id+" is new")
	case len(d.changed) > 0:
		p.Changes = append(p.Changes, id+": "+strings.Join(d.changed, ", "))
	}
	if len(d.kept) > 0 {
		p.Kept = append(p.Kept, id+": "+strings.Join(d.kept, ", "))
	}
}

// carry settles a field that is carried over.
func (d *decision) carry(path string) {
	is, should := d.there.hash(path), d.source.hash(path)
	_, ours := d.last.Kept[path]
	if d.there != nil && d.known && !ours && is != should && !d.record.promoted(d.id, path, is) {
		d.conflict("%s: %s was changed in the target since the last promotion, which would undo that", d.id, path)
	}
	if should != "" {
		d.wanted.fields[path], d.promoted.Fields[path] = d.source.fields[path], should
	}
	if is != should {
		d.changed = append(d.changed, path)
	}
}

// keep leaves a field that is the target's own as it is.
func (d *decision) keep(path string, steps []string) {
	is, offered := d.there.hash(path), d.source.hash(path)
	if offered != "" {
		d.promoted.Kept[path] = offered
	}
	d.wanted.foreign = append(d.wanted.foreign, steps)
	if is == offered {
		return
	}
	d.kept = append(d.kept, path)
	last, ours := d.last.Kept[path]
	if !ours {
		// It was carried over before the rules kept it.
		last = d.last.Fields[path]
	}
	if d.there != nil && d.known && offered != last {
		d.conflict("%s: %s is the target's own, and the source changed it since the last promotion: see whether the target needs the same", d.id, path)
	}
}

// decideGone settles what becomes of objects the source does not have (any more).
func (p *promotion) decideGone() {
	for _, id := range inOrder(p.there) {
		o := p.there[id]
		if p.source[id] != nil || !slices.Contains(o.tenants(), p.Result.Tenant) || !p.carries(o) {
			continue
		}
		if _, promoted := p.last[id]; !promoted {
			p.Notes = append(p.Notes, id+" is only in the target, and stays")
			continue
		}
		p.decideLeaving(o)
		p.wanted[id] = nil
		p.Changes = append(p.Changes, id+" goes")
	}
	if p.Operators {
		return
	}
	// What was promoted with people is remembered while they are left alone.
	for id, last := range p.last {
		if strings.HasPrefix(id, kindOperator+"/") {
			p.next[id] = last
		}
	}
}

// decideLeaving finds what would be lost with an object that goes.
func (p *promotion) decideLeaving(o *Object) {
	narrow := o.of(p.Result.Tenant)
	for _, path := range paths(narrow) {
		if !p.Rules.keeps(o, narrow.fields[path].path) && !p.record.promoted(o.id(), path, narrow.hash(path)) {
			p.conflict("%s: %s was changed in the target since the last promotion, and the object is gone from the source", o.id(), path)
		}
	}
}

func (p *promotion) conflict(format string, args ...any) {
	p.Conflicts = append(p.Conflicts, fmt.Sprintf(format, args...))
}
