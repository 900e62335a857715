// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package testkit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/roster-dev/roster/api/v1alpha1"
)

const (
	servedPoll    = 20 * time.Millisecond
	servedTimeout = 30 * time.Second
)

// ControlPlane is an API server with its etcd and our CRDs, and where asked a controller manager. It starts once, with
// the first use, and is safe for parallel tests.
type ControlPlane struct {
	withControllerManager bool
	withFinalizerPolicy   bool
	kept                  string

	once       sync.Once
	failure    error
	server     *envtest.Environment
	atEnd      []func()
	kubeconfig string
	direct     client.WithWatch
	manager    *controllerManager
}

// Option changes what a control plane consists of.
type Option func(*ControlPlane)

// WithControllerManager adds a kube-controller-manager with the namespace and garbage-collector controllers, so that
// deleting a namespace or an owner deletes what belongs to it.
func WithControllerManager() Option {
	return func(c *ControlPlane) { c.withControllerManager = true }
}

// WithFinalizerPolicy adds the MutatingAdmissionPolicy of config/finalizer-policy and waits until it acts.
func WithFinalizerPolicy() Option {
	return func(c *ControlPlane) { c.withFinalizerPolicy = true }
}

// NewControlPlane describes a control plane; nothing is started yet.
func NewControlPlane(options ...Option) *ControlPlane {
	plane := &ControlPlane{}
	for _, apply := range options {
		apply(plane)
	}
	return plane
}

// AtEnd has something done after the tests of a package, before the control plane is stopped.
func (c *ControlPlane) AtEnd(do func()) { c.atEnd = append(c.atEnd, do) }

// Keep has etcd keep its data in a folder, and go on with what is there. It is to be said before the first use.
func (c *ControlPlane) Keep(folder string) error {
	if c.server != nil {
		return errors.New("the control plane has started: run the one test that keeps its data alone")
	}
	c.kept = folder
	return nil
}

// Main runs the tests of a package and stops the control plane after them, if one of them started it. It is to be the
// last thing TestMain does.
func (c *ControlPlane) Main(m *testing.M) {
	code := m.Run()
	for _, end := range c.atEnd {
		end()
	}
	if err := c.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// Start starts the control plane unless that was done before, and returns what went wrong when it was. The programs are
// those of hack/controlplane/build.sh, which builds them where there are none.
func (c *ControlPlane) Start() error {
	c.once.Do(func() { c.failure = c.start() })
	return c.failure
}

// Stop stops what Start started.
func (c *ControlPlane) Stop() error {
	if c.server == nil {
		return nil
	}
	var failures []error
	if c.manager != nil {
		failures = append(failures, c.manager.stop())
	}
	if err := c.server.Stop(); err != nil {
		failures = append(failures, fmt.Errorf("the control plane did not stop: %w", err))
	}
	if err := os.RemoveAll(filepath.Dir(c.kubeconfig)); c.kubeconfig != "" && err != nil {
		failures = append(failures, fmt.Errorf("the kubeconfig was not removed: %w", err))
	}
	return errors.Join(failures...)
}

// Config returns a copy of the administrator's client configuration; the caller may change it.
func (c *ControlPlane) Config(t testing.TB) *rest.Config {
	t.Helper()
	c.mustStart(t)
	return rest.CopyConfig(c.server.Config)
}

// Client returns an administrator's client that reads the API server, not a cache. It knows our kinds and Kubernetes'
// own.
func (c *ControlPlane) Client(t testing.TB) client.WithWatch {
	t.Helper()
	c.mustStart(t)
	return c.direct
}

// Kubeconfig returns the path of a file with the administrator's configuration, for programs.
func (c *ControlPlane) Kubeconfig(t testing.TB) string {
	t.Helper()
	c.mustStart(t)
	return c.kubeconfig
}

// Namespace creates a namespace for the test and returns its name. It is left behind when the test ends: without a
// controller manager nothing could empty it, and the whole control plane goes soon after.
func (c *ControlPlane) Namespace(t testing.TB) string {
	t.Helper()
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: namespacePrefix(t.Name())}}
	if err := c.Client(t).Create(t.Context(), namespace); err != nil {
		t.Fatalf("a namespace for the test could not be created: %v", err)
	}
	return namespace.Name
}

// Scheme returns a new scheme with our kinds and Kubernetes' own.
func Scheme() *runtime.Scheme {
	scheme := runtime.NewScheme()
	utilruntime.Must(clientgoscheme.AddToScheme(scheme))
	utilruntime.Must(v1alpha1.AddToScheme(scheme))
	return scheme
}

// Root returns the folder of the module's go.mod, found from the working directory upwards.
func Root() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("the working directory is unknown: %w", err)
	}
	for folder := start; ; folder = filepath.Dir(folder) {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder, nil
		}
		if folder == filepath.Dir(folder) {
			return "", fmt.Errorf("no go.mod in %s or above it: run the test inside the module", start)
		}
	}
}

func (c *ControlPlane) mustStart(t testing.TB) {
	t.Helper()
	if err := c.Start(); err != nil {
		t.Fatalf("this test needs a control plane, which did not start: %v", err)
	}
}

func (c *ControlPlane) start() error {
	root, err := Root()
	if err != nil {
		return err
	}
	programs, err := programs(root)
	if err != nil {
		return err
	}
	c.server = &envtest.Environment{
		BinaryAssetsDirectory: programs,
		CRDDirectoryPaths:     []string{filepath.Join(root, "config", "crd", "bases")},
		ErrorIfCRDPathMissing: true,
	}
	if c.kept != "" {
		c.server.ControlPlane.Etcd = &envtest.Etcd{DataDir: c.kept}
	}
	config, err := c.server.Start()
	if err != nil {
		return fmt.Errorf("the API server of %s did not start with the CRDs of config/crd/bases: %w", programs, err)
	}
	if c.direct, err = client.NewWithWatch(config, client.Options{Scheme: Scheme()}); err != nil {
		return fmt.Errorf("no client could be made: %w", err)
	}
	if c.kubeconfig, err = writeKubeconfig(c.server); err != nil {
		return err
	}
	if err := waitUntilServed(context.Background(), c.direct); err != nil {
		return err
	}
	return c.startExtras(context.Background(), root, programs)
}

// waitUntilServed returns once every kind of ours can be listed: an API server may announce a kind before it serves it.
func waitUntilServed(ctx context.Context, c client.Client) error {
	lists := []client.ObjectList{&v1alpha1.TenantList{}, &v1alpha1.OperatorList{}, &v1alpha1.GroupList{}, &v1alpha1.ChannelPolicyList{}}
	var refusal error
	err := wait.PollUntilContextTimeout(ctx, servedPoll, servedTimeout, true, func(ctx context.Context) (bool, error) {
		refusal = nil
		for _, list := range lists {
			refusal = errors.Join(refusal, c.List(ctx, list, client.Limit(1)))
		}
		return refusal == nil, nil
	})
	if err != nil {
		return fmt.Errorf("the API server should serve our kinds within %s: %w", servedTimeout, errors.Join(err, refusal))
	}
	return nil
}

func (c *ControlPlane) startExtras(ctx context.Context, root, programs string) error {
	if c.withFinalizerPolicy {
		if err := applyFinalizerPolicy(ctx, c.direct, root); err != nil {
			return err
		}
	}
	if !c.withControllerManager {
		return nil
	}
	var err error
	c.manager, err = startControllerManager(ctx, c.direct, programs, c.kubeconfig)
	return err
}

// programs returns the folder of the control plane's programs; the script builds what is missing and says so.
func programs(root string) (string, error) {
	script := exec.Command(filepath.Join(root, "hack", "controlplane", "build.sh"))
	script.Stderr = os.Stderr
	folder, err := script.Output()
	if err != nil {
		return "", fmt.Errorf("hack/controlplane/build.sh found or built no control plane: %w", err)
	}
	return strings.TrimSpace(string(folder)), nil
}

func writeKubeconfig(server *envtest.Environment) (string, error) {
	folder, err := os.MkdirTemp("", "roster-controlplane-")
	if err != nil {
		return "", fmt.Errorf("no folder for the kubeconfig: %w", err)
	}
	path := filepath.Join(folder, "kubeconfig")
	if err := os.WriteFile(path, server.KubeConfig, 0o600); err != nil {
		return "", fmt.Errorf("the kubeconfig was not written: %w", err)
	}
	return path, nil
}

var notOfNames = regexp.MustCompile(`[^a-z0-9]+`)

func namespacePrefix(test string) string {
	name := strings.Trim(notOfNames.ReplaceAllString(strings.ToLower(test), "-"), "-")
	const longest = 40
	if len(name) > longest {
		name = name[:longest]
	}
	return strings.Trim(name, "-") + "-"
}
