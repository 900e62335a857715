// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strings"
)

// Module is the parsed source of one Go module, test files included. Modules nested in its tree are not part of it.
type Module struct {
	// Path is the module's import path.
	Path string
	// Files are its Go files, in the order of their paths.
	Files []*File
}

// File is one parsed Go file.
type File struct {
	// Path is slash-separated and relative to the root of the module; Folder is its directory, "." for the root.
	Path, Folder string
	// Test says that the name ends in _test.go; Generated, that the file says it is not written by hand.
	Test, Generated bool
	// Lines counts the lines of the file.
	Lines int
	// Syntax is the file's tree, comments and function bodies included.
	Syntax *ast.File

	positions *token.FileSet
}

// Finding is one place where a rule is broken.
type Finding struct {
	// Path and Line say where; Line is 0 where the whole file or folder is meant.
	Path string
	Line int
	// Problem says what is wrong and what would be right.
	Problem string
}

// String is the finding as compilers print theirs, so that editors can jump to it.
func (f Finding) String() string {
	if f.Line == 0 {
		return f.Path + ": " + f.Problem
	}
	return fmt.Sprintf("%s:%d: %s", f.Path, f.Line, f.Problem)
}

// Load parses every Go file of the module at the root of tree. It fails where there is no go.mod, and where a file does
// not parse.
func Load(tree fs.FS) (*Module, error) {
	modulePath, err := modulePath(tree)
	if err != nil {
		return nil, err
	}
	module := &Module{Path: modulePath}
	positions := token.NewFileSet()
	err = fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			return skipOutside(tree, name)
		case path.Ext(name) != ".go":
			return nil
		}
		file, err := parse(tree, positions, name)
		if err != nil {
			return err
		}
		module.Files = append(module.Files, file)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load the module's source: %w", err)
	}
	return module, nil
}

func modulePath(tree fs.FS) (string, error) {
	content, err := fs.ReadFile(tree, "go.mod")
	if err != nil {
		return "", fmt.Errorf("find the module's path: %w", err)
	}
	for line := range strings.Lines(string(content)) {
		if fields := strings.Fields(line); len(fields) == 2 && fields[0] == "module" {
			return fields[1], nil
		}
	}
	return "", errors.New("go.mod has no module line")
}

// skipOutside answers fs.SkipDir for a folder that the go command would not count among the module's packages.
func skipOutside(tree fs.FS, folder string) error {
	if folder == "." {
		return nil
	}
	base := path.Base(folder)
	if base == "testdata" || base == "vendor" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return fs.SkipDir
	}
	if _, err := fs.Stat(tree, path.Join(folder, "go.mod")); err == nil {
		return fs.SkipDir
	}
	return nil
}

func parse(tree fs.FS, positions *token.FileSet, name string) (*File, error) {
	content, err := fs.ReadFile(tree, name)
	if err != nil {
		return nil, err
	}
	syntax, err := parser.ParseFile(positions, name, content, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	return &File{
		Path:      name,
		Folder:    path.Dir(name),
		Test:      strings.HasSuffix(name, "_test.go"),
		Generated: ast.IsGenerated(syntax),
		Lines:     lines(content),
		Syntax:    syntax,
		positions: positions,
	}, nil
}

func (f *File) line(position token.Pos) int { return f.positions.Position(position).Line }

func (f *File) finding(position token.Pos, format string, arguments ...any) Finding {
	return Finding{Path: f.Path, Line: f.line(position), Problem: fmt.Sprintf(format, arguments...)}
}
