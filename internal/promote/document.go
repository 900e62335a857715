// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package promote

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// file is a file of YAML documents, of which those that are not edited stay as they are, to the byte.
type file struct {
	path  string
	texts []string
	docs  []*document
	// emptied says that a document was taken out.
	emptied bool
}

// document is one document of a file.
type document struct {
	file *file
	at   int
	node *yaml.RNode
	// kind and name say which object it is, or patches.
	kind, name string
	// before and behind are the comments and blank lines around it, which a parser would not keep apart.
	before, behind string
	// patch says that it is laid over an object that another one declares.
	patch  bool
	edited bool
}

// separator begins a document.
const separator = "---"

// split cuts a file into documents. A separator belongs to the document it begins.
func split(content []byte) []string {
	var texts []string
	for line := range strings.Lines(string(content)) {
		if len(texts) == 0 || strings.HasPrefix(line, separator) {
			texts = append(texts, "")
		}
		texts[len(texts)-1] += line
	}
	return texts
}

// parse reads the documents of a file that are objects.
func parse(path string, content []byte, patch bool) (*file, error) {
	f := &file{path: path, texts: split(content)}
	for at, text := range f.texts {
		before, body, behind := bare(text)
		node, err := yaml.Parse(body)
		if err != nil {
			return nil, fmt.Errorf("%s: document %d is no YAML that can be edited: %w", path, at+1, err)
		}
		if node.IsNilOrEmpty() || node.YNode().Kind != yaml.MappingNode || node.GetKind() == "" {
			continue
		}
		f.docs = append(f.docs, &document{file: f, at: at, node: node, kind: node.GetKind(), name: node.GetName(), before: before, behind: behind, patch: patch})
	}
	return f, nil
}

// bare parts the text of a document from the separator, comments and blank lines around it.
func bare(text string) (before, body, behind string) {
	lines := strings.SplitAfter(text, "\n")
	silent := func(line string) bool {
		trimmed := strings.TrimSpace(line)
		return trimmed == "" || trimmed[0] == '#'
	}
	begin, end := 0, len(lines)
	for begin < end && (silent(lines[begin]) || strings.HasPrefix(lines[begin], separator)) {
		begin++
	}
	for end > begin && silent(lines[end-1]) {
		end--
	}
	return strings.Join(lines[:begin], ""), strings.Join(lines[begin:end], ""), strings.Join(lines[end:], "")
}

// content is the file with its edits.
func (f *file) content() ([]byte, error) {
	for _, d := range f.docs {
		if !d.edited {
			continue
		}
		_, body, _ := bare(f.texts[d.at])
		text, err := encode(d.node, body)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.path, err)
		}
		f.texts[d.at], d.edited = d.before+text+d.behind, false
	}
	return []byte(strings.Join(f.texts, "")), nil
}

// remove takes a document out of the file. What began the next one begins the file, where the first one goes.
func (f *file) remove(d *document) {
	f.texts[d.at], d.edited, f.emptied = "", false, true
	f.docs = slices.DeleteFunc(f.docs, func(other *document) bool { return other == d })
	if next := d.at + 1; d.at == 0 && next < len(f.texts) {
		f.texts[next] = strings.TrimPrefix(f.texts[next], separator+"\n")
		for _, other := range f.docs {
			if other.at == next {
				other.before = strings.TrimPrefix(other.before, separator+"\n")
			}
		}
	}
}

// add appends a document.
func (f *file) add(node *yaml.RNode, comments, kind, name string, patch bool) *document {
	if len(f.texts) > 0 {
		comments = separator + "\n" + comments
		if last := &f.texts[len(f.texts)-1]; *last != "" && !strings.HasSuffix(*last, "\n") {
			*last += "\n"
		}
	}
	d := &document{file: f, at: len(f.texts), node: node, kind: kind, name: name, before: comments, patch: patch, edited: true}
	f.texts, f.docs = append(f.texts, ""), append(f.docs, d)
	return d
}

// encode writes a document as the text it was read from was written: by its indentation and its blank lines.
func encode(node *yaml.RNode, before string) (string, error) {
	var to bytes.Buffer
	encoder := yaml.NewEncoderWithOptions(&to, &yaml.EncoderOptions{SeqIndent: indentation(before)})
	if err := encoder.Encode(node.YNode()); err != nil {
		return "", err
	}
	return aired(before, to.String()), nil
}

// indentation is how a text indents its lists: as far as the field they are of, or further.
func indentation(text string) yaml.SequenceIndentStyle {
	above := ""
	for line := range strings.Lines(text) {
		trimmed := strings.TrimLeft(line, " ")
		if strings.HasPrefix(trimmed, "- ") && strings.HasSuffix(strings.TrimSpace(above), ":") && !strings.HasPrefix(strings.TrimLeft(above, " "), "- ") {
			if len(line)-len(trimmed) > len(above)-len(strings.TrimLeft(above, " ")) {
				return yaml.WideSequenceStyle
			}
			return yaml.CompactSequenceStyle
		}
		if !strings.HasPrefix(trimmed, "#") {
			above = line
		}
	}
	return yaml.CompactSequenceStyle
}

// aired puts the blank lines of a text back into the one that followed it, before the lines they stood before.
func aired(before, after string) string {
	old, next := strings.Split(before, "\n"), strings.Split(after, "\n")
	var to []string
	at := 0
	for _, line := range next {
		if found := following(old, at, line); found >= 0 {
			blank := found
			for blank > at && strings.TrimSpace(old[blank-1]) == "" {
				blank--
			}
			if line != "" && (len(to) == 0 || to[len(to)-1] != "") {
				to = append(to, old[blank:found]...)
			}
			at = found + 1
		}
		to = append(to, line)
	}
	return strings.Join(to, "\n")
}

// following is where a line comes next in a text, a few lines on at most; -1 is nowhere near.
func following(text []string, from int, line string) int {
	const near = 12
	for i := from; i < min(len(text), from+near); i++ {
		if text[i] == line {
			return i
		}
	}
	return -1
}
