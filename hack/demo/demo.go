// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"k8s.io/client-go/tools/clientcmd"

	"github.com/roster-dev/roster/internal/manager"
	"github.com/roster-dev/roster/internal/testkit"
)

const (
	managerNamespace = "roster-system"
	managerUser      = "system:serviceaccount:roster-system:roster-manager"
	allKinds         = "tenants.identity.roster.dev,operators.identity.roster.dev,groups.identity.roster.dev,channelpolicies.identity.roster.dev"
)

// demo is one run: the folder it works in, and how to call kubectl.
type demo struct {
	root, folder string
	kubectl      string
	kubeconfig   string
	// pages and platform are where people's pages are served, and platforms answered.
	pages, platform string
}

func show(ctx context.Context, folder string, exit bool) (err error) {
	d, err := prepare(ctx, folder)
	if err != nil {
		return err
	}
	say("starting etcd, an API server and its controllers")
	plane := testkit.NewControlPlane(testkit.WithControllerManager(), testkit.WithFinalizerPolicy())
	if err := plane.Start(); err != nil {
		return errors.Join(err, plane.Stop())
	}
	defer func() { err = errors.Join(err, plane.Stop()) }()
	if err := d.adopt(plane.KubeconfigPath()); err != nil {
		return err
	}
	if err := d.install(ctx); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- d.runManager(ctx) }()
	defer func() {
		stop()
		err = errors.Join(err, <-ended)
	}()
	if err := d.applySamples(ctx); err != nil {
		return fmt.Errorf("%w; the manager's log is %s", err, d.path("manager.log"))
	}
	if err := errors.Join(d.result(ctx), d.mails(ctx)); err != nil || exit {
		return err
	}
	say("the demo stays up; in another terminal:\n\n  export KUBECONFIG=%s\n  kubectl get roster -A\n\n%s\n\nInterrupt it (Ctrl-C) to stop.", d.kubeconfig, d.login())
	select {
	case <-ctx.Done():
		return nil
	case err := <-ended:
		ended <- nil
		return fmt.Errorf("the manager ended: %w; its log is %s", err, d.path("manager.log"))
	}
}

// prepare finds or builds the programs, and makes an empty folder to work in.
func prepare(ctx context.Context, folder string) (*demo, error) {
	root, err := testkit.Root()
	if err != nil {
		return nil, err
	}
	d := &demo{root: root, folder: folder}
	if !filepath.IsAbs(folder) {
		d.folder = filepath.Join(root, folder)
	}
	var printed bytes.Buffer
	build := exec.CommandContext(ctx, filepath.Join(root, "hack", "controlplane", "build.sh")) //nolint:gosec // a script of this repository
	build.Stdout, build.Stderr = &printed, os.Stderr
	if err := build.Run(); err != nil {
		return nil, fmt.Errorf("building the control plane: %w", err)
	}
	programs := strings.TrimSpace(printed.String())
	if err := os.Setenv("KUBEBUILDER_ASSETS", programs); err != nil {
		return nil, err
	}
	d.kubectl = filepath.Join(programs, "kubectl")
	if _, err := os.Stat(d.kubectl); err != nil {
		if d.kubectl, err = exec.LookPath("kubectl"); err != nil {
			return nil, fmt.Errorf("neither %s nor the PATH holds kubectl: %w", programs, err)
		}
	}
	return d, errors.Join(d.empty(), d.choose())
}

// empty makes the folder, without what the last demo left there.
func (d *demo) empty() error {
	for _, name := range []string{"roster.db", "roster.db-wal", "roster.db-shm", "kubeconfig", "manager.kubeconfig", "manager.log", "mails"} {
		if err := os.RemoveAll(d.path(name)); err != nil {
			return err
		}
	}
	return os.MkdirAll(d.path("mails"), 0o700)
}

// choose makes up what people and platforms reach the manager by.
func (d *demo) choose() (err error) {
	for _, address := range []*string{&d.pages, &d.platform} {
		if *address, err = freeAddress(); err != nil {
			return err
		}
	}
	return errors.Join(
		os.WriteFile(d.path("activation.key"), []byte(rand.Text()+rand.Text()), 0o600),
		os.WriteFile(d.path("platform.token"), []byte(rand.Text()+"\n"), 0o600),
	)
}

func (d *demo) path(name string) string { return filepath.Join(d.folder, name) }

// adopt keeps two copies of the administrator's kubeconfig: one for people, and one that acts with the manager's rights.
func (d *demo) adopt(administrator string) error {
	config, err := clientcmd.LoadFromFile(administrator)
	if err != nil {
		return err
	}
	d.kubeconfig = d.path("kubeconfig")
	if err := clientcmd.WriteToFile(*config, d.kubeconfig); err != nil {
		return err
	}
	for _, user := range config.AuthInfos {
		user.Impersonate = managerUser
		user.ImpersonateGroups = []string{"system:serviceaccounts", "system:serviceaccounts:" + managerNamespace, "system:authenticated"}
	}
	return clientcmd.WriteToFile(*config, d.path("manager.kubeconfig"))
}

// install gives the manager its rights. The CRDs and the finalizer's policy came with the control plane.
func (d *demo) install(ctx context.Context) error {
	if err := d.run(ctx, io.Discard, "create", "namespace", managerNamespace); err != nil {
		return err
	}
	return d.run(ctx, io.Discard, "apply", "-k", filepath.Join(d.root, "config", "rbac"))
}

func (d *demo) runManager(ctx context.Context) error {
	log, err := os.OpenFile(d.path("manager.log"), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	metrics, err := freeAddress()
	if err != nil {
		return err
	}
	webhook, err := freeAddress()
	if err != nil {
		return err
	}
	say("running the manager: log %s, store %s, metrics http://%s/metrics", d.path("manager.log"), d.path("roster.db"), metrics)
	return errors.Join(manager.Main(ctx, []string{
		"--kubeconfig=" + d.path("manager.kubeconfig"),
		"--installation=demo",
		"--store=sqlite://" + d.path("roster.db"),
		"--leader-election-namespace=" + managerNamespace,
		"--metrics-bind-address=" + metrics,
		"--metrics-secure=false",
		"--health-bind-address=0",
		"--webhook-bind-address=" + webhook,
		"--webhook-url=https://" + webhook,
		"--activation-key-file=" + d.path("activation.key"),
		"--page-url=http://" + d.pages,
		"--page-bind-address=" + d.pages,
		"--mail-from=Roster <people@roster.example>",
		"--mail-folder=" + d.path("mails"),
		"--mail-per-minute=6000",
		"--authentication-bind-address=" + d.platform,
		"--authentication-token-file=" + d.path("platform.token"),
		"--log-format=text",
	}, manager.Build{Version: "demo", Commit: "working tree"}, log, log), log.Close())
}

// freeAddress is a loopback address that nothing listens on.
func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return listener.Addr().String(), listener.Close()
}

func (d *demo) applySamples(ctx context.Context) error {
	say("waiting until the API server asks the manager about changes")
	if err := d.run(ctx, io.Discard, "wait", "--for=create", "validatingwebhookconfiguration/roster-admission", "--timeout=60s"); err != nil {
		return err
	}
	say("applying config/samples")
	if err := d.run(ctx, io.Discard, "apply", "-k", filepath.Join(d.root, "config", "samples")); err != nil {
		return err
	}
	say("waiting until every object is Ready")
	return d.run(ctx, io.Discard, "wait", "--for=condition=Ready", allKinds, "--all", "--all-namespaces", "--timeout=120s")
}

// run runs kubectl as the administrator.
func (d *demo) run(ctx context.Context, out io.Writer, args ...string) error {
	var complaint bytes.Buffer
	command := exec.CommandContext(ctx, d.kubectl, append([]string{"--kubeconfig", d.kubeconfig}, args...)...) //nolint:gosec // kubectl, as found by prepare
	command.Stdout, command.Stderr = out, &complaint
	if err := command.Run(); err != nil {
		return fmt.Errorf("kubectl %s: %w\n%s", strings.Join(args, " "), err, complaint.String())
	}
	return nil
}

func say(format string, args ...any) { fmt.Printf("\n==> "+format+"\n", args...) }
