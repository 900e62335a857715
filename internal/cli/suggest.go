// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"strings"
)

// didYouMean names the word nearest to one that is unknown, as the end of a sentence; empty where none is near.
func didYouMean(unknown string, known []string) string {
	// More than a third of the letters wrong is another word.
	best, nearest := len(unknown)/3+1, ""
	for _, word := range known {
		if d := distance(strings.ToLower(unknown), strings.ToLower(word)); d <= best && (d < best || nearest == "") {
			best, nearest = d, word
		}
	}
	if nearest == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", nearest)
}

// distance is how many letters must be put in, left out or replaced to make one word of another (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
