// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package manifest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// build builds the kustomization of a folder, as kubectl kustomize does, without plug-ins and without a network.
func (c *collecting) build(folder string) error {
	from := &localFiles{FileSystem: filesys.MakeFsOnDisk(), root: kustomizationOf(folder), left: c.left}
	if from.root == "" {
		return fmt.Errorf("%s: it has none of the files %s", folder, strings.Join(konfig.RecognizedKustomizationFileNames(), ", "))
	}
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(from, folder)
	if from.refused != nil {
		return from.refused
	}
	if err != nil {
		return fmt.Errorf("build the kustomization %s: %s", folder, strings.Join(strings.Fields(err.Error()), " "))
	}
	c.left, c.files = from.left, c.files+from.read
	sources := map[string]*declared{}
	for _, r := range built.Resources() {
		d, err := builtDocument(folder, from.root, r, sources)
		if err != nil {
			return fmt.Errorf("build the kustomization %s: %w", folder, err)
		}
		c.documents = append(c.documents, d)
	}
	return nil
}

// kustomizationOf is the file in a folder that says how it is built; empty where there is none.
func kustomizationOf(folder string) string {
	for _, name := range konfig.RecognizedKustomizationFileNames() {
		path := filepath.Join(folder, name)
		if info, err := os.Stat(path); err == nil && !info.IsDir() {
			return path
		}
	}
	return ""
}

// builtDocument is an object that was built, which is found in the file it comes from where that is told.
func builtDocument(folder, kustomization string, r *resource.Resource, sources map[string]*declared) (*document, error) {
	origin, err := r.GetOrigin()
	if err != nil {
		return nil, err
	}
	if err := r.SetOrigin(nil); err != nil {
		return nil, err
	}
	d := &document{position: position{file: kustomization, line: 1}, origin: func() (*document, []int) { return nil, nil }}
	if origin != nil && origin.Repo == "" && origin.Path != "" {
		d.file = filepath.Join(folder, origin.Path)
		if sources[d.file] == nil {
			sources[d.file] = &declared{file: d.file}
		}
		d.origin = func() (*document, []int) { return sources[d.file].find(r.GetKind(), r.GetName()) }
	}
	d.content, err = r.MarshalJSON()
	return d, err
}

// declared are the objects of a file that a kustomization builds on, read when the first is looked for.
type declared struct {
	file string
	once sync.Once
	of   []origin
}

// origin is where an object stands before it is built.
type origin struct {
	kind, name string
	document   *document
	items      []int
}

// find is where an object comes from that was built; nil is not known. Its name may have been given a beginning and an end.
func (s *declared) find(kind, name string) (*document, []int) {
	s.once.Do(s.read)
	best := origin{}
	for _, o := range s.of {
		if o.kind == kind && strings.Contains(name, o.name) && len(o.name) > len(best.name) {
			best = o
		}
	}
	return best.document, best.items
}

func (s *declared) read() {
	content, err := os.ReadFile(s.file)
	if err != nil {
		return
	}
	for _, f := range declarations(split(s.file, content)) {
		var named struct {
			Metadata struct {
				Name string `json:"name"`
			} `json:"metadata"`
		}
		if f.Kind != "" && json.Unmarshal(f.content, &named) == nil {
			s.of = append(s.of, origin{f.Kind, named.Metadata.Name, f.document, f.items})
		}
	}
}

// localFiles are the files of this machine, as a kustomization is built of. It has the objects say where they come from, and refuses what
// would be fetched from elsewhere.
type localFiles struct {
	filesys.FileSystem

	root string
	// left is how many bytes may still be read, and read how many files were.
	left int64
	read int
	// refused is why the build cannot be done.
	refused error
}

// ReadFile is the content of a file.
func (l *localFiles) ReadFile(path string) ([]byte, error) {
	content, err := l.FileSystem.ReadFile(path)
	if err != nil {
		return nil, err
	}
	l.read++
	if l.left -= int64(len(content)); l.left < 0 {
		return nil, l.refuse(fmt.Errorf("%s: the manifests are more than %d MiB together; name fewer files", path, maxBytes>>20))
	}
	kustomization := slices.Contains(konfig.RecognizedKustomizationFileNames(), filepath.Base(path))
	if !kustomization && !bytes.Contains(content, []byte("://")) {
		return content, nil
	}
	documents := mappings(content)
	for _, d := range documents {
		if err := l.local(path, d, kustomization); err != nil {
			return nil, l.refuse(err)
		}
	}
	if kustomization && len(documents) == 1 && l.isRoot(path) {
		return withOrigins(documents[0])
	}
	return content, nil
}

// mappings are the documents of a file, or of a text within one, that are mappings; what is none is for others to refuse.
func mappings(content []byte) []map[string]any {
	var found []map[string]any
	for _, part := range cut(content) {
		var read map[string]any
		if yaml.Unmarshal(part.text, &read) == nil && read != nil {
			found = append(found, read)
		}
	}
	return found
}

func (l *localFiles) refuse(err error) error {
	if l.refused == nil {
		l.refused = err
	}
	return err
}

func (l *localFiles) isRoot(path string) bool {
	root, err := os.Stat(l.root)
	if err != nil {
		return false
	}
	info, err := os.Stat(path)
	return err == nil && os.SameFile(root, info)
}

// elsewhere is a name that is looked for in the network, whether or not there is a folder of that name.
var elsewhere = regexp.MustCompile(`(?i)://|^git@|^git::|^[a-z0-9.-]+:|^(www\.)?github\.com/|\.git(/|$)|[?]`)

// local refuses what would be fetched for a kustomization, or for what transforms or generates objects.
func (l *localFiles) local(path string, content map[string]any, kustomization bool) error {
	kind, _ := content["kind"].(string)
	if !kustomization && !strings.HasSuffix(kind, "Transformer") && !strings.HasSuffix(kind, "Generator") {
		return nil
	}
	if kustomization {
		if err := l.there(path, content); err != nil {
			return err
		}
	}
	if address := fetched(content, false); address != "" {
		return fmt.Errorf("%s: %q is not on this machine, and nothing is fetched; build it with 'kubectl kustomize' and pipe that in", path, address)
	}
	return nil
}

// there refuses what a kustomization builds on and is not there: it would be looked for elsewhere.
func (l *localFiles) there(path string, kustomization map[string]any) error {
	for _, list := range []string{"resources", "bases", "components", "generators", "transformers", "validators"} {
		entries, _ := kustomization[list].([]any)
		for _, entry := range entries {
			name, _ := entry.(string)
			// What is written out in the kustomization itself has lines.
			if name == "" || strings.Contains(name, "\n") || !elsewhere.MatchString(name) && l.Exists(filepath.Join(filepath.Dir(path), name)) {
				continue
			}
			return fmt.Errorf("%s: %s: %q is no file or folder of this machine, and nothing is fetched", path, list, name)
		}
	}
	return nil
}

// fetches are the fields of kustomizations and of what transforms whose values name files, and may be addresses instead.
var fetches = []string{
	"path", "paths", "files", "env", "envs", "crds", "configurations", "generators", "transformers", "validators", "patchesStrategicMerge",
	"patchesJson6902", "patches", "replacements", "resources", "components", "bases", "openapi",
}

// fetched is an address that building would ask; empty where there is none. Named says that the value is of a field that names files.
func fetched(value any, named bool) string {
	switch value := value.(type) {
	case string:
		if named {
			return fetchedBy(value)
		}
	case []any:
		for _, element := range value {
			if found := fetched(element, named); found != "" {
				return found
			}
		}
	case map[string]any:
		for key, element := range value {
			if found := fetched(element, slices.Contains(fetches, key)); found != "" {
				return found
			}
		}
	}
	return ""
}

// fetchedBy is the address that a text is, or that what is written out in it has.
func fetchedBy(text string) string {
	if address.MatchString(text) {
		return text
	}
	if !strings.Contains(text, "\n") {
		return ""
	}
	for _, written := range mappings([]byte(text)) {
		if found := fetched(written, false); found != "" {
			return found
		}
	}
	return ""
}

// address is a value that is an address of the network, perhaps after the name of a key.
var address = regexp.MustCompile(`(?i)^\s*([^=\s]+=)?https?://\S*\s*$`)

// withOrigins is a kustomization whose objects say where they come from.
func withOrigins(kustomization map[string]any) ([]byte, error) {
	metadata, _ := kustomization["buildMetadata"].([]any)
	if !slices.Contains(metadata, any(types.OriginAnnotations)) {
		kustomization["buildMetadata"] = append(metadata, types.OriginAnnotations)
	}
	return yaml.Marshal(kustomization)
}
