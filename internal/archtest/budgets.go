// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// Budget bounds the code of the folders it covers. Zero bounds nothing. Where several budgets cover a file, each holds.
type Budget struct {
	// Folder is in the notation of Row; "*" is the whole module.
	Folder string
	// FileLines and FunctionLines bound the length of a file and of a function, comments and blank lines included.
	FileLines, FunctionLines int
	// MainLines bounds the function main of a program.
	MainLines int
	// Complexity bounds the cyclomatic complexity of a function.
	Complexity int
}

// Budgets are the architecture's. They bind written code: tests and generated files are free of them.
var Budgets = []Budget{
	{Folder: "*", FileLines: 500, MainLines: 60, Complexity: 12},
	{Folder: "controllers", FileLines: 200, FunctionLines: 60},
}

// MakefileLines bounds the Makefile.
const MakefileLines = 260

// BannedNames are what no package is called: names that say nothing of what is inside.
var BannedNames = []string{"util", "utils", "common", "helper", "helpers", "base", "types"}

// CheckBudgets answers every file and function beyond a budget.
func CheckBudgets(module *Module, budgets []Budget) []Finding {
	var findings []Finding
	for _, file := range module.Files {
		if file.Test || file.Generated {
			continue
		}
		for _, budget := range budgets {
			if budget.Folder == "*" || covers(budget.Folder, file.Folder) {
				findings = append(findings, budget.check(file)...)
			}
		}
	}
	return findings
}

func (b Budget) check(file *File) []Finding {
	var findings []Finding
	if exceeds(file.Lines, b.FileLines) {
		findings = append(findings, Finding{
			Path:    file.Path,
			Problem: fmt.Sprintf("the file has %d lines and may have %d: cut it by concept", file.Lines, b.FileLines),
		})
	}
	for _, function := range functions(file.Syntax) {
		start := function.node.Pos()
		length := file.length(function.node)
		if exceeds(length, b.FunctionLines) {
			findings = append(findings, file.finding(start, "%s has %d lines and may have %d: name its parts", function.name, length, b.FunctionLines))
		}
		if file.Syntax.Name.Name == "main" && function.name == "main" && exceeds(length, b.MainLines) {
			findings = append(findings, file.finding(start, "main has %d lines and may have %d: move the work into a package", length, b.MainLines))
		}
		if branched := complexity(function.node); exceeds(branched, b.Complexity) {
			findings = append(findings, file.finding(start, "%s has cyclomatic complexity %d and may have %d: name its decisions", function.name, branched, b.Complexity))
		}
	}
	return findings
}

func exceeds(measured, bound int) bool { return bound > 0 && measured > bound }

// CheckMakefile answers whether the Makefile at the root of tree has more than bound lines, or is missing.
func CheckMakefile(tree fs.FS, bound int) []Finding {
	content, err := fs.ReadFile(tree, "Makefile")
	if err != nil {
		return []Finding{{Path: "Makefile", Problem: "the Makefile cannot be read: " + err.Error()}}
	}
	if count := lines(content); count > bound {
		return []Finding{{Path: "Makefile", Problem: fmt.Sprintf("the Makefile has %d lines and may have %d: move work into hack/", count, bound)}}
	}
	return nil
}

// CheckNames answers every package with a banned name. An external test package goes by the name it tests.
func CheckNames(module *Module, banned []string) []Finding {
	var findings []Finding
	for _, file := range module.Files {
		name := file.Syntax.Name
		if called := strings.TrimSuffix(name.Name, "_test"); slices.Contains(banned, called) {
			findings = append(findings, file.finding(name.Pos(), "no package is called %s: name it for what it holds", called))
		}
	}
	return findings
}
