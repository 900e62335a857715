// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Differences names the fields in which two records of one kind differ, in order, such as "user.profile.title" or
// "memberships[north].role". What only one of them has in a list is named whole, such as "grants[north/Phone]". It shows no
// value: they may be personal data.
func Differences(before, after any) ([]string, error) {
	have, err := flatten(before)
	if err != nil {
		return nil, err
	}
	want, err := flatten(after)
	if err != nil {
		return nil, err
	}
	differing := map[string]bool{}
	have.collectDifferences(want, differing)
	want.collectDifferences(have, differing)
	return slices.Sorted(maps.Keys(differing)), nil
}

// flat is a record as its plain fields, each under its path, and the paths of the objects in its lists.
type flat struct {
	fields   map[string]string
	elements map[string]bool
	// objects are the paths of all objects.
	objects map[string]bool
}

// emptyObject stands for an object without fields.
const emptyObject = "{}"

func flatten(record any) (flat, error) {
	encoded, err := json.Marshal(record)
	if err != nil {
		return flat{}, fmt.Errorf("encode a record to compare it: %w", err)
	}
	var tree any
	if err := json.Unmarshal(encoded, &tree); err != nil {
		return flat{}, fmt.Errorf("decode a record to compare it: %w", err)
	}
	f := flat{fields: map[string]string{}, elements: map[string]bool{}, objects: map[string]bool{}}
	f.collect("", tree)
	return f, nil
}

func (f flat) collect(path string, node any) {
	switch node := node.(type) {
	case nil:
	case map[string]any:
		// What is there and empty may mean something else than what is not there, such as everybody.
		f.objects[path] = true
		if len(node) == 0 {
			f.fields[path] = emptyObject
		}
		for name, child := range node {
			f.collect(strings.TrimPrefix(path+"."+name, "."), child)
		}
	case []any:
		if len(node) == 0 {
			// No list at all may mean something else, such as all channels.
			f.fields[path] = ""
		}
		for i, child := range node {
			element, ok := child.(map[string]any)
			if !ok {
				f.fields[path] += fmt.Sprintf("%v\n", child)
				continue
			}
			at := fmt.Sprintf("%s[%s]", path, elementName(i, element))
			f.elements[at] = true
			f.collect(at, element)
		}
	default:
		f.fields[path] = fmt.Sprint(node)
	}
}

// collectDifferences names the fields of f that another record has not, or has otherwise.
func (f flat) collectDifferences(other flat, differing map[string]bool) {
	for path, value := range f.fields {
		if value == emptyObject && other.objects[path] {
			// The fields that the other has there are what differs.
			continue
		}
		if have, found := other.fields[path]; !found || have != value {
			differing[f.outermostAlone(path, other)] = true
		}
	}
}

// outermostAlone is the outermost object of a list around a field that another record has not; the field itself where there is none.
func (f flat) outermostAlone(path string, other flat) string {
	for end, c := range path {
		if element := path[:end+1]; c == ']' && f.elements[element] && !other.elements[element] {
			return element
		}
	}
	return path
}

// elementName is how an object in a list is called: by its natural key where it has one, else by its place.
func elementName(place int, element map[string]any) string {
	var key []string
	for _, part := range []string{"tenant", "channel", "group", "policy"} {
		if value, found := element[part].(string); found {
			key = append(key, value)
		}
	}
	// A cause has a name, too, which several of a list may share.
	_, cause := element["kind"]
	if name, found := element["name"].(string); found && len(key) == 0 && !cause {
		key = append(key, name)
	}
	if len(key) == 0 {
		return fmt.Sprint(place)
	}
	return strings.Join(key, "/")
}

// Values are what a record holds in some fields, by the names that [Differences] has for them, as JSON. A field that the record does not have
// is absent. They may be personal data.
func Values(record any, fields []string) (map[string]string, error) {
	encoded, err := json.Marshal(record)
	if err != nil {
		return nil, fmt.Errorf("encode a record to show it: %w", err)
	}
	var tree any
	if err := json.Unmarshal(encoded, &tree); err != nil {
		return nil, fmt.Errorf("decode a record to show it: %w", err)
	}
	found := map[string]string{}
	walk("", tree, func(path string, node any) {
		if node == nil || !slices.Contains(fields, path) {
			return
		}
		// What was decoded can be encoded.
		text, _ := json.Marshal(node)
		found[path] = string(text)
	})
	return found, nil
}

// walk visits the fields of a tree and the objects in its lists, each under its path.
func walk(path string, node any, visit func(path string, node any)) {
	visit(path, node)
	switch node := node.(type) {
	case map[string]any:
		for name, child := range node {
			walk(strings.TrimPrefix(path+"."+name, "."), child, visit)
		}
	case []any:
		for i, child := range node {
			if element, is := child.(map[string]any); is {
				walk(fmt.Sprintf("%s[%s]", path, elementName(i, element)), element, visit)
			}
		}
	}
}
