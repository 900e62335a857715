// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package sqlstore

import "strings"

// statement is an SQL text with its arguments. The names in it are constants of this package; every value is an argument.
type statement struct {
	dialect Dialect
	text    strings.Builder
	args    []any
}

// say appends text.
func (s *statement) say(parts ...string) *statement {
	for _, part := range parts {
		s.text.WriteString(part)
	}
	return s
}

// comma goes before each of a list but the first, and and before each condition.
func comma(i int) string { return between(i, ", ") }
func and(i int) string   { return between(i, " AND ") }

func between(i int, word string) string {
	if i == 0 {
		return ""
	}
	return word
}

// list appends names with a comma between them, each after the prefix.
func (s *statement) list(prefix string, names []string) *statement {
	for i, name := range names {
		s.say(comma(i), prefix, name)
	}
	return s
}

// value appends the placeholder of an argument.
func (s *statement) value(arg any) *statement {
	s.args = append(s.args, arg)
	return s.say(s.dialect.Placeholder(len(s.args)))
}

// tuple appends the placeholders of arguments, in brackets.
func (s *statement) tuple(args []any) *statement {
	s.say("(")
	for i, arg := range args {
		s.say(comma(i)).value(arg)
	}
	return s.say(")")
}

// equal appends that columns have values, with a word between them.
func (s *statement) equal(prefix string, names []string, values []any, word string) *statement {
	for i, name := range names {
		s.say(between(i, word), prefix, name, " = ").value(values[i])
	}
	return s
}

// insert makes the statement that inserts rows.
func insert(d Dialect, table string, columns []string, rows [][]any) *statement {
	s := &statement{dialect: d}
	s.say("INSERT INTO ", table, " (").list("", columns).say(") VALUES ")
	for i, row := range rows {
		s.say(comma(i)).tuple(row)
	}
	return s
}

// update makes the statement that changes the row with a key.
func update(d Dialect, table string, columns []string, values []any, key []string, is []any) *statement {
	s := &statement{dialect: d}
	s.say("UPDATE ", table, " SET ").equal("", columns, values, ", ")
	return s.say(" WHERE ").equal("", key, is, " AND ")
}

// remove makes the statement that deletes the row with a key.
func remove(d Dialect, table string, key []string, is []any) *statement {
	s := &statement{dialect: d}
	return s.say("DELETE FROM ", table, " WHERE ").equal("", key, is, " AND ")
}
