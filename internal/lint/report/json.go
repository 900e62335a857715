// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"encoding/json"
	"io"

	"github.com/roster-dev/roster/internal/lint"
)

// jsonVersion is that of the form. Fields are added under the same version; one that is renamed or means something else raises it.
const jsonVersion = 1

type jsonReport struct {
	Version  int           `json:"version"`
	Files    int           `json:"files"`
	Objects  int           `json:"objects"`
	Errors   int           `json:"errors"`
	Warnings int           `json:"warnings"`
	Omitted  int           `json:"omitted"`
	Findings []jsonFinding `json:"findings"`
}

type jsonFinding struct {
	Severity  lint.Severity `json:"severity"`
	Rule      string        `json:"rule"`
	File      string        `json:"file"`
	Line      int           `json:"line"`
	Column    int           `json:"column"`
	Kind      string        `json:"kind,omitempty"`
	Namespace string        `json:"namespace,omitempty"`
	Name      string        `json:"name,omitempty"`
	Path      string        `json:"path,omitempty"`
	Message   string        `json:"message"`
}

func (r *writing) json(to io.Writer) error {
	report := jsonReport{
		Version: jsonVersion, Files: r.files, Objects: r.objects, Errors: r.errors, Warnings: r.warnings, Omitted: r.omitted,
		Findings: []jsonFinding{},
	}
	for _, f := range r.findings {
		report.Findings = append(report.Findings, jsonFinding{
			Severity: f.Severity, Rule: f.Rule, File: f.File, Line: f.Line, Column: f.Column,
			Kind: f.Kind, Namespace: f.Namespace, Name: f.Name, Path: f.Path, Message: f.Message,
		})
	}
	return encode(to, report)
}

// encode writes a value as JSON that people can read, too.
func encode(to io.Writer, value any) error {
	encoder := json.NewEncoder(to)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}
