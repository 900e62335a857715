// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package promote

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"

	"github.com/roster-dev/roster/internal/manifest"
)

// Folder is a folder of manifests as it would be after some edits. Nothing is written before [Folder.Save]. Where the folder has a
// kustomization, the manifests are what kustomize makes of it.
type Folder struct {
	root string
	// named is how people call the folder.
	named string
	// Company is the namespace of objects that name none; empty is the default one.
	Company string
	// edited are the files that are other than on disk, by absolute path; nil is one that is to go.
	edited map[string][]byte
}

// Open is the folder at a path.
func Open(path string) (*Folder, error) {
	root, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if root, err = filepath.EvalSymlinks(root); err != nil {
		return nil, fmt.Errorf("%s: there is no such folder; name one with manifests", path)
	}
	if info, err := os.Stat(root); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("%s is no folder; name one with manifests", path)
	}
	return &Folder{root: root, named: path, edited: map[string][]byte{}}, nil
}

// read is a file of the folder as it would be.
func (f *Folder) read(path string) ([]byte, error) {
	switch content, edited := f.edited[path]; {
	case edited && content == nil:
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	case edited:
		return content, nil
	}
	return os.ReadFile(path) //nolint:gosec // the files of a folder are what it is named for
}

// write changes a file; one that is as on disk is not edited.
func (f *Folder) write(path string, content []byte) {
	if onDisk, err := os.ReadFile(path); err == nil && bytes.Equal(onDisk, content) { //nolint:gosec // as for read
		delete(f.edited, path)
		return
	}
	f.edited[path] = content
}

// remove takes a file out.
func (f *Folder) remove(path string) {
	delete(f.edited, path)
	if _, err := os.Stat(path); err == nil {
		f.edited[path] = nil
	}
}

// Edited are the files that would be written, relative to the folder, in order.
func (f *Folder) Edited() []string {
	var names []string
	for path := range f.edited {
		names = append(names, f.relative(path))
	}
	slices.Sort(names)
	return names
}

func (f *Folder) relative(path string) string {
	if name, err := filepath.Rel(f.root, path); err == nil {
		return filepath.ToSlash(name)
	}
	return path
}

// Save writes the edited files, each by way of another one in its place, so that none is ever half written.
func (f *Folder) Save() error {
	for _, path := range slices.Sorted(maps.Keys(f.edited)) {
		if err := replace(path, f.edited[path]); err != nil {
			return fmt.Errorf("write %s: %w", f.relative(path), err)
		}
	}
	f.edited = map[string][]byte{}
	return nil
}

func replace(path string, content []byte) (err error) {
	if content == nil {
		return os.Remove(path)
	}
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	next, err := os.CreateTemp(filepath.Dir(path), ".promoting-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(next.Name())
		}
	}()
	_, err = next.Write(content)
	if err := errors.Join(err, next.Chmod(mode), next.Close()); err != nil {
		return err
	}
	return os.Rename(next.Name(), path)
}

// Files are the manifests: the output of kustomize, or the files of the folder.
func (f *Folder) Files() ([]manifest.File, error) {
	at, err := f.kustomization(f.root)
	if err != nil {
		return nil, err
	}
	if at != "" {
		return kustomized(&layered{filesys.MakeFsOnDisk(), f.edited}, f.root, f.named)
	}
	return f.Texts()
}

// kustomized is what kustomize makes of a folder, which people call by a name.
func kustomized(on filesys.FileSystem, folder, named string) ([]manifest.File, error) {
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(on, folder)
	if err != nil {
		return nil, fmt.Errorf("kustomize %s: %w", named, err)
	}
	text, err := built.AsYaml()
	return []manifest.File{{Name: named, Content: text}}, err
}

// IsKustomization tells whether a file of that name makes a folder one that kustomize builds.
func IsKustomization(name string) bool {
	return slices.Contains(konfig.RecognizedKustomizationFileNames(), name)
}

// Kustomize is what kustomize makes of one folder of some files, which are by their paths from a root that all share, such as those of a commit.
func Kustomize(files []manifest.File, folder, named string) ([]manifest.File, error) {
	on := filesys.MakeFsInMemory()
	const root = "/"
	for _, file := range files {
		if err := on.WriteFile(root+file.Name, file.Content); err != nil {
			return nil, fmt.Errorf("kustomize %s: %w", named, err)
		}
	}
	return kustomized(on, root+folder, named)
}

// Texts are the files of the folder that declare objects, as people wrote them.
func (f *Folder) Texts() ([]manifest.File, error) {
	resources, _, err := f.parts()
	if err != nil {
		return nil, err
	}
	files := make([]manifest.File, 0, len(resources))
	for _, path := range resources {
		content, err := f.read(path)
		if err != nil {
			return nil, err
		}
		files = append(files, manifest.File{Name: filepath.Join(f.named, f.relative(path)), Content: content})
	}
	return files, nil
}

// Kustomized tells whether kustomize builds the folder.
func (f *Folder) Kustomized() (bool, error) {
	at, err := f.kustomization(f.root)
	return at != "", err
}

// plain are the files of a folder that may hold manifests, those that would be new included, in order.
func (f *Folder) plain(folder string) ([]string, error) {
	var paths []string
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		hidden := path != folder && strings.HasPrefix(entry.Name(), ".")
		switch {
		case err != nil:
			return err
		case hidden && entry.IsDir():
			return fs.SkipDir
		case !entry.IsDir() && manifest.InFolder(filepath.Base(path)):
			paths = append(paths, path)
		}
		return nil
	})
	paths = slices.DeleteFunc(paths, func(path string) bool {
		content, edited := f.edited[path]
		return edited && content == nil
	})
	for path, content := range f.edited {
		if content != nil && !slices.Contains(paths, path) && manifest.InFolder(filepath.Base(path)) {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return paths, err
}

// kustomization is the path of the kustomization of a folder; empty is none.
func (f *Folder) kustomization(folder string) (string, error) {
	for _, name := range konfig.RecognizedKustomizationFileNames() {
		path := filepath.Join(folder, name)
		switch _, err := f.read(path); {
		case err == nil:
			return path, nil
		case !errors.Is(err, fs.ErrNotExist):
			return "", err
		}
	}
	return "", nil
}

// parts are the files of the folder that hold manifests, and those that hold patches. What lies outside of it is shared with others, and
// is never edited.
func (f *Folder) parts() (resources, patches []string, err error) {
	at, err := f.kustomization(f.root)
	if err != nil {
		return nil, nil, err
	}
	if at == "" {
		resources, err = f.plain(f.root)
		return resources, nil, err
	}
	content, err := f.read(at)
	if err != nil {
		return nil, nil, err
	}
	var k types.Kustomization
	if err := yaml.Unmarshal(content, &k); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", f.relative(at), err)
	}
	for _, resource := range k.Resources {
		found, err := f.resource(filepath.Join(f.root, resource))
		if err != nil {
			return nil, nil, err
		}
		resources = append(resources, found...)
	}
	for _, patch := range k.Patches {
		if patch.Path != "" {
			patches = append(patches, filepath.Join(f.root, patch.Path))
		}
	}
	for _, patch := range k.PatchesStrategicMerge { //nolint:staticcheck // old kustomizations have it, and it works
		if !strings.Contains(string(patch), "\n") {
			patches = append(patches, filepath.Join(f.root, string(patch)))
		}
	}
	outside := func(path string) bool { return !f.inside(path) }
	return slices.DeleteFunc(resources, outside), slices.DeleteFunc(patches, outside), nil
}

func (f *Folder) inside(path string) bool {
	return strings.HasPrefix(path, f.root+string(filepath.Separator))
}

// resource are the files of one resource of the kustomization: a file, or a folder within this one that has a kustomization of its own.
func (f *Folder) resource(path string) ([]string, error) {
	info, err := os.Stat(path)
	if _, edited := f.edited[path]; edited || err == nil && !info.IsDir() {
		return []string{path}, nil
	}
	if err != nil || !f.inside(path) {
		// One that is fetched from elsewhere, or lies outside.
		return nil, nil //nolint:nilerr // kustomize says what is wrong with it
	}
	below := &Folder{root: path, named: path, edited: f.edited}
	found, _, err := below.parts()
	return found, err
}

// layered is the disk with some files as they would be.
type layered struct {
	filesys.FileSystem

	edited map[string][]byte
}

// ReadFile reads a file as it would be.
func (l *layered) ReadFile(path string) ([]byte, error) {
	if content, edited := l.edited[path]; edited {
		return content, nil
	}
	return l.FileSystem.ReadFile(path)
}

// Exists tells whether there would be a file.
func (l *layered) Exists(path string) bool {
	content, edited := l.edited[path]
	return content != nil || !edited && l.FileSystem.Exists(path)
}

// CleanedAbs parts the path of a file that would be new as it does those that are there.
func (l *layered) CleanedAbs(path string) (filesys.ConfirmedDir, string, error) {
	if _, edited := l.edited[path]; edited && !l.FileSystem.Exists(path) {
		folder, _, err := l.FileSystem.CleanedAbs(filepath.Dir(path))
		return folder, filepath.Base(path), err
	}
	return l.FileSystem.CleanedAbs(path)
}
