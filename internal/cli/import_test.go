// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/roster-dev/roster/internal/cli"
	"github.com/roster-dev/roster/internal/manifest"
)

const team = "First name;Last name;E-mail;User;Position;Phone;Department;Role;Channels;Shoe size\n" +
	"Basalt;Heron;basalt@example.com;basalt.heron;Agent;+1 (555) 010-0200;sales, social;worker;chat|phone;42\n" +
	"\n" +
	"\"Quartz \"\"Q\"\"\";Lark;quartz@example.com;Quartz.Lark;Lead;0015550100201;;MANAGER;;44\n"

func importOf(t *testing.T, csv string, args ...string) result {
	t.Helper()
	return run(t, csv, append([]string{"import", "-"}, args...)...)
}

func TestATableBecomesOperators(t *testing.T) {
	t.Parallel()
	first := importOf(t, team, "--tenant", "north", "-n", "acme")
	if first.code != cli.ExitYes || first.stderr != "note: the column \"Shoe size\" is passed over: it holds no field that is known\n" {
		t.Errorf("a table: %+v; expected manifests, and a note on the column that is none", first)
	}
	compareKept(t, "import", first.stdout)
	for reason, same := range map[string]struct {
		csv  string
		args []string
	}{
		"a byte order mark":      {"\uFEFF" + team, nil},
		"lines of Windows":       {strings.ReplaceAll(team, "\n", "\r\n"), nil},
		"a line about delimiter": {"sep=;\n" + team, nil},
		"tabs":                   {strings.ReplaceAll(team, ";", "\t"), nil},
		"commas":                 {strings.ReplaceAll(strings.ReplaceAll(team, "sales, social", "sales|social"), ";", ","), nil},
		"headings of others": {
			strings.NewReplacer("E-mail", "Kontakt", "First name", "Name").Replace(team), []string{"--column", "email=kontakt", "--column", "givenName=Name"},
		},
	} {
		got := importOf(t, same.csv, append(same.args, "--tenant", "north", "-n", "acme")...)
		if got != first {
			t.Errorf("%s: %+v; expected the same manifests as without", reason, got)
		}
	}
	path := filepath.Join(t.TempDir(), "columns.yaml")
	must(t, os.WriteFile(path, []byte("email: Kontakt\n"), 0o600))
	if got := importOf(t, strings.Replace(team, "E-mail", "Kontakt", 1), "--columns", path, "--tenant", "north", "-n", "acme"); got != first {
		t.Errorf("a file of columns: %+v; expected the same manifests", got)
	}
	read := filepath.Join(t.TempDir(), "read.yaml")
	must(t, os.WriteFile(read, []byte(first.stdout), 0o600))
	objects, err := manifest.Source{Paths: []string{read}}.Read()
	if err != nil || len(objects.Operators) != 2 {
		t.Errorf("what is written should be read as two Operators, got %v", err)
	}
}

func TestBadRowsAreToldAndNothingIsWritten(t *testing.T) {
	t.Parallel()
	const head = "userName,givenName,familyName,email"
	good := "\nheron,Basalt,Heron,heron@example.com"
	beside := []string{"-f", "testdata/company.yaml"}
	for name, tc := range map[string]struct {
		reason, csv string
		args        []string
		code        int
		want        []string
	}{
		"empty":               {"everybody has an e-mail address", head + "\nheron,Basalt,Heron," + good, nil, 1, []string{`stdin:2: column "email": it is empty, and everybody needs one: it holds email`}},
		"short row":           {"a row may end early, and lacks what it lacks", head + "\nheron,Basalt" + good[1:], nil, 1, []string{`stdin:2: `}},
		"schema":              {"the schema judges a cell", head + "\nheron!,Basalt,Heron,heron@example.com", nil, 1, []string{`stdin:2: column "userName": spec.userName: Invalid value: "heron!": must be a login`}},
		"schema of mail":      {"each bad cell has a line", head + "\nheron!,Basalt,Heron,heron", nil, 1, []string{`stdin:2: column "userName"`, `stdin:2: column "email": spec.profile.email: Invalid value: "heron": must be an e-mail address`}},
		"role":                {"a word that is none", head + ",role\nheron,Basalt,Heron,heron@example.com,boss", []string{"--tenant", "north"}, 1, []string{`stdin:2: column "role": spec.tenants[0].role: Unsupported value: "boss"`}},
		"active":              {"neither yes nor no", head + ",active\nheron,Basalt,Heron,heron@example.com,perhaps", nil, 1, []string{`stdin:2: column "active": "perhaps" is neither yes nor no`}},
		"no tenant":           {"a role is one in a tenant", head + ",role\nheron,Basalt,Heron,heron@example.com,worker", nil, 1, []string{`stdin:2: column "role": it says what somebody is in a tenant, and no tenant is named: add a column tenant, or --tenant`}},
		"rule":                {"the rules judge a row", head + ",tenant,team\nheron,Basalt,Heron,heron@example.com,north,anna", nil, 1, []string{`stdin:2: column "team": spec.tenants[0].team: Forbidden: only the role Manager has a team`}},
		"held":                {"what other manifests demand is judged, too", head + ",tenant\nheron,Basalt,Heron,heron@example.com,east", beside, 1, []string{`stdin:2: `, `profile`}},
		"twice":               {"of two rows the second is told", head + good + "\nHERON,Quartz,Lark,quartz@example.com", nil, 1, []string{`stdin:3: column "userName": line 2 has this user name already`}},
		"mail twice":          {"addresses are compared in lower case", head + good + "\nlark,Quartz,Lark,Heron@example.com", nil, 1, []string{`stdin:3: column "email": line 2 has this e-mail address already`}},
		"name twice":          {"names made of user names may be the same", head + "\na.b,Basalt,Heron,a@example.com\na-b,Quartz,Lark,b@example.com", nil, 1, []string{`stdin:3: column "userName": line 2 has this object name already`}},
		"there already":       {"the manifests there are count", head + "\nanna.a,Basalt,Heron,heron@example.com\nlark,Quartz,Lark,Bert@example.com", beside, 1, []string{`stdin:2: column "userName": the Operator "anna" has this user name already`, `stdin:3: column "email": the Operator "bert" has this e-mail address already`}},
		"too many cells":      {"a delimiter within a cell is told", head + "\nheron,Basalt,Heron,heron@example.com,more", nil, 1, []string{`stdin:2: it has 5 cells and there are 4 headings; a cell with a delimiter stands in quotes`}},
		"no column":           {"which headings there are is told", "user,first name,last name,kontakt" + good, nil, 1, []string{`stdin: no column holds email: say which does with --column email=HEADING; there are user, first name, last name, kontakt`}},
		"two columns":         {"which is meant has to be said", head + ",mail" + good + ",x", nil, 1, []string{`stdin: the columns "email" and "mail" both hold email`}},
		"no such heading":     {"the nearest is offered", head + good, []string{"--column", "title=emai"}, 1, []string{`stdin: there is no column "emai" for title; did you mean "email"?`}},
		"no such field":       {"the nearest is offered", head + good, []string{"--column", "emial=email"}, 2, []string{`there is no field "emial" for a column`, `did you mean "email"?`}},
		"no pair":             {"the form is told", head + good, []string{"--column", "email"}, 2, []string{`--column: "email" is not of the form field=heading`}},
		"nothing":             {"what is right is told", "", nil, 3, []string{"stdin: it is empty; a line of headings and a row a person is right"}},
		"another encoding":    {"it is told how to save it", head + "\nheron,Bas\xe1lt,Heron,heron@example.com", nil, 3, []string{"stdin:2: it is no UTF-8: save it as CSV in UTF-8"}},
		"quote without end":   {"the line is told", head + "\nheron,\"Basalt,Heron,heron@example.com", nil, 3, []string{"stdin:2: it is no CSV", "quotes"}},
		"cell without bounds": {"a cell is bounded", head + "\nheron," + strings.Repeat("a", 5000) + ",Heron,x", nil, 3, []string{"stdin:2: cell 2 has more than 4096 characters"}},
		"rows without bounds": {"rows are bounded", head + strings.Repeat(good, 20_001), nil, 3, []string{"it has more than 20000 rows"}},
		"many problems":       {"the first are told and the rest is counted", head + strings.Repeat("\nx!,,,", 30), nil, 1, []string{"and 99 more"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := filepath.Join(t.TempDir(), "out")
			got := importOf(t, tc.csv, append(tc.args, "--output-folder", folder)...)
			if got.code != tc.code || got.stdout != "" {
				t.Errorf("%s: exit code %d and stdout %q; expected %d and nothing", tc.reason, got.code, got.stdout, tc.code)
			}
			for _, want := range tc.want {
				if !strings.Contains(got.stderr, want) {
					t.Errorf("%s: stderr should say %q, got\n%s", tc.reason, want, got.stderr)
				}
			}
			if _, err := os.Stat(folder); err == nil {
				t.Errorf("%s: there is a folder; expected that nothing is written", tc.reason)
			}
		})
	}
}

func TestWhoNamesWhatIsNotThereIsToldSo(t *testing.T) {
	t.Parallel()
	csv := "userName,givenName,familyName,email,tenant,groups\nheron,Basalt,Heron,heron@example.com,north,nowhere\n"
	got := importOf(t, csv, "-f", "testdata/company.yaml")
	if want := "note: Group \"nowhere\" is in none of the manifests: what names it has no effect until it is there\n"; got.code != cli.ExitYes || got.stderr != want {
		t.Errorf("a group that is not there: %+v; expected manifests, and a note", got)
	}
	if !strings.Contains(got.stdout, "namespace: acme\n") {
		t.Errorf("the company should be that of the manifests, got\n%s", got.stdout)
	}
}

// FuzzImport: whatever a table holds, either it is told what is wrong and nothing is written, or what is written is read again. What else runs in
// the program makes nearly every input look new, so fuzz with -fuzzminimizetime 5x.
func FuzzImport(f *testing.F) {
	f.Add(team)
	f.Add("\uFEFFuserName,givenName,familyName,email,tenant,role,groups,team,channels,permissions,active\na,b,c,d@e.fg,h,manager,i,j,chat,ViewEmails,no\n")
	f.Add("sep=|\nuser|first name|surname|mail\n\"a\"\"\"|b|c|d@e.fg\n")
	f.Add("user;user;mail\n;;\n")
	f.Add("login,given,family,mail,name,phone,locale,tz,sso,nickname,kubernetesUser\na,b,c,d@e.fg,n-1,00420 123,cs,Europe/Prague,corp,B,k\n")
	f.Fuzz(func(t *testing.T, csv string) { importAnything(t, csv) })
}

// TestWhateverATableHolds: the same as FuzzImport, of tables that are nearly right.
func TestWhateverATableHolds(t *testing.T) {
	t.Parallel()
	cells := rapid.OneOf(rapid.SampledFrom([]string{
		"", "heron", "HERON", "Basalt", "heron@example.com", "x!", "north", "manager", "a|b", "chat,phone", "yes", "perhaps", "\"", "\"a;b\"", "\"a\nb\"", "+1 555",
		"\xff", "\x00", "\uFEFF", "sep=;", "---", "{}", "\u2028", "K", strings.Repeat("é", 200),
	}), rapid.String())
	headings := rapid.OneOf(rapid.SampledFrom([]string{"user", "first name", "last name", "mail", "tenant", "role", "groups", "team", "channels", "active", "sso", "phone", "Operator"}), cells)
	rapid.Check(t, func(t *rapid.T) {
		delimiter := rapid.SampledFrom([]string{",", ";", "\t"}).Draw(t, "delimiter")
		var csv strings.Builder
		csv.WriteString(strings.Join(append([]string{"user", "first name", "last name", "mail"}[:rapid.SampledFrom([]int{4, 4, 4, 3}).Draw(t, "usual")],
			rapid.SliceOfN(headings, 0, 6).Draw(t, "headings")...), delimiter))
		for i, row := range rapid.SliceOfN(rapid.SliceOfN(cells, 0, 4), 0, 4).Draw(t, "rows") {
			person := []string{fmt.Sprint("heron-", i), "Basalt", "Heron", fmt.Sprintf("heron-%d@example.com", i)}
			if place := rapid.IntRange(0, 12).Draw(t, "place"); place < len(person) {
				person[place] = cells.Draw(t, "cell")
			}
			csv.WriteString("\n" + strings.Join(append(person, row...), delimiter))
		}
		importAnything(t, csv.String())
	})
}

// failing is a test of any kind.
type failing interface {
	Fatalf(format string, arguments ...any)
}

func importAnything(t failing, csv string) {
	var out, complaint strings.Builder
	code := cli.Main(context.Background(), []string{"rosterctl", "import", "-", "-n", "acme", "--tenant", "north"}, cli.Build{}, strings.NewReader(csv), &out, &complaint)
	if code != cli.ExitYes {
		if out.Len() > 0 || complaint.Len() == 0 {
			t.Fatalf("exit code %d with stdout %q and stderr %q; expected nothing to be written, and to be told why", code, out.String(), complaint.String())
		}
		return
	}
	objects, err := manifest.Source{Paths: []string{"-"}, Stdin: strings.NewReader(out.String())}.Read()
	if err != nil || len(objects.Operators) != strings.Count(out.String(), "kind: Operator\n") {
		t.Fatalf("what is written should be read again: %v\n%s", err, out.String())
	}
}

// BenchmarkImport: a whole contact centre at once.
func BenchmarkImport(b *testing.B) {
	var csv strings.Builder
	csv.WriteString("userName,givenName,familyName,email\n")
	for i := range 1000 {
		fmt.Fprintf(&csv, "user-%d,G,F,user-%d@example.com\n", i, i)
	}
	for b.Loop() {
		var out, complaint strings.Builder
		if code := cli.Main(b.Context(), []string{"rosterctl", "import", "-"}, cli.Build{}, strings.NewReader(csv.String()), &out, &complaint); code != cli.ExitYes {
			b.Fatal(complaint.String())
		}
	}
}
