// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package drivers_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/drivers"
)

func TestEveryURLOpensItsStore(t *testing.T) {
	t.Chdir(t.TempDir())
	absolute := filepath.Join(t.TempDir(), "absolute.db")
	for reason, c := range map[string]struct{ url, file string }{
		"in memory":       {"memory://", ""},
		"a relative path": {"sqlite://relative.db", "relative.db"},
		"an absolute one": {"sqlite://" + absolute, absolute},
		"an unusual name": {"sqlite://with space & 100%.db", "with space & 100%.db"},
	} {
		s, err := drivers.Open(c.url)
		if err != nil {
			t.Errorf("%s: %v; expected the store", reason, err)
			continue
		}
		if _, err := s.ID(t.Context()); err != nil {
			t.Errorf("%s: ID: %v", reason, err)
		}
		if err := s.Close(); err != nil {
			t.Errorf("%s: Close: %v", reason, err)
		}
		if c.file == "" {
			continue
		}
		if info, err := os.Stat(c.file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: file %v, %v; expected it to be there and its owner's only", reason, info, err)
		}
	}
}

func TestBadURLIsRefusedInASentence(t *testing.T) {
	for reason, c := range map[string]struct{ url, want string }{
		"nothing":                {"", "the URL of a store begins with one of memory://, postgres://, sqlite://"},
		"a bare path":            {"/var/lib/secret.db", "the URL of a store begins with one of memory://, postgres://, sqlite://"},
		"an unknown store":       {"oracle://me:secret@host/db", `there is no store "oracle"; the URL of a store begins with one of memory://, postgres://, sqlite://`},
		"a slash too few":        {"sqlite:/secret.db", "the URL of a store begins with one of memory://, postgres://, sqlite://"},
		"no file":                {"sqlite://", "the URL of an SQLite store names a file, as in sqlite:///var/lib/roster/roster.db"},
		"a folder":               {"sqlite:///var/secret/", "the URL of an SQLite store names a file, as in sqlite:///var/lib/roster/roster.db"},
		"a user":                 {"sqlite://me:secret@host/x.db", "the URL of an SQLite store is a path and nothing else (no user, no parameters), as in sqlite:///var/lib/roster/roster.db"},
		"parameters":             {"sqlite:///x.db?key=secret", "the URL of an SQLite store is a path and nothing else (no user, no parameters), as in sqlite:///var/lib/roster/roster.db"},
		"a password":             {"postgres://me:secret@host/db", "the URL of a PostgreSQL store may not hold a password, since others can read it: put the password into a file and name that with passwordFile=, or into the environment as PGPASSWORD or PGPASSFILE"},
		"a memory store's name":  {"memory://secret", "a store in memory has no name or parameters; its URL is memory://"},
		"a scheme with a secret": {"me:secret@host", "the URL of a store begins with one of memory://, postgres://, sqlite://"},
	} {
		s, err := drivers.Open(c.url)
		if err == nil || s != nil {
			t.Errorf("%s: opened; expected an error", reason)
			continue
		}
		if err.Error() != c.want {
			t.Errorf("%s: %q; expected %q", reason, err, c.want)
		}
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %q repeats a part of the URL that may be secret", reason, err)
		}
	}
}

func FuzzOpenNeverRepeatsWhatFollowsTheScheme(f *testing.F) {
	f.Add("sqlite://me:SECRET@host/x")
	f.Add("memory://SECRET")
	f.Add("me@host/db?passwordFile=x&sslmode=")
	f.Fuzz(func(t *testing.T, rest string) {
		const secret = "SECRET"
		for _, scheme := range []string{"sqlite", "memory", "postgres", "other"} {
			s, err := drivers.Open(scheme + "://" + rest + secret)
			if err != nil && strings.Contains(err.Error(), secret) {
				t.Errorf("%q repeats what follows the scheme", err)
			}
			if s != nil {
				_ = s.Close()
			}
		}
	})
}

// TestAStoreOpenedToBeReadIsNeitherMadeNorWritten: what there is can be read, and every write is refused by the database itself.
func TestAStoreOpenedToBeReadIsNeitherMadeNorWritten(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "store.db")
	missing, err := drivers.OpenReadOnly("sqlite://" + path)
	if err != nil {
		t.Fatalf("the URL should be right: %v", err)
	}
	defer missing.Close()
	if _, err := missing.ID(t.Context()); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("a store that is not there should be unavailable, got %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Fatal("the store should not be made")
	}
	made, err := drivers.Open("sqlite://" + path)
	if err != nil {
		t.Fatal(err)
	}
	id, err := made.ID(t.Context())
	if err := errors.Join(err, made.Close()); err != nil {
		t.Fatal(err)
	}
	read, err := drivers.OpenReadOnly("sqlite://" + path)
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	if got, err := read.ID(t.Context()); err != nil || got != id {
		t.Errorf("the store should be read, want the ID %s, got %q and %v", id, got, err)
	}
	group := roster.Group{Company: "acme", Tenant: "north", Name: "sales"}
	stamp := store.Stamp{Owner: store.Owner{Installation: "i", Namespace: "acme", Kind: "Group", Name: "sales"}}
	if _, err := read.Groups().Put(t.Context(), group, stamp, store.Terms{}); err == nil {
		t.Error("a write should be refused")
	}
	if _, err := read.Fence(t.Context(), "i"); err == nil {
		t.Error("an epoch should not be begun")
	}
}

func TestAStoreInMemoryHasNothingToRead(t *testing.T) {
	t.Parallel()
	if _, err := drivers.OpenReadOnly("memory://"); err == nil || err.Error() != `there is no store "memory"; the URL of a store begins with one of postgres://, sqlite://` {
		t.Errorf("it should be refused in a sentence, got %v", err)
	}
}
