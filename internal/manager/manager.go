// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package manager puts the program together: options, scheme, store, cache, controllers, and what it serves.
package manager

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/go-logr/logr"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
	"sigs.k8s.io/controller-runtime/pkg/metrics/filters"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/controllers"
	"github.com/roster-dev/roster/internal/provision"
	"github.com/roster-dev/roster/internal/snapshot"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/store/drivers"
	"github.com/roster-dev/roster/internal/store/observe"
)

// longestPause is how long the store may be back before anything asks whether it is.
const longestPause = 2 * time.Second

// Build says which build this program is.
type Build struct {
	Version, Commit string
}

// Main runs the manager as args say until ctx ends, or a command for its store where they begin with "store". An error is one
// sentence for the person who started it.
func Main(ctx context.Context, args []string, build Build, stdout, stderr io.Writer) error {
	if len(args) > 0 && args[0] == "store" {
		return runStoreCommand(ctx, args[1:], stdout, stderr)
	}
	options, err := Parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	log := logr.FromSlogHandler(options.Log.handler(stderr))
	driver, err := drivers.Open(options.Store)
	if err != nil {
		return fmt.Errorf("store (the key, or --store): %w", err)
	}
	identities := observe.Wrap(driver, observe.Options{LongestPause: longestPause})
	defer func() {
		if err := identities.Close(); err != nil {
			log.Error(err, "closing the identity store")
		}
	}()
	cluster, err := ctrl.GetConfig()
	if err != nil {
		return fmt.Errorf("find the API server (by --kubeconfig, KUBECONFIG, or the pod's service account): %w", err)
	}
	// Not before: the libraries would log what is returned above.
	ctrl.SetLogger(log)
	klog.SetLogger(log)
	if err := metrics.Registry.Register(identities); err != nil {
		return fmt.Errorf("register the metrics of the store: %w", err)
	}
	log.Info("starting", "version", build.Version, "commit", build.Commit, "installation", options.Installation)
	mgr, err := New(ctx, cluster, options, identities, log)
	if err != nil {
		return err
	}
	return mgr.Start(ctx)
}

// New is a manager that keeps a store equal to what the objects of a cluster compile to. The store stays the caller's to
// close, once the manager has stopped. The store need not be reachable: the manager serves, says so, and heals.
func New(ctx context.Context, cluster *rest.Config, options Options, identities store.Store, log logr.Logger) (ctrl.Manager, error) {
	scheme, err := Scheme()
	if err != nil {
		return nil, err
	}
	cluster = rest.CopyConfig(cluster)
	cluster.QPS, cluster.Burst = options.KubeAPI.QPS, options.KubeAPI.Burst
	lock, err := newLock(cluster, options.LeaderElection)
	if err != nil {
		return nil, err
	}
	lease, err := leaseOf(cluster, options.LeaderElection, lock)
	if err != nil {
		return nil, err
	}
	mgr, err := ctrl.NewManager(cluster, ctrl.Options{
		Scheme:                              scheme,
		Logger:                              log,
		Cache:                               watch(options),
		Client:                              client.Options{Cache: &client.CacheOptions{EnableReadYourWritesConsistency: new(true)}},
		Metrics:                             serveMetrics(options.Metrics),
		HealthProbeBindAddress:              options.Health.BindAddress,
		LeaderElection:                      options.LeaderElection.Enabled,
		LeaderElectionResourceLockInterface: lock,
		// The lock has a name of its own; this one is for the metric that tells who holds the lease.
		LeaderElectionID:              leaseName,
		LeaderElectionReleaseOnCancel: true,
		// The names are unique by construction; a second manager in one process is a test's.
		Controller: config.Controller{SkipNameValidation: new(true)},
	})
	if err != nil {
		return nil, fmt.Errorf("set up the manager: %w", err)
	}
	directory, err := snapshot.New(ctx, mgr.GetCache())
	if err != nil {
		return nil, err
	}
	accounts, err := newAccounts(options, identities, log)
	if err != nil {
		return nil, err
	}
	identity := provision.NewIdentity(identities)
	shared := &controllers.Shared{
		Directory:    directory,
		Provisioner:  provision.New(identities, identity, provision.NewWriter(identities, options.Installation, lease)),
		Installation: options.Installation,
		Clock:        clock.RealClock{},
		CountWindow:  options.CountWindow.Duration,
		Concurrency:  options.Concurrency,
		StallAfter:   options.StallAfter.Duration,
		Live:         mgr.GetAPIReader(),
		Activation:   accounts.shared(mgr.GetCache()),
	}
	if err := controllers.Setup(mgr, shared); err != nil {
		return nil, err
	}
	return mgr, errors.Join(
		addAdmission(ctx, mgr, options, directory, log),
		accounts.add(ctx, mgr, shared, identities),
		addDriftWatch(mgr, options, shared, identities, log.WithName("drift")),
		mgr.Add(&reach{identity: identity, log: log.WithName("store")}),
		mgr.AddHealthzCheck("ping", healthz.Ping),
		mgr.AddReadyzCheck("ping", healthz.Ping),
	)
}

// Scheme knows the kinds the manager reads and writes.
func Scheme() (*runtime.Scheme, error) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		v1alpha1.AddToScheme, corev1.AddToScheme, eventsv1.AddToScheme, coordinationv1.AddToScheme,
		admissionregistrationv1.AddToScheme, authenticationv1.AddToScheme, authorizationv1.AddToScheme,
	} {
		if err := add(scheme); err != nil {
			return nil, fmt.Errorf("register the kinds of the API: %w", err)
		}
	}
	return scheme, nil
}

// watch is what the cache holds. One namespace is named by a field selector, which the cache turns into a namespaced watch: its
// own option for namespaces hides the informer's indexes.
func watch(o Options) cache.Options {
	options := cache.Options{DefaultTransform: cache.TransformStripManagedFields()}
	if o.Namespace != "" {
		options.DefaultFieldSelector = fields.OneTermEqualSelector("metadata.namespace", o.Namespace)
	}
	if o.Activation.InitialPasswords {
		labelled := labels.SelectorFromSet(labels.Set{controllers.LabelInitialPassword: "true"})
		options.ByObject = map[client.Object]cache.ByObject{&corev1.Secret{}: {Label: labelled}}
	}
	return options
}

func serveMetrics(m Metrics) server.Options {
	serve := server.Options{BindAddress: m.BindAddress, SecureServing: m.Secure}
	if m.Secure {
		serve.FilterProvider = filters.WithAuthenticationAndAuthorization
	}
	return serve
}
