// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package postgresserver starts PostgreSQL servers for tests: the machine's own programs, in a temporary directory, on
// the loopback address, as a user without rights.
package postgresserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Administrator is the superuser of a server. He needs no password, nor does any other role but Guarded.
const Administrator = "administrator"

// Guarded is the one role that needs its password, from wherever it comes. No role has the name at first.
const Guarded = "guarded"

// startTimeout is how long a server may take until it accepts connections.
const startTimeout = 30 * time.Second

// Server is a PostgreSQL server. It is safe for concurrent use, but for Kill, Restart and Stop.
type Server struct {
	programs  string
	directory string
	port      int
	durable   bool
	identity  identity

	process *exec.Cmd
	ended   chan struct{}
	log     *journal

	templates sync.Mutex
	made      map[string]bool
}

// Option changes what Start starts.
type Option func(*Server)

// Durable lets the server wait for the disk at each commit, as a production server does, so that what it confirmed survives
// the machine's end. Without it a commit survives only the server's end.
func Durable() Option {
	return func(s *Server) { s.durable = true }
}

// Start makes a new server and waits until it accepts connections. An error of the kind ErrNoServer says what to install.
func Start(options ...Option) (*Server, error) {
	programs, err := find()
	if err != nil {
		return nil, err
	}
	who, err := unprivileged()
	if err != nil {
		return nil, err
	}
	directory, err := os.MkdirTemp("", "roster-postgres-")
	if err != nil {
		return nil, fmt.Errorf("make a directory for the test server: %w", err)
	}
	s := &Server{programs: programs, directory: directory, identity: who, log: &journal{}, made: map[string]bool{}}
	for _, apply := range options {
		apply(s)
	}
	if err := s.make(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(directory))
	}
	if err := s.run(); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

// make initialises the directory of the data.
func (s *Server) make() error {
	if err := s.identity.own(s.directory); err != nil {
		return err
	}
	// The order of this locale is not that of bytes, which a store must not mind.
	collations := [][]string{{"--locale-provider=icu", "--icu-locale=en", "--locale=C"}, {"--locale=C"}}
	var failure error
	for _, collation := range collations {
		arguments := append([]string{"--pgdata", s.data(), "--username", Administrator, "--auth=trust", "--encoding=UTF8", "--no-sync"}, collation...)
		said, err := s.command("initdb", arguments...).CombinedOutput()
		if err == nil {
			return s.configure()
		}
		failure = fmt.Errorf("initdb failed (%w):\n%s", err, said)
		if err := os.RemoveAll(s.data()); err != nil {
			return err
		}
	}
	return failure
}

// configure makes certificates, and asks for the password of the guarded role.
func (s *Server) configure() error {
	if err := s.makeCertificates(); err != nil {
		return err
	}
	rules := fmt.Sprintf("host all %s samehost scram-sha-256\nhost all all samehost trust\n", Guarded)
	if err := s.write(filepath.Join(s.data(), "pg_hba.conf"), rules); err != nil {
		return err
	}
	settings := "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\nmax_connections = 200\nssl = on\n" +
		"ssl_cert_file = '" + s.Certificate() + "'\nssl_key_file = '" + filepath.Join(s.directory, "server.key") + "'\n" +
		"shared_buffers = '64MB'\nlc_messages = 'C'\n"
	if !s.durable {
		settings += "fsync = off\nfull_page_writes = off\n"
	}
	return s.write(filepath.Join(s.data(), "postgresql.auto.conf"), settings)
}

func (s *Server) data() string { return filepath.Join(s.directory, "data") }

func (s *Server) command(program string, arguments ...string) *exec.Cmd {
	command := exec.Command(filepath.Join(s.programs, program), arguments...) // #nosec G204 -- a program of PostgreSQL
	command.Dir = s.directory
	command.Env = append(os.Environ(), "LC_ALL=C", "TZ=UTC")
	command.SysProcAttr = s.identity.attributes()
	return command
}

// run starts the server on its port, or on a free one if it has none, and waits until it accepts connections.
func (s *Server) run() error {
	deadline := time.Now().Add(startTimeout)
	for {
		err := s.try(deadline)
		if err == nil {
			return nil
		}
		// A server that was killed leaves what the next one has to wait for, and a free port may be taken meanwhile.
		if time.Now().After(deadline) {
			return fmt.Errorf("the test server did not start: %w\n%s", err, s.log)
		}
		time.Sleep(retryPause)
	}
}

const (
	retryPause = 20 * time.Millisecond
	stopWait   = 10 * time.Second
)

func (s *Server) try(deadline time.Time) error {
	if s.port == 0 {
		port, err := freePort()
		if err != nil {
			return err
		}
		s.port = port
	}
	s.log.reset()
	process := s.command("postgres", "-D", s.data(), "-p", strconv.Itoa(s.port))
	process.Stdout, process.Stderr = s.log, s.log
	if err := process.Start(); err != nil {
		return fmt.Errorf("start postgres: %w", err)
	}
	ended := make(chan struct{})
	s.process, s.ended = process, ended
	go func() {
		_ = process.Wait()
		close(ended)
	}()
	for {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		err := s.Execute(ctx, "postgres", "SELECT 1")
		cancel()
		if err == nil {
			return nil
		}
		select {
		case <-ended:
			return errors.New("postgres ended")
		case <-time.After(retryPause):
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("postgres accepts no connection: %w", err)
		}
	}
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	return port, listener.Close()
}

// Kill ends the server at once, as a crash does. What it had confirmed is there after Restart.
func (s *Server) Kill() error { return s.end(os.Kill) }

// Restart starts the server again on the same port, after Kill or as it runs.
func (s *Server) Restart() error {
	if err := s.Shut(); err != nil {
		return err
	}
	return s.run()
}

// Shut ends the server in order, without waiting for its clients. Nothing happens where it does not run.
func (s *Server) Shut() error { return s.end(os.Interrupt) }

// Stop ends the server and removes all it left.
func (s *Server) Stop() error {
	return errors.Join(s.Shut(), os.RemoveAll(s.directory))
}

func (s *Server) end(signal os.Signal) error {
	if s.process == nil {
		return nil
	}
	if err := s.process.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("end the test server: %w", err)
	}
	select {
	case <-s.ended:
	case <-time.After(stopWait):
		_ = s.process.Process.Kill()
		<-s.ended
	}
	s.process = nil
	return nil
}

// Address is where the server listens: host and port.
func (s *Server) Address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)) }

// Certificate is the path of the server's certificate, for 127.0.0.1, which is of its own making and thus its own authority.
func (s *Server) Certificate() string { return filepath.Join(s.directory, "server.crt") }

// Log is what the server said since it was last started.
func (s *Server) Log() string { return s.log.String() }

// journal is text that one writes while others read it.
type journal struct {
	mutex sync.Mutex
	text  strings.Builder
}

func (j *journal) Write(text []byte) (int, error) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return j.text.Write(text)
}

func (j *journal) String() string {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return j.text.String()
}

func (j *journal) reset() {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	j.text.Reset()
}
