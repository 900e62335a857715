// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package drivers_test

import (
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

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

// look reads a store that is only looked at, and sees that it refuses a write.
func look(t *testing.T, url string) error {
	t.Helper()
	s, err := drivers.OpenToLook(url)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	_, err = s.Companies(t.Context())
	if _, fencing := s.Fence(t.Context(), "test"); err == nil && !errors.Is(fencing, store.ErrUnavailable) {
		t.Errorf("%s: a write: %v; expected ErrUnavailable", url, fencing)
	}
	return err
}

// execute has a statement executed in a database as another program would.
func execute(t *testing.T, file, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

func TestAStoreToLookAtIsLeftAsItIs(t *testing.T) {
	t.Chdir(t.TempDir())
	made, err := drivers.Open("sqlite://ours.db")
	if err == nil {
		_, err = made.ID(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := look(t, "sqlite://ours.db"); err != nil {
		t.Errorf("a store that another program has open: %v; expected that it is read", err)
	}
	if err := made.Close(); err != nil {
		t.Fatal(err)
	}
	if err := look(t, "sqlite://ours.db"); err != nil {
		t.Errorf("a store that nobody has open: %v; expected that it is read", err)
	}
}

func TestWhatIsNoStoreToLookAtIsToldApart(t *testing.T) {
	t.Chdir(t.TempDir())
	execute(t, "other.db", "CREATE TABLE others (id INTEGER)")
	older, err := drivers.Open("sqlite://older.db")
	if err == nil {
		_, err = older.ID(t.Context())
	}
	if err = errors.Join(err, older.Close()); err != nil {
		t.Fatal(err)
	}
	execute(t, "older.db", "DELETE FROM schema_version WHERE version_id = (SELECT MAX(version_id) FROM schema_version)")
	for reason, c := range map[string]struct{ url, want string }{
		"a store in memory":                          {"memory://", "this store ends with the program"},
		"a file that is not there":                   {"sqlite://nowhere.db", "cannot be found"},
		"another program's file":                     {"sqlite://other.db", "it holds no tables of Roster"},
		"a store of another version is not migrated": {"sqlite://older.db", "use the rosterctl of the manager's version"},
	} {
		if err := look(t, c.url); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; expected an error with %q", reason, err, c.want)
		}
	}
	if _, err := os.Stat("nowhere.db"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that was not there: %v; expected that it is not made", err)
	}
}
