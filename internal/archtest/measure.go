// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"bytes"
	"go/ast"
	"go/token"
)

// function is a piece of code with a budget of its own: a declared function, or a function literal that a package
// variable holds. Literals inside a function belong to it.
type function struct {
	name string
	node ast.Node
}

// functions lists a file's functions in the order of their appearance.
func functions(syntax *ast.File) []function {
	var found []function
	for _, declaration := range syntax.Decls {
		switch declaration := declaration.(type) {
		case *ast.FuncDecl:
			found = append(found, function{name: nameOf(declaration), node: declaration})
		case *ast.GenDecl:
			ast.Inspect(declaration, func(node ast.Node) bool {
				literal, ok := node.(*ast.FuncLit)
				if ok {
					found = append(found, function{name: "a function literal", node: literal})
				}
				return !ok
			})
		}
	}
	return found
}

// nameOf is the function's name, with its receiver's type for a method: "Module.Load".
func nameOf(declaration *ast.FuncDecl) string {
	if declaration.Recv == nil || len(declaration.Recv.List) == 0 {
		return declaration.Name.Name
	}
	receiver := declaration.Recv.List[0].Type
	for {
		switch inner := receiver.(type) {
		case *ast.StarExpr:
			receiver = inner.X
		case *ast.IndexExpr:
			receiver = inner.X
		case *ast.IndexListExpr:
			receiver = inner.X
		case *ast.Ident:
			return inner.Name + "." + declaration.Name.Name
		default:
			return declaration.Name.Name
		}
	}
}

// complexity is the cyclomatic complexity as gocyclo counts it: one, and one for each if, for, case that names
// something, && and ||.
func complexity(node ast.Node) int {
	count := 1
	ast.Inspect(node, func(node ast.Node) bool {
		if branches(node) {
			count++
		}
		return true
	})
	return count
}

func branches(node ast.Node) bool {
	switch node := node.(type) {
	case *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt:
		return true
	case *ast.CaseClause:
		return node.List != nil
	case *ast.CommClause:
		return node.Comm != nil
	case *ast.BinaryExpr:
		return node.Op == token.LAND || node.Op == token.LOR
	}
	return false
}

func (f *File) length(node ast.Node) int { return f.line(node.End()) - f.line(node.Pos()) + 1 }

// lines counts as an editor does: a last line without its line break counts too.
func lines(content []byte) int {
	count := bytes.Count(content, []byte("\n"))
	if len(content) > 0 && content[len(content)-1] != '\n' {
		count++
	}
	return count
}
