// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package promote carries a tenant from one environment into the manifests of another: what belongs to the target stays, everything else
// is carried over, and the target's files keep their order and comments. It edits text and judges nothing: whether the result is right,
// and what it does to people, its caller asks the rules and the plan.
package promote

import (
	"fmt"
	"maps"
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
	last, next            map[string]Promoted
}

// Run carries a tenant into a folder, which is not saved by that.
func Run(request Request, from Source, into *Folder) (*Result, error) {
	p := &promotion{Request: request, folder: into, wanted: map[string]*Object{}, next: map[string]Promoted{}}
	p.Result.Tenant = request.Rules.called("Tenant", request.Tenant)
	record, err := readRecord(into)
	if err != nil {
		return nil, err
	}
	p.last = record[p.Result.Tenant]
	if err := p.read(from); err != nil {
		return nil, err
	}
	for _, id := range slices.Sorted(maps.Keys(p.source)) {
		p.decide(id)
	}
	p.decideGone()
	if len(p.Conflicts) > 0 && !p.Force {
		p.Result.After = p.Before
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
		if slices.Contains(o.tenants(), p.Request.Tenant) && (o.Kind != "Operator" || p.Operators) {
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
	for _, id := range slices.Sorted(maps.Keys(all)) {
		if chief, _ := all[id].fields["spec.companyAdministrator"].value.(bool); chief && p.there[id] == nil && p.source[id] != nil {
			p.Notes = append(p.Notes, id+" is Administrator of the company in the source, which is not carried over with a tenant")
		}
	}
	return nil
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

// decide settles what an object of the source comes to in the target.
func (p *promotion) decide(id string) {
	source, there := p.source[id], p.there[id].of(p.Result.Tenant)
	last, known := p.last[id]
	promoted := Promoted{Fields: map[string]string{}, Kept: map[string]string{}}
	wanted := &Object{Kind: source.Kind, Name: source.Name, fields: map[string]leaf{}, raw: source.raw}
	if there == nil && known {
		p.conflict("%s was taken out of the target since the last promotion", id)
	}
	var changed, kept []string
	for _, path := range paths(source, there) {
		steps := pathOf(path, source, there)
		if p.Rules.keeps(source, steps) {
			if hash := source.hash(path); hash != "" {
				promoted.Kept[path] = hash
			}
			wanted.foreign = append(wanted.foreign, steps)
			if p.keep(id, path, source, there, wanted, last, known) {
				kept = append(kept, path)
			}
			continue
		}
		is, should := there.hash(path), source.hash(path)
		if there != nil && known && is != last.Fields[path] && is != should {
			p.conflict("%s: %s was changed in the target since the last promotion, which would undo that", id, path)
		}
		if should != "" {
			wanted.fields[path], promoted.Fields[path] = source.fields[path], should
		}
		if is != should {
			changed = append(changed, path)
		}
	}
	p.wanted[id], p.next[id] = wanted, promoted
	switch {
	case there == nil:
		p.Changes = append(p.Changes, id+" is new")
	case len(changed) > 0:
		p.Changes = append(p.Changes, id+": "+strings.Join(changed, ", "))
	}
	if len(kept) > 0 {
		p.Result.Kept = append(p.Result.Kept, id+": "+strings.Join(kept, ", "))
	}
}

// keep leaves a field that is the target's own as it is, and tells whether the two sides differ in it.
func (p *promotion) keep(id, path string, source, there, wanted *Object, last Promoted, known bool) bool {
	if there != nil {
		if l, has := there.fields[path]; has {
			wanted.fields[path] = l
		}
	}
	differs := source.hash(path) != there.hash(path)
	if there != nil && known && differs && source.hash(path) != last.Kept[path] {
		p.conflict("%s: %s is the target's own, and the source changed it since the last promotion: see whether the target needs the same", id, path)
	}
	return differs
}

// decideGone settles what becomes of objects the source does not have (any more).
func (p *promotion) decideGone() {
	for _, id := range slices.Sorted(maps.Keys(p.there)) {
		o := p.there[id]
		if p.source[id] != nil || !slices.Contains(o.tenants(), p.Result.Tenant) || o.Kind == "Operator" && !p.Operators {
			continue
		}
		last, promoted := p.last[id]
		if !promoted {
			p.Notes = append(p.Notes, id+" is only in the target, and stays")
			continue
		}
		for _, path := range paths(o.of(p.Result.Tenant)) {
			if hash := o.hash(path); !p.Rules.keeps(o, o.fields[path].path) && hash != last.Fields[path] {
				p.conflict("%s: %s was changed in the target since the last promotion, and the object is gone from the source", id, path)
			}
		}
		p.wanted[id] = nil
		p.Changes = append(p.Changes, id+" goes")
	}
	if !p.Operators {
		// What was promoted with people is remembered while they are left alone.
		for id, last := range p.last {
			if strings.HasPrefix(id, "Operator/") {
				p.next[id] = last
			}
		}
	}
}

func (p *promotion) conflict(format string, args ...any) {
	p.Conflicts = append(p.Conflicts, fmt.Sprintf(format, args...))
}
