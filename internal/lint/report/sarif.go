// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"io"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/roster-dev/roster/internal/lint"
)

// sarifSchema is that of the form, SARIF 2.1.0.
const sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool       sarifTool     `json:"tool"`
	ColumnKind string        `json:"columnKind"`
	Results    []sarifResult `json:"results"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name    string      `json:"name"`
	Version string      `json:"version,omitempty"`
	Rules   []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID               string     `json:"id"`
	Name             string     `json:"name"`
	ShortDescription sarifText  `json:"shortDescription"`
	Default          sarifLevel `json:"defaultConfiguration"`
}

type sarifLevel struct {
	Level string `json:"level"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifResult struct {
	RuleID       string            `json:"ruleId"`
	RuleIndex    int               `json:"ruleIndex"`
	Level        string            `json:"level"`
	Message      sarifText         `json:"message"`
	Locations    []sarifLocation   `json:"locations"`
	Fingerprints map[string]string `json:"partialFingerprints"`
}

type sarifLocation struct {
	Physical sarifPhysical  `json:"physicalLocation"`
	Logical  []sarifLogical `json:"logicalLocations,omitempty"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
	Region   sarifRegion   `json:"region"`
}

type sarifArtifact struct {
	URI string `json:"uri"`
}

type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn"`
}

type sarifLogical struct {
	Name          string `json:"name"`
	QualifiedName string `json:"fullyQualifiedName"`
	Kind          string `json:"kind"`
}

func (r *writing) sarif(to io.Writer) error {
	rules, index := r.sarifRules()
	results := []sarifResult{}
	prints := fingerprints(r.findings)
	for i, f := range r.findings {
		location := sarifLocation{Physical: sarifPhysical{sarifArtifact{fileURI(f.File)}, sarifRegion{max(f.Line, 1), max(f.Column, 1)}}}
		if f.Kind != "" {
			location.Logical = []sarifLogical{{Name: f.Name, QualifiedName: strings.TrimSuffix(f.Object()+": "+f.Path, ": "), Kind: "object"}}
		}
		results = append(results, sarifResult{
			RuleID: f.Rule, RuleIndex: index[f.Rule], Level: string(f.Severity), Message: sarifText{f.String()}, Locations: []sarifLocation{location},
			Fingerprints: map[string]string{"rosterctl/v1": prints[i]},
		})
	}
	driver := sarifDriver{Name: "rosterctl", Version: r.Version, Rules: rules}
	// Columns are counted as the parser of YAML does, in characters.
	run := sarifRun{Tool: sarifTool{driver}, ColumnKind: "unicodeCodePoints", Results: results}
	return encode(to, sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{run}})
}

// sarifRules are the rules that something was found by, and the index of each.
func (r *writing) sarifRules() (rules []sarifRule, index map[string]int) {
	levels := map[string]lint.Severity{}
	var names []string
	for _, f := range r.findings {
		if _, known := levels[f.Rule]; !known {
			names = append(names, f.Rule)
			levels[f.Rule] = f.Severity
		}
	}
	slices.Sort(names)
	rules, index = []sarifRule{}, map[string]int{}
	for i, name := range names {
		rules = append(rules, sarifRule{ID: name, Name: name, ShortDescription: sarifText{lint.Describe(name)}, Default: sarifLevel{string(levels[name])}})
		index[name] = i
	}
	return rules, index
}

// fileURI is a file as a URI: relative, or with the scheme of files.
func fileURI(file string) string {
	escaped := (&url.URL{Path: path.Clean(file)}).EscapedPath()
	if strings.HasPrefix(escaped, "/") {
		return "file://" + escaped
	}
	// A colon in the first segment would read as a scheme.
	first, rest, _ := strings.Cut(escaped, "/")
	if rest != "" {
		rest = "/" + rest
	}
	return strings.ReplaceAll(first, ":", "%3A") + rest
}
