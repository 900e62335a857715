// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package manifest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAFileIsCutIntoItsDocuments(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		reason, content string
		want            []string
	}{
		"nothing":           {reason: "an empty file says nothing", content: ""},
		"comments":          {reason: "comments say nothing", content: "# one\n---\n\n# two\n--- # three\n"},
		"null":              {reason: "a document of null says nothing", content: "null\n---\na: 1\n", want: []string{`3 1 {"a":1}`}},
		"one":               {reason: "a marker is not needed", content: "a: 1\n", want: []string{`1 1 {"a":1}`}},
		"without newline":   {reason: "the last line may end with the file", content: "a: 1\n---\nb: 2", want: []string{`1 1 {"a":1}`, `3 2 {"b":2}`}},
		"after comments":    {reason: "a document begins where it says something", content: "# licence\n\n---\n# about a\n\na: 1\n", want: []string{`6 1 {"a":1}`}},
		"windows":           {reason: "lines may end in CR LF", content: "a: 1\r\n---\r\nb: 2\r\n", want: []string{`1 1 {"a":1}`, `3 2 {"b":2}`}},
		"byte order mark":   {reason: "some editors put one", content: "\uFEFFa: 1\n", want: []string{`1 1 {"a":1}`}},
		"marker in text":    {reason: "within a document a marker is indented", content: "a: |\n  ---\n  x\n", want: []string{`1 1 {"a":"---\nx\n"}`}},
		"end marker":        {reason: "the parser would pass over what follows", content: "a: 1\n...\nb: 2\n", want: []string{`1 1 {"a":1}`, `3 2 {"b":2}`}},
		"JSON":              {reason: "one document, over lines", content: "\n{\n \"a\": 1\n}\n", want: []string{"2 1 {\n \"a\": 1\n}"}},
		"JSON after JSON":   {reason: "as kubectl reads it", content: "{\"a\": 1}\n{\"b\": 2} {\"c\": 3}", want: []string{`1 1 {"a": 1}`, `2 2 {"b": 2}`, `2 3 {"c": 3}`}},
		"flow mapping":      {reason: "YAML may begin with a brace", content: "{a: 1}\n---\nb: 2\n", want: []string{`1 1 {"a":1}`, `3 2 {"b":2}`}},
		"JSON then markers": {reason: "JSON is YAML too", content: "{\"a\": 1}\n---\n{\"b\": 2}\n", want: []string{`1 1 {"a":1}`, `3 2 {"b":2}`}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, d := range split("people.yaml", []byte(test.content)) {
				if err := d.convert(); err != nil {
					t.Fatalf("%s; expected documents, got %v", test.reason, err)
				}
				if !d.silent() {
					got = append(got, fmt.Sprintf("%d %d %s", d.line, len(got)+1, d.content))
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("%s; line, number and content of the documents differ (-want +got):\n%s", test.reason, diff)
			}
		})
	}
}

func TestWhatIsNoYAMLIsToldByItsLine(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ reason, content, want string }{
		"bad indentation": {"the line the parser found counts from the top of the file", "a: 1\n---\n# two\nb:\n  c: 1\n d: 2\n", "people.yaml:4: document 2: it is no valid YAML: line 5:"},
		"a key twice":     {"the parser would take the last one", "a: 1\n---\nb: 1\nb: 2\n", `people.yaml:3: document 2: it is no valid YAML: line 4: key "b" already set in map`},
		"marker and text": {"the parser would take it for another document", "a: 1\n--- b: 2\n", `people.yaml:2: document 2: nothing but a comment may follow "---" on its line`},
		"end and text":    {"the parser would pass over it", "a: 1\n... b: 2\n", `people.yaml:2: document 2: nothing but a comment may follow "..." on its line`},
		"a template":      {"the template of a chart is no manifest yet", "a: {{ .Values.a }}\n", "people.yaml:1: document 1: it is no valid YAML:"},
		"half of JSON":    {"what begins like JSON and does not end so is judged as YAML", "{\"a\": 1", "people.yaml:1: document 1: it is no valid YAML:"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, f := range declarations(split("people.yaml", []byte(test.content))) {
				for _, p := range f.Problems {
					got = append(got, f.told(p))
				}
			}
			if len(got) != 1 || !strings.HasPrefix(got[0], test.want) || strings.Contains(got[0], "\n") {
				t.Errorf("%s; expected one line that begins with %q, got %q", test.reason, test.want, got)
			}
		})
	}
}

func TestManifestsBeyondTheBoundAreRefused(t *testing.T) {
	t.Parallel()
	const bound = 10
	for text, want := range map[string]bool{strings.Repeat("#", bound): true, strings.Repeat("#", bound+1): false} {
		r := collecting{left: bound}
		err := r.stream("stdin", strings.NewReader(text))
		if fits := err == nil; fits != want {
			t.Errorf("of a bound of %d bytes, that %d fit should be %t, got %v", bound, len(text), want, err)
		}
	}
	r := collecting{left: bound}
	for range 2 {
		if err := r.stream("people.yaml", strings.NewReader("#234567")); err != nil {
			if want := "people.yaml: the manifests are more than 256 MiB together; name fewer files"; err.Error() != want {
				t.Errorf("the error should be %q, got %q", want, err)
			}
			return
		}
	}
	t.Error("the bound should count the bytes of all files together")
}
