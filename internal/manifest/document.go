// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package manifest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"sigs.k8s.io/yaml"
)

// document is one document of a file.
type document struct {
	position
	// text is the document as it stands in the file, from the line of its position on.
	text []byte
	// content is the document as JSON, made by convert.
	content []byte
	// fault is what is wrong with the line that begins the document; empty is nothing.
	fault string
	// origin finds what the document was built from, an item of a list or all of a document, which is nil where nothing tells; it is nil
	// itself where the document stands in a file as it is.
	origin func() (*document, []int)
}

// position is where in its file an object stands.
type position struct {
	file string
	// line is where the document begins, number which of the file's documents it is, both from 1; item is which object of a list,
	// from 1, or 0 outside a list.
	line, number, item int
}

// String says the position as editors understand it.
func (p position) String() string {
	where := fmt.Sprintf("%s:%d: document %d", p.file, p.line, p.number)
	if p.item > 0 {
		where += fmt.Sprintf(", item %d", p.item)
	}
	return where
}

// split cuts a file into its documents. JSON may follow JSON without anything between; YAML is cut at lines "---" and "...".
func split(file string, content []byte) []*document {
	content = bytes.TrimPrefix(content, []byte("\uFEFF"))
	if found, ok := jsonDocuments(file, content); ok {
		return found
	}
	var found []*document
	for _, part := range cut(content) {
		found = append(found, &document{position: position{file: file, line: part.line}, text: part.text, fault: part.fault})
	}
	return found
}

// syntaxError is why a document cannot be read, and the line of the file where that shows; 0 is not known.
type syntaxError struct {
	message string
	line    int
}

// Error says why, in one sentence.
func (e *syntaxError) Error() string { return e.message }

// convert makes a document JSON.
func (d *document) convert() error {
	switch {
	case d.fault != "":
		return &syntaxError{d.fault, d.line}
	case d.content != nil:
		return nil
	}
	converted, err := yaml.YAMLToJSONStrict(d.text)
	if err != nil {
		message, line := inFile(err, d.line)
		return &syntaxError{"it is no valid YAML: " + message, line}
	}
	d.content = converted
	return nil
}

// silent tells whether a document that was converted says nothing.
func (d *document) silent() bool { return string(d.content) == "null" }

// jsonDocuments are the documents of a file that is JSON from its first character to its last.
func jsonDocuments(file string, content []byte) ([]*document, bool) {
	if !bytes.HasPrefix(bytes.TrimSpace(content), []byte("{")) {
		return nil, false
	}
	var found []*document
	decoder := json.NewDecoder(bytes.NewReader(content))
	for line, read := 1, 0; ; {
		var raw json.RawMessage
		err := decoder.Decode(&raw)
		if errors.Is(err, io.EOF) {
			return found, true
		}
		if err != nil {
			return nil, false
		}
		end := int(decoder.InputOffset())
		line += bytes.Count(content[read:end-len(raw)], []byte("\n"))
		found = append(found, &document{position: position{file: file, line: line}, text: raw, content: raw})
		line += bytes.Count(raw, []byte("\n"))
		read = end
	}
}

// part is the text of a YAML document, from its first line that says something.
type part struct {
	text []byte
	line int
	// fault says what is wrong with the line that begins the document; empty is nothing.
	fault string
}

// cut cuts YAML at the lines between its documents. What stands on such a line itself would be lost to the parser, and is a fault.
func cut(content []byte) []part {
	var parts []part
	var current part
	line := 0
	for text := range bytes.Lines(content) {
		line++
		marker, rest := separator(text)
		switch {
		case marker == "" && len(current.text) == 0 && silent(text):
		case marker == "":
			if len(current.text) == 0 {
				current.line = line
			}
			current.text = append(current.text, text...)
		default:
			parts = appendPart(parts, current)
			current = part{}
			if !silent(rest) {
				current = part{text: rest, line: line, fault: fmt.Sprintf("nothing but a comment may follow %q on its line", marker)}
			}
		}
	}
	return appendPart(parts, current)
}

func appendPart(parts []part, p part) []part {
	if len(p.text) == 0 {
		return parts
	}
	return append(parts, p)
}

// separator is the marker of a line between documents and what follows it on the line; empty for any other line.
func separator(line []byte) (marker string, rest []byte) {
	for _, marker := range []string{"---", "..."} {
		if rest, found := bytes.CutPrefix(line, []byte(marker)); found {
			return marker, rest
		}
	}
	return "", nil
}

// silent tells whether a line says nothing.
func silent(line []byte) bool {
	text := bytes.TrimSpace(line)
	return len(text) == 0 || text[0] == '#'
}

// inFile is an error of the YAML parser on one line, which counts lines in the file rather than in the document, and the first line it
// names, 0 where it names none.
func inFile(err error, first int) (message string, line int) {
	words := strings.Fields(err.Error())
	for i := range len(words) - 1 {
		digits, rest, _ := strings.Cut(words[i+1], ":")
		if n, err := strconv.Atoi(digits); err == nil && words[i] == "line" {
			words[i+1] = strconv.Itoa(n+first-1) + ":" + rest
			line = cmp.Or(line, n+first-1)
		}
	}
	text := strings.Join(words, " ")
	for _, layer := range []string{"error converting YAML to JSON: ", "yaml: ", "unmarshal errors: "} {
		text = strings.TrimPrefix(text, layer)
	}
	return text, line
}
