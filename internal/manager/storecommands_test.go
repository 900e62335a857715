// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package manager_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/roster-dev/roster/internal/manager"
	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/drivers"
	"github.com/roster-dev/roster/internal/store/storetest/faults"
)

// command runs the manager's program with arguments, and answers what it printed.
func command(t *testing.T, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	var out, complaint strings.Builder
	err = manager.Main(t.Context(), args, manager.Build{}, &out, &complaint)
	return out.String(), complaint.String(), err
}

// objects are what a cluster declares, with the digests their statuses remember.
type objects struct {
	records map[string]provision.Record
	digests map[string]string
}

func declared() *objects {
	o := &objects{records: map[string]provision.Record{}, digests: map[string]string{}}
	o.records["tenant"] = provision.Tenant(roster.TenantRecord{Company: "acme", Tenant: "north", Channels: []roster.Channel{roster.Chat}})
	o.records["group"] = provision.Group(roster.Group{Company: "acme", Tenant: "north", Name: "billing"})
	o.records["policy"] = provision.Policy(roster.Policy{Company: "acme", Tenant: "north", Name: "chat", Channels: []roster.Channel{roster.Chat}})
	for i := range 5 {
		o.records[fmt.Sprint("worker-", i)] = provision.Person(worker(i, "Agent"))
	}
	return o
}

func worker(i int, title string) roster.Person {
	name := fmt.Sprint("worker-", i)
	return roster.Person{
		User: roster.User{Company: "acme", UserName: name, Active: true, CredentialMode: roster.ActivationLink,
			Profile: roster.Profile{Email: name + "@example.com", Title: title}},
		Memberships: []roster.Membership{{Tenant: "north", Active: true, Role: roster.Worker}},
		Grants:      []roster.Grant{{Tenant: "north", Channel: roster.Chat, Online: true, Causes: []roster.Cause{{Kind: roster.CauseDirect}}}},
	}
}

// pass is what a manager does that starts over a store: it looks at every object. It answers the calls that reached the store.
func (o *objects) pass(t *testing.T, url string) faults.Counts {
	t.Helper()
	s, err := drivers.Open(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	counted := faults.Wrap(s)
	p := provision.New(counted, provision.NewIdentity(counted), provision.NewWriter(counted, "test", nil))
	for name, record := range o.records {
		owner := store.Owner{Installation: "test", Namespace: "acme", Kind: "Object", Name: name}
		outcome, err := p.Ensure(t.Context(), provision.Claim{Stamp: store.Stamp{Owner: owner, UID: "uid", Generation: 1}, Synced: o.digests[name]}, record)
		if err != nil {
			t.Fatalf("a pass over %s: %v", name, err)
		}
		o.digests[name] = outcome.Digest
	}
	return counted.Counts()
}

func newURL(t *testing.T) string {
	t.Helper()
	return "sqlite://" + filepath.Join(t.TempDir(), "roster.db")
}

func TestAManagerOverACopyFindsNothingToDo(t *testing.T) {
	from, to, o := newURL(t), newURL(t), declared()
	if first := o.pass(t, from); first.Changed != len(o.records) {
		t.Fatalf("the first pass: %+v; expected a write for each of %d objects", first, len(o.records))
	}
	stdout, _, err := command(t, "store", "copy", "--from="+from, "--to="+to)
	if err != nil {
		t.Fatalf("store copy: %v", err)
	}
	for _, line := range []string{`(?m)^users +5$`, `(?m)^grants +5$`, `(?m)^tenants +1$`, `(?m)^writer_epochs +1$`, `\ncopied 20 rows: give the managers the URL of the copy; .*\n$`} {
		if !regexp.MustCompile(line).MatchString(stdout) {
			t.Errorf("store copy prints\n%s\nexpected a line like %s", stdout, line)
		}
	}
	if after := o.pass(t, to); after != (faults.Counts{}) {
		t.Errorf("the first pass over the copy: %+v; expected no call, since it is the store the digests speak of", after)
	}
	o.records["worker-3"] = provision.Person(worker(3, "Lead"))
	if after := o.pass(t, to); after.Changed != 1 || after.Puts != 1 || after.Fences != 1 {
		t.Errorf("a pass with one change: %+v; expected one write, in an epoch of its own", after)
	}
}

func TestAManagerOverARestoredStoreWritesWhatTheBackupLacks(t *testing.T) {
	url, o := newURL(t), declared()
	o.pass(t, url)
	backup := newURL(t)
	dump(t, url, backup)
	o.records["worker-3"] = provision.Person(worker(3, "Lead"))
	o.records["worker-new"] = provision.Person(worker(9, "Agent"))
	o.pass(t, url)

	if believed := o.pass(t, backup); believed != (faults.Counts{}) {
		t.Fatalf("a pass over a backup by the ID of the store: %+v; expected that nothing is compared, which is what the command is for", believed)
	}
	stdout, _, err := command(t, "store", "restored", "--store="+backup)
	if err != nil || !strings.HasPrefix(stdout, "the store has a new ID, ") || strings.Count(stdout, "\n") != 1 {
		t.Errorf("store restored prints %q (%v); expected one line with the new ID", stdout, err)
	}
	if healed := o.pass(t, backup); healed.Puts != len(o.records) || healed.Changed != 2 {
		t.Errorf("the first pass after that: %+v; expected each of %d records to be compared once, and the two that differ to be written", healed, len(o.records))
	}
	if again := o.pass(t, backup); again != (faults.Counts{}) {
		t.Errorf("the next pass: %+v; expected no call", again)
	}
}

// dump makes a backup as docs/backup.md shows.
func dump(t *testing.T, from, to string) {
	t.Helper()
	db, err := sql.Open("sqlite", strings.TrimPrefix(from, "sqlite://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(t.Context(), "VACUUM INTO ?", strings.TrimPrefix(to, "sqlite://")); err != nil {
		t.Fatalf("VACUUM INTO: %v", err)
	}
}

func TestAStoreCommandThatCannotBeDoneIsOneSentence(t *testing.T) {
	full := newURL(t)
	declared().pass(t, full)
	for _, tc := range []struct {
		reason, want string
		args         []string
	}{
		{"the commands are named", `"store" is followed by a command: copy, list, release or restored`, nil},
		{"the commands are named", `there is no command "store move"; there are "store copy", "store list", "store release" and "store restored"`, []string{"move"}},
		{"what is required is asked for", "--from is required", []string{"copy", "--to=" + full}},
		{"what is required is asked for", "--to is required", []string{"copy", "--from=" + full}},
		{"what is required is asked for", "--store is required", []string{"restored"}},
		{"a flag is named", "-form", []string{"copy", "--form=x"}},
		{"an argument is named", `unexpected argument "now"; "manager store restored" takes flags only`, []string{"restored", "--store=" + full, "now"}},
		{"the flag is named, and no secret told", `--to: there is no store "mysql"`, []string{"copy", "--from=" + full, "--to=mysql://robot:hunter2@db/x"}},
		{"a store in memory is none to copy", "--from: this store ends with the program", []string{"copy", "--from=memory://", "--to=" + full}},
		{"a store in memory holds no copy", "the store to copy to is no database", []string{"copy", "--from=" + full, "--to=memory://"}},
		{"a store in memory is not restored", "--store: this store ends with the program", []string{"restored", "--store=memory://"}},
		{"nothing is overwritten", "the store to copy to holds something already; an empty one is right", []string{"copy", "--from=" + full, "--to=" + full}},
		{"a wrong URL is noticed", "it holds nothing; see that its URL is right", []string{"copy", "--from=" + newURL(t), "--to=" + newURL(t)}},
		{"a wrong URL is noticed", "see that its URL is right", []string{"restored", "--store=" + newURL(t)}},
		{"what is required is asked for", "--installation is required", []string{"list", "--store=" + full}},
		{"what is required is asked for", "--store is required", []string{"list", "--installation=test"}},
		{"a wrong URL is noticed", "see that its URL is right", []string{"list", "--installation=test", "--store=" + newURL(t)}},
		{"what is required is asked for", "--namespace is required", []string{"release", "--installation=test", "--store=" + full, "--people=1"}},
		{"what is required is asked for", "--people is required", []string{"release", "--installation=test", "--store=" + full, "--namespace=acme"}},
		{"who counted otherwise did not see all", `in company "acme" 0 would lose what they keep, not 3: nobody was let go`, []string{"release", "--installation=test", "--store=" + full, "--namespace=acme", "--people=3"}},
		{"a store that is away is named", "/nowhere", []string{"restored", "--store=sqlite:///nowhere/roster.db"}},
	} {
		stdout, stderr, err := command(t, append([]string{"store"}, tc.args...)...)
		if err == nil || !strings.Contains(err.Error(), tc.want) || strings.ContainsAny(err.Error(), "\n") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: store %v: %v; expected one line with %q, and no secret", tc.reason, tc.args, err, tc.want)
		}
		if stdout+stderr != "" {
			t.Errorf("%s: store %v prints %q; expected nothing but the error", tc.reason, tc.args, stdout+stderr)
		}
	}
}

func TestAStoreCommandTellsItsFlags(t *testing.T) {
	for name, flag := range map[string]string{"copy": "-from", "restored": "-store", "list": "-installation", "release": "-people"} {
		_, stderr, err := command(t, "store", name, "--help")
		if err != nil || !strings.Contains(stderr, "manager store "+name) || !strings.Contains(stderr, flag) {
			t.Errorf("store %s --help prints %q (%v); expected its flags and no error", name, stderr, err)
		}
	}
}
