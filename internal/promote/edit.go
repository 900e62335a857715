// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package promote

import (
	"fmt"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// set gives a field of a document a value. Comments and the order of what is there stay; what is new comes last.
func (d *document) set(path []string, value any) error {
	at := d.node.YNode()
	for i, step := range path[:len(path)-1] {
		next, err := descend(at, step, true)
		if err != nil {
			return fmt.Errorf("%s: %s: %w", d.file.path, written(path[:i+1]), err)
		}
		at = next
	}
	d.edited = true
	last := path[len(path)-1]
	if isEntry(last) {
		entry, err := descend(at, last, true)
		if err != nil {
			return err
		}
		return assign(entry, value)
	}
	if have := field(at, last); have != nil {
		return assign(have, value)
	}
	fresh, err := nodeOf(value)
	if err != nil {
		return err
	}
	at.Content = append(at.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: yaml.NodeTagString, Value: last}, fresh)
	if at.Style == yaml.FlowStyle {
		fresh.Style = yaml.FlowStyle
	}
	return nil
}

// clear takes a field out of a document, and what is empty without it; false is that it was not there.
func (d *document) clear(path []string) bool {
	if !clearIn(d.node.YNode(), path) {
		return false
	}
	d.edited = true
	return true
}

func clearIn(at *yaml.Node, path []string) bool {
	if len(path) == 1 {
		return drop(at, path[0])
	}
	next, err := descend(at, path[0], false)
	if err != nil || next == nil || !clearIn(next, path[1:]) {
		return false
	}
	if next.Kind == yaml.MappingNode && len(next.Content) == 0 && !isEntry(path[0]) {
		drop(at, path[0])
	}
	return true
}

// drop takes a field out of a mapping, or an entry out of a list.
func drop(at *yaml.Node, step string) bool {
	if isEntry(step) {
		i := entryAt(at, step)
		if i >= 0 {
			at.Content = slices.Delete(at.Content, i, i+1)
		}
		return i >= 0
	}
	for i := 0; at.Kind == yaml.MappingNode && i+1 < len(at.Content); i += 2 {
		if at.Content[i].Value == step {
			at.Content = slices.Delete(at.Content, i, i+2)
			return true
		}
	}
	return false
}

// carries tells whether a document says something of a field, or of a list it lies in.
func (d *document) carries(path []string) bool {
	at := d.node.YNode()
	for _, step := range path {
		if isEntry(step) {
			return at.Kind == yaml.SequenceNode
		}
		next := field(at, step)
		if next == nil {
			return false
		}
		at = next
	}
	return true
}

// descend is what a step leads to, made if it is not there and it is to be.
func descend(at *yaml.Node, step string, create bool) (*yaml.Node, error) {
	if isEntry(step) {
		if at.Kind != yaml.SequenceNode {
			return nil, fmt.Errorf("it is no list, and a list is right")
		}
		if i := entryAt(at, step); i >= 0 || !create {
			return choose(i >= 0, func() *yaml.Node { return at.Content[i] }), nil
		}
		entry := &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{
			{Kind: yaml.ScalarNode, Tag: yaml.NodeTagString, Value: entryKey}, {Kind: yaml.ScalarNode, Tag: yaml.NodeTagString, Value: entryName(step)},
		}}
		at.Content = append(at.Content, entry)
		return entry, nil
	}
	if at.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("it is no mapping, and a mapping is right")
	}
	if next := field(at, step); next != nil || !create {
		return next, nil
	}
	next := &yaml.Node{Kind: yaml.MappingNode}
	if step == entries {
		next = &yaml.Node{Kind: yaml.SequenceNode}
	}
	at.Content = append(at.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: yaml.NodeTagString, Value: step}, next)
	return next, nil
}

func choose(there bool, get func() *yaml.Node) *yaml.Node {
	if !there {
		return nil
	}
	return get()
}

func field(at *yaml.Node, name string) *yaml.Node {
	for i := 0; at.Kind == yaml.MappingNode && i+1 < len(at.Content); i += 2 {
		if at.Content[i].Value == name {
			return at.Content[i+1]
		}
	}
	return nil
}

// entryAt is where in a list the entry of a tenant stands; -1 is nowhere.
func entryAt(list *yaml.Node, step string) int {
	return slices.IndexFunc(list.Content, func(e *yaml.Node) bool {
		key := field(e, entryKey)
		return key != nil && key.Value == entryName(step)
	})
}

// assign makes a node say another value. What of a list stays keeps its place and its comments.
func assign(node *yaml.Node, value any) error {
	fresh, err := nodeOf(value)
	if err != nil {
		return err
	}
	switch {
	case node.Kind == yaml.SequenceNode && fresh.Kind == yaml.SequenceNode:
		assignList(node, fresh)
	case node.Kind == yaml.ScalarNode && fresh.Kind == yaml.ScalarNode:
		if node.Tag != fresh.Tag && node.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 && fresh.Tag != yaml.NodeTagString {
			node.Style = 0
		}
		node.Tag, node.Value = fresh.Tag, fresh.Value
	default:
		fresh.HeadComment, fresh.LineComment, fresh.FootComment = node.HeadComment, node.LineComment, node.FootComment
		*node = *fresh
	}
	return nil
}

func assignList(node, fresh *yaml.Node) {
	wanted := map[string]*yaml.Node{}
	var order []string
	for _, e := range fresh.Content {
		text := textOf(e)
		wanted[text] = e
		order = append(order, text)
	}
	node.Content = slices.DeleteFunc(node.Content, func(e *yaml.Node) bool {
		text := textOf(e)
		_, stays := wanted[text]
		delete(wanted, text)
		return !stays
	})
	for _, text := range order {
		if e, missing := wanted[text]; missing {
			if node.Style == yaml.FlowStyle {
				e.Style = yaml.FlowStyle
			}
			node.Content = append(node.Content, e)
			delete(wanted, text)
		}
	}
}

// textOf is a node's value, by which equal ones are equal.
func textOf(node *yaml.Node) string {
	var value any
	if err := node.Decode(&value); err != nil {
		return node.Value
	}
	return canonical(value)
}

func nodeOf(value any) (*yaml.Node, error) {
	var node yaml.Node
	if err := node.Encode(value); err != nil {
		return nil, err
	}
	return &node, nil
}

// The list whose entries are told apart by the tenant they are for.
const (
	entries  = "tenants"
	entryKey = "tenant"
)

// entryStep is the step to the entry of a tenant.
func entryStep(tenant string) string { return "[" + tenant + "]" }

func isEntry(step string) bool { return strings.HasPrefix(step, "[") }

func entryName(step string) string { return strings.Trim(step, "[]") }
