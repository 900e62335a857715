// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"fmt"
	"time"
	_ "time/tzdata" // images without a zone database know the zones of people, too

	"golang.org/x/text/language"
)

// builtIn are the languages with texts of their own. The first is for everybody whose language there is none for.
var builtIn = []language.Tag{language.English, language.Czech, language.Polish, language.German}

// choice is what languages there are, for a purpose somewhere.
type choice struct {
	tags    []language.Tag
	matcher language.Matcher
}

func newChoice(tags []language.Tag) choice {
	return choice{tags: tags, matcher: language.NewMatcher(tags)}
}

// of answers the language for a locale: itself, or the nearest that its readers understand, or English.
func (c choice) of(locale string) language.Tag {
	wanted, err := language.Parse(locale)
	if err != nil {
		return c.tags[0]
	}
	_, index, confidence := c.matcher.Match(wanted)
	if confidence == language.No {
		return c.tags[0]
	}
	return c.tags[index]
}

// lineage is a tag and what it is a kind of, as de-AT is a kind of de.
func lineage(tag language.Tag) []language.Tag {
	var tags []language.Tag
	for ; tag != language.Und; tag = tag.Parent() {
		tags = append(tags, tag)
	}
	return tags
}

// dates says how a day and a time are written: with the month's name, which stands after the day in these languages and, in
// Czech and Polish, in the genitive.
var dates = map[string]struct {
	format string
	months [12]string
}{
	"en": {"%[1]d %[2]s %[3]d, %[4]s (%[5]s)", [12]string{
		"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
	}},
	"cs": {"%[1]d. %[2]s %[3]d, %[4]s hod. (%[5]s)", [12]string{
		"ledna", "února", "března", "dubna", "května", "června", "července", "srpna", "září", "října", "listopadu", "prosince",
	}},
	"pl": {"%[1]d %[2]s %[3]d r., godz. %[4]s (%[5]s)", [12]string{
		"stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "września", "października", "listopada",
		"grudnia",
	}},
	"de": {"%[1]d. %[2]s %[3]d, %[4]s Uhr (%[5]s)", [12]string{
		"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember",
	}},
}

// moment writes a time in a language, in a zone it names. A language without a form of its own gets the international one.
func moment(at time.Time, zone string, tag language.Tag) string {
	at = at.In(location(zone))
	base, _ := tag.Base()
	form, known := dates[base.String()]
	if !known {
		return fmt.Sprintf("%s (%s)", at.Format("2006-01-02 15:04"), zoneName(at))
	}
	return fmt.Sprintf(form.format, at.Day(), form.months[at.Month()-1], at.Year(), at.Format("15:04"), zoneName(at))
}

// location answers UTC for what is no zone, and for Local, which would be the manager's and not the person's.
func location(zone string) *time.Location {
	if zone == "" || zone == "Local" {
		return time.UTC
	}
	found, err := time.LoadLocation(zone)
	if err != nil {
		return time.UTC
	}
	return found
}

// zoneName names the zone and how far it is from UTC at that time, which tells the two hours apart that summer time repeats.
func zoneName(at time.Time) string {
	if at.Location() == time.UTC {
		return "UTC"
	}
	_, seconds := at.Zone()
	sign := '+'
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	offset := fmt.Sprintf("%s, UTC%c%d", at.Location(), sign, seconds/3600)
	if minutes := seconds / 60 % 60; minutes != 0 {
		offset += fmt.Sprintf(":%02d", minutes)
	}
	return offset
}
