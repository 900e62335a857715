// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"
	"slices"
	"strings"
)

// Limits of what people read. A comment on a pull request has at most 65,536 characters; JSON has all.
const (
	// statementsAtMost is how many statements of one kind are said below a heading, those about the most people first; objectsAtMost is how
	// many objects are named of one kind and action.
	statementsAtMost = 8
	objectsAtMost    = 20
	fieldsAtMost     = 6
	// charactersAtMost bounds the whole, with room for a last line.
	charactersAtMost = 60_000
)

// Nothing is what a plan says that does nothing.
const Nothing = "Nothing changes: neither an object nor anybody's access."

// form is how a plan is written for people.
type form struct {
	say             voice
	heading, lesser string
	item, foldBegin string
	foldEnd         string
}

var (
	asText     = form{say: plainly, heading: "%s\n", lesser: "\n%s:\n", item: "  - ", foldBegin: "\nObjects: %s\n", foldEnd: ""}
	asMarkdown = form{
		say: asCode, heading: "## %s\n", lesser: "\n**%s**\n\n", item: "- ",
		foldBegin: "\n<details><summary>Objects: %s</summary>\n\n", foldEnd: "\n</details>\n",
	}
)

// Text is the plan for a terminal.
func (p *Plan) Text() string { return asText.write(p) }

// Markdown is the plan for a comment on a pull request.
func (p *Plan) Markdown() string { return asMarkdown.write(p) }

func (f form) write(p *Plan) string {
	var to strings.Builder
	if p.Empty() {
		return fmt.Sprintf(f.heading, "Plan") + "\n" + Nothing + "\n\n" + f.last(p)
	}
	for _, c := range p.Companies {
		fmt.Fprintf(&to, f.heading, "Plan for company "+f.say(c.Company))
		for _, part := range c.paragraphs(f.say) {
			f.paragraph(&to, part)
		}
		f.objects(&to, c)
		to.WriteString("\n")
	}
	return f.cut(to.String()) + f.last(p)
}

func (f form) last(p *Plan) string {
	return fmt.Sprintf("From %s to %s, %s\n", f.say(p.From), f.say(p.To), f.say(p.Hash))
}

// cut keeps whole lines up to what a comment may have.
func (f form) cut(text string) string {
	if len(text) <= charactersAtMost {
		return text
	}
	end := strings.LastIndex(text[:charactersAtMost], "\n")
	cut := text[:end+1]
	if open := strings.Count(cut, "<details>") - strings.Count(cut, "</details>"); open > 0 {
		cut += f.foldEnd
	}
	return cut + "\nThe rest is left out; `-o json` has all of it.\n\n"
}

func (f form) paragraph(to *strings.Builder, p paragraph) {
	fmt.Fprintf(to, f.lesser, p.title)
	for _, kind := range kinds {
		told := slices.DeleteFunc(slices.Clone(p.statements), func(s Statement) bool { return s.Kind != kind })
		slices.SortStableFunc(told, func(a, b Statement) int { return len(b.Subjects) - len(a.Subjects) })
		for i := range told[:min(statementsAtMost, len(told))] {
			to.WriteString(f.item + told[i].sentence(f.say) + "\n")
		}
		if more := len(told) - statementsAtMost; more > 0 {
			fmt.Fprintf(to, "%sand %s more like these; -o json has all\n", f.item, thousands(more))
		}
	}
}

// objects counts what happens to objects, and names the first ones.
func (f form) objects(to *strings.Builder, c *Company) {
	if len(c.Objects) == 0 {
		return
	}
	count := map[Action]int{}
	byKind := map[string][]ObjectChange{}
	for _, o := range c.Objects {
		count[o.Action]++
		key := o.Kind + " " + strings.ToLower(string(o.Action))
		byKind[key] = append(byKind[key], o)
	}
	fmt.Fprintf(to, f.foldBegin, fmt.Sprintf("%s added, %s changed, %s removed", thousands(count[Added]), thousands(count[Changed]), thousands(count[Removed])))
	for _, kind := range []string{KindTenant, KindGroup, KindChannelPolicy, KindOperator} {
		for _, action := range []string{"added", "changed", "removed"} {
			if list := byKind[kind+" "+action]; len(list) > 0 {
				to.WriteString(f.item + kind + " " + action + ": " + f.named(list) + "\n")
			}
		}
	}
	to.WriteString(f.foldEnd)
}

// named are objects by name, with the fields that differ of those that are changed.
func (f form) named(list []ObjectChange) string {
	words := make([]string, 0, len(list))
	for _, o := range list {
		word := f.say(o.Name)
		if len(o.Fields) > 0 {
			word += " (" + bounded(o.Fields, fieldsAtMost) + ")"
		}
		words = append(words, word)
	}
	return bounded(words, objectsAtMost)
}
