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
// "memberships[north].role". It shows no value: they may be personal data.
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
	for path, value := range have {
		if other, found := want[path]; !found || other != value {
			differing[path] = true
		}
	}
	for path := range want {
		if _, found := have[path]; !found {
			differing[path] = true
		}
	}
	return slices.Sorted(maps.Keys(differing)), nil
}

// flatten is a record as its plain fields, each under its path.
func flatten(record any) (map[string]string, error) {
	encoded, err := json.Marshal(record)
	if err != nil {
		return nil, fmt.Errorf("encode a record to compare it: %w", err)
	}
	var tree any
	if err := json.Unmarshal(encoded, &tree); err != nil {
		return nil, fmt.Errorf("decode a record to compare it: %w", err)
	}
	fields := map[string]string{}
	collect(fields, "", tree)
	return fields, nil
}

func collect(fields map[string]string, path string, node any) {
	switch node := node.(type) {
	case nil:
	case map[string]any:
		for name, child := range node {
			collect(fields, strings.TrimPrefix(path+"."+name, "."), child)
		}
	case []any:
		for i, child := range node {
			element, ok := child.(map[string]any)
			if !ok {
				fields[path] += fmt.Sprintf("%v\n", child)
				continue
			}
			collect(fields, fmt.Sprintf("%s[%s]", path, elementName(i, element)), element)
		}
	default:
		fields[path] = fmt.Sprint(node)
	}
}

// elementName is how an object in a list is called: by its natural key where it has one, else by its place.
func elementName(place int, element map[string]any) string {
	var key []string
	for _, part := range []string{"tenant", "channel", "group", "policy"} {
		if value, found := element[part].(string); found {
			key = append(key, value)
		}
	}
	if len(key) == 0 {
		return fmt.Sprint(place)
	}
	return strings.Join(key, "/")
}
