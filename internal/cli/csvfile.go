// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// Bounds of a table. A contact centre of 10,000 people is some 2 MiB.
const (
	maxTableBytes = 32 << 20
	maxTableRows  = 20_000
	maxCellLength = 4096
)

// table is a file of people as a spreadsheet writes it: a line of headings, and a row a person.
type table struct {
	file     string
	headings []string
	rows     []tableRow
}

// tableRow is one row and the line of the file on which it begins.
type tableRow struct {
	line  int
	cells []string
}

// readTable reads a table. Its errors name the line.
func readTable(file string, from io.Reader) (*table, error) {
	content, err := io.ReadAll(io.LimitReader(from, maxTableBytes+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", file, err)
	case len(content) > maxTableBytes:
		return nil, fmt.Errorf("%s: it is more than %d MiB; cut it", file, maxTableBytes>>20)
	}
	content = bytes.TrimPrefix(content, []byte("\uFEFF"))
	if line := firstBroken(content); line > 0 {
		return nil, fmt.Errorf("%s:%d: it is no UTF-8: save it as CSV in UTF-8", file, line)
	}
	t := &table{file: file}
	err = t.read(content)
	return t, err
}

// firstBroken is the first line that is no UTF-8, or that has a zero byte, as UTF-16 has; 0 is none.
func firstBroken(content []byte) int {
	number := 0
	for line := range bytes.Lines(content) {
		number++
		if !utf8.Valid(line) || bytes.IndexByte(line, 0) >= 0 {
			return number
		}
	}
	return 0
}

func (t *table) read(content []byte) error {
	comma, skipped, content := delimiter(content)
	reader := csv.NewReader(bytes.NewReader(content))
	reader.Comma, reader.FieldsPerRecord = comma, -1
	for {
		cells, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return t.broken(err, skipped)
		}
		line, _ := reader.FieldPos(0)
		if err := t.add(tableRow{line + skipped, cells}); err != nil {
			return err
		}
	}
	if len(t.headings) == 0 {
		return fmt.Errorf("%s: it is empty; a line of headings and a row a person is right", t.file)
	}
	return nil
}

// broken says where and how a file is no CSV.
func (t *table) broken(err error, skipped int) error {
	wrong, is := errors.AsType[*csv.ParseError](err)
	if !is {
		return fmt.Errorf("%s: %w", t.file, err)
	}
	return fmt.Errorf("%s:%d: it is no CSV: %w; a cell with quotes has them doubled and stands in quotes itself", t.file, wrong.Line+skipped, wrong.Err)
}

// add adds a row, the first as headings. Rows without any text do not count.
func (t *table) add(row tableRow) error {
	empty := true
	for i, cell := range row.cells {
		row.cells[i] = strings.TrimSpace(cell)
		empty = empty && row.cells[i] == ""
		if utf8.RuneCountInString(cell) > maxCellLength {
			return fmt.Errorf("%s:%d: cell %d has more than %d characters; see that no quote is missing", t.file, row.line, i+1, maxCellLength)
		}
	}
	switch {
	case empty:
	case t.headings == nil:
		t.headings = row.cells
	case len(t.rows) == maxTableRows:
		return fmt.Errorf("%s:%d: it has more than %d rows; cut it", t.file, row.line, maxTableRows)
	default:
		t.rows = append(t.rows, row)
	}
	return nil
}

// delimiter is what parts the cells of a file: what a first line "sep=;" says, as spreadsheets write it, else what the line of headings has most
// of. Skipped is how many lines of the content are left out then.
func delimiter(content []byte) (comma rune, skipped int, rest []byte) {
	first, after, _ := bytes.Cut(content, []byte("\n"))
	heading := strings.TrimRight(string(first), "\r")
	if said, is := strings.CutPrefix(strings.Trim(heading, `"`), "sep="); is && len(said) == 1 && slices.Contains([]string{";", ",", "\t", "|"}, said) {
		return rune(said[0]), 1, after
	}
	comma, most := ',', 0
	for _, candidate := range ",;\t" {
		if n := outsideQuotes(heading, candidate); n > most {
			comma, most = candidate, n
		}
	}
	return comma, 0, content
}

// outsideQuotes counts a character of a line where it is not within quotes.
func outsideQuotes(line string, what rune) int {
	n, quoted := 0, false
	for _, c := range line {
		switch {
		case c == '"':
			quoted = !quoted
		case c == what && !quoted:
			n++
		}
	}
	return n
}
