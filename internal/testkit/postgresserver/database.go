// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package postgresserver

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
)

var shared struct {
	once    sync.Once
	server  *Server
	failure error
}

// Main runs the tests of a package and then stops the server they shared, if one of them asked for it. It is to be the
// last thing TestMain does.
func Main(m *testing.M) {
	code := m.Run()
	if shared.server != nil {
		if err := shared.server.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = max(code, 1)
		}
	}
	os.Exit(code)
}

// Shared is the server that the tests of a package share. It starts with the first use; Main stops it. Without a server on
// this machine the test is skipped, or fails where the environment requires one.
func Shared(t testing.TB) *Server {
	t.Helper()
	shared.once.Do(func() { shared.server, shared.failure = Start() })
	must(t, shared.failure)
	return shared.server
}

// Own is a server for one test, to kill and restart; it is stopped with the test.
func Own(t testing.TB, options ...Option) *Server {
	t.Helper()
	server, err := Start(options...)
	must(t, err)
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	return server
}

func must(t testing.TB, failure error) {
	t.Helper()
	if failure == nil {
		return
	}
	if errors.Is(failure, ErrNoServer) && os.Getenv(Require) != "require" {
		t.Skip(failure)
	}
	t.Fatal(failure)
}

// serial numbers databases.
var serial atomic.Int64

// Database makes an empty database for a test and answers its name. It stays until the server goes.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	return s.copyOf(t, "template1")
}

// Copy makes a database for a test that is a copy of a template, and answers its name. The template is made at first use:
// fill is given the name of an empty database, and leaves no connection to it behind.
func (s *Server) Copy(t testing.TB, template string, fill func(t testing.TB, database string)) string {
	t.Helper()
	s.templates.Lock()
	defer s.templates.Unlock()
	if !s.made[template] {
		s.Run(t, "postgres", "CREATE DATABASE "+pgx.Identifier{template}.Sanitize())
		fill(t, template)
		s.made[template] = true
	}
	return s.copyOf(t, template)
}

func (s *Server) copyOf(t testing.TB, template string) string {
	t.Helper()
	name := fmt.Sprint("test", serial.Add(1))
	s.Run(t, "postgres", "CREATE DATABASE "+name+" TEMPLATE "+pgx.Identifier{template}.Sanitize())
	return name
}

// URL is that of a database for a role, without TLS unless the parameters, such as "sslmode=require", say so.
func (s *Server) URL(role, database string, parameters ...string) string {
	if len(parameters) == 0 {
		parameters = []string{"sslmode=disable"}
	}
	at := url.URL{Scheme: "postgres", User: url.User(role), Host: s.Address(), Path: "/" + database, RawQuery: strings.Join(parameters, "&")}
	return at.String()
}

// Connect is a connection of the administrator to a database; it is closed with the test.
func (s *Server) Connect(t testing.TB, database string) *pgx.Conn {
	t.Helper()
	connection, err := pgx.Connect(context.Background(), s.URL(Administrator, database))
	if err != nil {
		t.Fatalf("connect to the test server: %v", err)
	}
	t.Cleanup(func() { _ = connection.Close(context.Background()) })
	return connection
}

// Run runs statements in a database, as the administrator.
func (s *Server) Run(t testing.TB, database, statements string) {
	t.Helper()
	if err := s.Execute(context.Background(), database, statements); err != nil {
		t.Fatalf("%.200s: %v", statements, err)
	}
}

// Execute runs statements in a database, as the administrator.
func (s *Server) Execute(ctx context.Context, database, statements string) error {
	connection, err := pgx.Connect(ctx, s.URL(Administrator, database))
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close(context.WithoutCancel(ctx)) }()
	_, err = connection.PgConn().Exec(ctx, statements).ReadAll()
	return err
}

// Dump is a database as statements that make it again in an empty one: those of pg_dump.
func (s *Server) Dump(t testing.TB, database string) string {
	t.Helper()
	dump, err := s.command("pg_dump", "--inserts", "--no-owner", "--no-privileges", "--dbname", s.URL(Administrator, database)).Output()
	if err != nil {
		t.Fatalf("pg_dump: %v", err)
	}
	// Besides statements there are comments, and commands of psql.
	return regexp.MustCompile(`(?m)^(--.*|\\.*|)\n`).ReplaceAllString(string(dump), "")
}
