// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"github.com/roster-dev/roster/internal/lint"
)

// What a workflow command of GitHub takes for its own syntax, in the message and in a property.
var (
	inMessage  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	inProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// github writes a workflow command a finding, by which GitHub shows it beside the line, and the summary.
func (r *writing) github(to io.Writer) error {
	w := bufio.NewWriter(to)
	for _, f := range r.findings {
		_, _ = fmt.Fprintf(w, "::%s file=%s,line=%d,col=%d,title=%s::%s\n", f.Severity, inProperty.Replace(f.File), f.Line, f.Column,
			inProperty.Replace(f.Rule), inMessage.Replace(f.String()))
	}
	_, _ = fmt.Fprintln(w, r.summary())
	return w.Flush()
}

// gitlabFinding is a finding of a Code Quality report.
type gitlabFinding struct {
	Description string         `json:"description"`
	CheckName   string         `json:"check_name"`
	Fingerprint string         `json:"fingerprint"`
	Severity    string         `json:"severity"`
	Location    gitlabLocation `json:"location"`
}

type gitlabLocation struct {
	Path  string      `json:"path"`
	Lines gitlabLines `json:"lines"`
}

type gitlabLines struct {
	Begin int `json:"begin"`
}

// gitlab writes a Code Quality report.
func (r *writing) gitlab(to io.Writer) error {
	severities := map[lint.Severity]string{lint.Error: "major", lint.Warning: "minor"}
	report := []gitlabFinding{}
	prints := fingerprints(r.findings)
	for i, f := range r.findings {
		report = append(report, gitlabFinding{
			Description: f.String(), CheckName: f.Rule, Fingerprint: prints[i], Severity: severities[f.Severity],
			Location: gitlabLocation{f.File, gitlabLines{f.Line}},
		})
	}
	return encode(to, report)
}

// fingerprints tell findings apart, and stay as they are when lines move. What is found twice is told apart by which of the two it is.
func fingerprints(findings []lint.Finding) []string {
	times := map[string]int{}
	prints := make([]string, 0, len(findings))
	for _, f := range findings {
		key := strings.Join([]string{f.Rule, f.File, f.Object(), f.Path, f.Message}, "\x00")
		sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d", key, times[key]))
		times[key]++
		prints = append(prints, hex.EncodeToString(sum[:]))
	}
	return prints
}
