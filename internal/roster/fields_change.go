// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// fieldChange is one field that differs between two objects.
type fieldChange struct {
	// path is where, as a person is told.
	path string
	// rule is the line of the table; nil where there is none.
	rule *FieldRule
	// entry is the tenant of the entry of an Operator the field lies in; empty outside.
	entry string
	// added says that there was nothing there before.
	added bool
}

// fieldChanges are the fields in which two objects of a kind differ, in a fixed order. Every difference lies in one of them, save the
// order of a set or of a list that is known by a key, and that something empty is there or not where that says nothing.
func fieldChanges(kind string, before, after map[string]any) []fieldChange {
	c := comparison{table: fieldTables[kind]}
	c.object(place{}, before, after)
	return c.changes
}

// place is where a comparison is.
type place struct {
	// pattern is the path in the table, and path the one a person is told.
	pattern, path string
	entry         string
}

// nowhere is no path of any table.
const nowhere = "?"

func (p place) field(name string) place {
	inner := place{pattern: p.pattern + "." + name, path: p.path + "." + name, entry: p.entry}
	if p.path == "" {
		inner.pattern, inner.path = name, name
	}
	if strings.ContainsAny(name, ".[]{}?") {
		// A field by such a name is in no schema; it must not pass for the path it looks like.
		inner.pattern = nowhere
	}
	return inner
}

func (p place) element(pattern, key string) place {
	return place{pattern: pattern, path: fmt.Sprintf("%s[%s]", p.path, key), entry: p.entry}
}

// comparison compares two objects by a table, and gathers what differs.
type comparison struct {
	table   fieldTable
	changes []fieldChange
}

// value compares what two objects have at a place, which is not the same; nil is that one has nothing there.
func (c *comparison) value(at place, before, after any) {
	row := c.table[at.pattern]
	if row.emptyIsAbsent && saysNothing(before) && saysNothing(after) {
		return
	}
	compared := false
	switch row.shape {
	case asObject:
		compared = c.objects(at, before, after)
	case asKeyedList:
		compared = c.keyedLists(at, row.key, before, after)
	case asList:
		compared = c.lists(at, before, after)
	case asSetOrMap:
		compared = c.members(at, before, after, asSet) || c.members(at, before, after, asMap)
	}
	if !compared {
		c.differs(at, before == nil)
	}
}

// saysNothing tells whether a value is absent, or the false that an API server puts where nothing was said.
func saysNothing(value any) bool { return value == nil || value == false }

func (c *comparison) differs(at place, added bool) {
	c.changes = append(c.changes, fieldChange{path: at.path, rule: c.table[at.pattern].rule, entry: at.entry, added: added})
}

// accounted tells whether the difference of two values is all told: in what was found inside since, or because there is none but that
// one of them is empty and the other absent, where that says nothing.
func (c *comparison) accounted(at place, found int, before, after any) bool {
	return len(c.changes) > found || before != nil && after != nil || c.table[at.pattern].emptyIsAbsent
}

func (c *comparison) objects(at place, before, after any) bool {
	was, isObject := asMap(before)
	is, stillObject := asMap(after)
	if !isObject || !stillObject {
		return false
	}
	found := len(c.changes)
	c.object(at, was, is)
	return c.accounted(at, found, before, after)
}

func (c *comparison) object(at place, before, after map[string]any) {
	for _, name := range differingKeys(before, after) {
		c.value(at.field(name), before[name], after[name])
	}
}

// members compares two values by their members: maps whose keys are anybody's to choose, or lists of different strings whatever
// their order.
func (c *comparison) members(at place, before, after any, of func(any) (map[string]any, bool)) bool {
	was, told := of(before)
	is, stillTold := of(after)
	if !told || !stillTold {
		return false
	}
	found := len(c.changes)
	for _, key := range differingKeys(was, is) {
		c.value(at.element(c.table.member(at.pattern, key), key), was[key], is[key])
	}
	return c.accounted(at, found, before, after)
}

// keyedLists compares two lists of objects that are known by a field, whatever their order.
func (c *comparison) keyedLists(at place, key string, before, after any) bool {
	was, isKeyed := byKey(before, key)
	is, stillKeyed := byKey(after, key)
	if !isKeyed || !stillKeyed {
		return false
	}
	found := len(c.changes)
	for _, name := range differingKeys(was, is) {
		element := at.element(at.pattern+"["+key+"]", name)
		if at.pattern == entriesPath {
			element.entry = name
		}
		old, had := was[name]
		now, has := is[name]
		if had != has {
			c.differs(element, has)
			continue
		}
		c.value(element, old, now)
	}
	return c.accounted(at, found, before, after)
}

// lists compares two lists by place.
func (c *comparison) lists(at place, before, after any) bool {
	was, isList := asSlice(before)
	is, stillList := asSlice(after)
	if !isList || !stillList {
		return false
	}
	found := len(c.changes)
	for i := range max(len(was), len(is)) {
		element := at.element(at.pattern+"[#]", fmt.Sprint(i))
		switch {
		case i >= len(was) || i >= len(is):
			c.differs(element, i >= len(was))
		case !same(was[i], is[i]):
			c.value(element, was[i], is[i])
		}
	}
	return len(c.changes) > found
}

func asMap(value any) (map[string]any, bool) {
	if value == nil {
		return nil, true
	}
	m, is := value.(map[string]any)
	return m, is
}

func asSlice(value any) ([]any, bool) {
	if value == nil {
		return nil, true
	}
	list, is := value.([]any)
	return list, is
}

// asSet is a list of different strings as a map from each to itself.
func asSet(value any) (map[string]any, bool) {
	list, is := asSlice(value)
	set := map[string]any{}
	for _, element := range list {
		text, isText := element.(string)
		if !isText {
			return nil, false
		}
		set[text] = text
	}
	return set, is && len(set) == len(list)
}

// byKey is a list of objects by a field of theirs; false where it is none, or where the field does not tell them apart.
func byKey(value any, key string) (map[string]any, bool) {
	list, is := asSlice(value)
	objects := map[string]any{}
	for _, element := range list {
		object, isObject := element.(map[string]any)
		name, named := object[key].(string)
		if !isObject || !named {
			return nil, false
		}
		objects[name] = object
	}
	return objects, is && len(objects) == len(list)
}

// differingKeys are the keys at which two maps have not the same, in order. Null is nothing.
func differingKeys(a, b map[string]any) []string {
	var keys []string
	for key, value := range a {
		if !same(value, b[key]) {
			keys = append(keys, key)
		}
	}
	for key, value := range b {
		if a[key] == nil && value != nil {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// same tells whether two decoded values are the same.
func same(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		b, is := b.(map[string]any)
		return is && maps.EqualFunc(a, b, same)
	case []any:
		b, is := b.([]any)
		return is && slices.EqualFunc(a, b, same)
	}
	return reflect.DeepEqual(a, b)
}
