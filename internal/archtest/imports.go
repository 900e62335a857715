// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"fmt"
	"go/ast"
	"path"
	"slices"
	"strconv"
	"strings"
)

// clock lists what of package time asks for the time or waits for it; the rest of the package only calculates.
var clock = []string{"After", "AfterFunc", "NewTicker", "NewTimer", "Now", "Since", "Sleep", "Tick", "Until"}

// CheckImports answers every import, and every look at the clock, that the table does not allow, and every folder it has
// no row for. Generated files are held to it too.
func CheckImports(module *Module, table []Row) []Finding {
	var findings []Finding
	unplaced := map[string]bool{}
	for _, file := range module.Files {
		row, found := rowOf(table, file.Folder)
		if !found {
			if !unplaced[file.Folder] {
				unplaced[file.Folder] = true
				findings = append(findings, Finding{Path: file.Folder, Problem: "the folder has no row in the table of imports (internal/archtest/directions.go): give it one that says what it may import"})
			}
			continue
		}
		findings = append(findings, importFindings(module, table, row, file)...)
		if row.Clockless && !file.Test {
			findings = append(findings, clockFindings(row, file)...)
		}
	}
	return findings
}

func importFindings(module *Module, table []Row, row Row, file *File) []Finding {
	var findings []Finding
	for _, spec := range file.Syntax.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // go/parser accepts only quoted paths
		}
		if reason := refuse(module.Path, table, row, file, imported); reason != "" {
			findings = append(findings, file.finding(spec.Pos(), "%s may not import %s: %s", file.Folder, imported, reason))
		}
	}
	return findings
}

// refuse says why a file may not import a package; "" says that it may.
func refuse(modulePath string, table []Row, row Row, file *File, imported string) string {
	if folder, ours := folderOf(modulePath, imported); ours {
		return refuseFolder(table, row, file, folder)
	}
	if isStandard(imported) {
		if !file.Test && under(row.Banned, imported) {
			return row.Why
		}
		return ""
	}
	allowed := slices.Clone(row.Libraries)
	if file.Test || row.Support {
		allowed = append(append(allowed, everyTest...), row.TestLibraries...)
	}
	if !under(allowed, imported) {
		return row.Why
	}
	return ""
}

func refuseFolder(table []Row, row Row, file *File, folder string) string {
	allowed := slices.Clone(row.Module)
	if file.Test {
		allowed = append(allowed, row.Tests...)
	}
	target, _ := rowOf(table, folder)
	named := slices.ContainsFunc(allowed, func(pattern string) bool { return pattern != "*" && covers(pattern, folder) })
	switch {
	case folder == file.Folder, named:
		return ""
	case target.Support:
		return "it is for tests alone"
	case slices.Contains(allowed, "*"):
		return ""
	}
	return row.Why
}

// clockFindings reports every selector through which the file reaches the clock, called or passed on.
func clockFindings(row Row, file *File) []Finding {
	name := importedAs(file.Syntax, "time")
	if name == "" {
		return nil
	}
	var findings []Finding
	ast.Inspect(file.Syntax, func(node ast.Node) bool {
		selector, ok := node.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if receiver, ok := selector.X.(*ast.Ident); ok && receiver.Name == name && slices.Contains(clock, selector.Sel.Name) {
			findings = append(findings, file.finding(selector.Pos(), "%s may not use time.%s: %s; take the time as an argument", file.Folder, selector.Sel.Name, row.Why))
		}
		return true
	})
	return findings
}

// importedAs is the name under which a file knows a package of the standard library; "" where it does not import it.
func importedAs(syntax *ast.File, imported string) string {
	for _, spec := range syntax.Imports {
		if spec.Path.Value != strconv.Quote(imported) {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name
		}
		return path.Base(imported)
	}
	return ""
}

// rowOf finds the row of a folder: the one that names it, else the nearest above it.
func rowOf(table []Row, folder string) (Row, bool) {
	var best Row
	found := false
	for _, row := range table {
		if row.Folder == folder {
			return row, true
		}
		if covers(row.Folder, folder) && len(row.Folder) > len(best.Folder) {
			best, found = row, true
		}
	}
	return best, found
}

// covers says whether a pattern of the table stands for the folder.
func covers(pattern, folder string) bool {
	if above, wild := strings.CutSuffix(pattern, "/*"); wild {
		return strings.HasPrefix(folder, above+"/")
	}
	return pattern == folder
}

// under says whether an import path is one of the prefixes or lies below one.
func under(prefixes []string, imported string) bool {
	return slices.ContainsFunc(prefixes, func(prefix string) bool {
		return prefix == "*" || imported == prefix || strings.HasPrefix(imported, prefix+"/")
	})
}

func folderOf(modulePath, imported string) (string, bool) {
	if imported == modulePath {
		return ".", true
	}
	return strings.CutPrefix(imported, modulePath+"/")
}

// isStandard tells the standard library by its first element, which unlike a host name has no dot.
func isStandard(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return !strings.Contains(first, ".")
}

// CheckTable answers what is wrong with the table itself: a folder with two rows, or a row without a reason.
func CheckTable(table []Row) []Finding {
	var findings []Finding
	seen := map[string]bool{}
	for _, row := range table {
		if seen[row.Folder] {
			findings = append(findings, Finding{Path: row.Folder, Problem: "the folder has two rows in the table of imports: keep one"})
		}
		seen[row.Folder] = true
		if row.Why == "" {
			findings = append(findings, Finding{Path: row.Folder, Problem: fmt.Sprintf("the row of %s gives no reason: say why in Why", row.Folder)})
		}
	}
	return findings
}
