// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package manager

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
	authenticationv1 "k8s.io/api/authentication/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	ctrlmanager "sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
	"sigs.k8s.io/controller-runtime/pkg/webhook"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/roster-dev/roster/internal/snapshot"
	"github.com/roster-dev/roster/internal/webhook/certificate"
	"github.com/roster-dev/roster/internal/webhook/registration"
	"github.com/roster-dev/roster/internal/webhook/requester"
	"github.com/roster-dev/roster/internal/webhook/v1alpha1"
)

// certificates are what the webhook serves under, and what API servers must trust for it.
type certificates interface {
	ctrlmanager.Runnable
	registration.Certificates
	GetCertificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error)
	// Check is an error while there is nothing to serve under.
	Check(request *http.Request) error
}

// addAdmission makes a manager answer API servers about changes, and makes them ask it.
func addAdmission(ctx context.Context, mgr ctrl.Manager, options Options, directory *snapshot.Snapshot, log logr.Logger) error {
	if !options.Webhook.served() {
		log.Info("API servers are not answered about changes, so nothing is enforced as objects are changed")
		return nil
	}
	direct, err := client.NewWithWatch(mgr.GetConfig(), client.Options{HTTPClient: mgr.GetHTTPClient(), Scheme: mgr.GetScheme(), Mapper: mgr.GetRESTMapper()})
	if err != nil {
		return fmt.Errorf("set up a client for admission: %w", err)
	}
	terms, err := termsOf(ctx, direct, options)
	if err != nil {
		return err
	}
	// Each of the two asks the other: what API servers are told to trust, and what they are to be told.
	var enforced *registration.Registration
	served, err := certificatesFor(terms, direct, options.Webhook, func() []byte { return enforced.Published() }, log)
	if err != nil {
		return err
	}
	server, err := newWebhookServer(options.Webhook.BindAddress, served)
	if err != nil {
		return err
	}
	enforced = registration.New(registration.Options{
		Terms: terms, Client: direct, Certificates: served, Elected: mgr.Elected(), Clock: clock.RealClock{}, Log: log.WithName("admission"),
		Serving: func() error { return server.StartedChecker()(nil) },
	})
	known := &whole{cache: mgr.GetCache()}
	server.Register(registration.Path, &admission.Webhook{
		Handler: &v1alpha1.Validator{
			Directory: directory, Desk: requester.NewDesk(direct, directory, clock.RealClock{}), Synced: known.wait,
		},
		// Its own would name the user in each line, which may be somebody's e-mail address.
		LogConstructor: func(_ logr.Logger, request *admission.Request) logr.Logger {
			if request == nil {
				return log.WithName("admission")
			}
			return log.WithName("admission").WithValues("requestID", request.UID)
		},
	})
	return errors.Join(
		mgr.Add(server), mgr.Add(served), mgr.Add(enforced), registerOnce(enforced),
		mgr.AddReadyzCheck("webhook", server.StartedChecker()),
		mgr.AddReadyzCheck("certificate", served.Check),
		mgr.AddReadyzCheck("objects", known.check),
	)
}

// termsOf says how API servers are made to ask. The manager's own user is found out by asking who it is: it is not asked about, so it
// must be nobody else's.
func termsOf(ctx context.Context, direct client.Client, options Options) (registration.Terms, error) {
	review := &authenticationv1.SelfSubjectReview{}
	if err := direct.Create(ctx, review); err != nil {
		return registration.Terms{}, fmt.Errorf("ask the API server as whom the manager runs: %w", err)
	}
	user := review.Status.UserInfo.Username
	namespace, isAccount := strings.CutPrefix(user, "system:serviceaccount:")
	if !isAccount {
		return registration.Terms{}, fmt.Errorf("the manager runs as the user %q: whoever it runs as is never asked about, so it needs a service account "+
			"of its own (or set webhook.bindAddress to 0, and nothing is enforced)", user)
	}
	namespace, _, _ = strings.Cut(namespace, ":")
	if options.Webhook.Namespace != "" {
		namespace = options.Webhook.Namespace
	}
	return registration.Terms{
		Name: options.Webhook.Configuration, Installation: options.Installation, Namespace: options.Namespace, Manager: user,
		Service: types.NamespacedName{Namespace: namespace, Name: options.Webhook.Service}, URL: options.Webhook.URL,
	}, nil
}

// certificatesFor are those of a folder where there is one, else the manager's own.
func certificatesFor(terms registration.Terms, direct client.Client, options Webhook, published func() []byte, log logr.Logger) (certificates, error) {
	if options.CertificateFolder != "" {
		mounted, err := certificate.NewMounted(options.CertificateFolder)
		if err != nil {
			return nil, fmt.Errorf("webhook.certificateFolder %s: %w", options.CertificateFolder, err)
		}
		return mounted, nil
	}
	names := []string{terms.Service.Name + "." + terms.Service.Namespace + ".svc", terms.Service.Name + "." + terms.Service.Namespace + ".svc.cluster.local"}
	if terms.URL != "" {
		at, err := url.Parse(terms.URL)
		if err != nil {
			return nil, fmt.Errorf("webhook.url: %w", err)
		}
		names = []string{at.Hostname()}
	}
	var vault certificate.Vault = &certificate.Memory{}
	if options.Secret != "0" {
		vault = &certificate.Secret{Client: direct, Name: types.NamespacedName{Namespace: terms.Service.Namespace, Name: options.Secret}}
	}
	return certificate.NewKeeper(certificate.Options{
		Vault: vault, Names: names, Published: published, Lifetimes: certificate.DefaultLifetimes(), Clock: clock.RealClock{}, Log: log.WithName("certificate"),
	}), nil
}

func newWebhookServer(bindAddress string, served certificates) (webhook.Server, error) {
	host, text, err := net.SplitHostPort(bindAddress)
	if err != nil {
		return nil, fmt.Errorf("webhook.bindAddress: %w", err)
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("webhook.bindAddress: %w", err)
	}
	return webhook.NewServer(webhook.Options{Host: host, Port: int(port), TLSOpts: []func(*tls.Config){func(config *tls.Config) {
		config.GetCertificate, config.MinVersion = served.GetCertificate, tls.VersionTLS13
	}}}), nil
}

// registerOnce registers a metric; a second manager in one process is a test's, which scrapes none.
func registerOnce(c prometheus.Collector) error {
	err := metrics.Registry.Register(c)
	if _, isSecond := errors.AsType[prometheus.AlreadyRegisteredError](err); isSecond {
		return nil
	}
	return err
}

// whole tells whether the cache holds every object there was when the manager started: before, who is Administrator cannot be told.
type whole struct {
	cache cache.Cache
	is    atomic.Bool
}

// wait waits for it, and is false if ctx ends before.
func (w *whole) wait(ctx context.Context) bool {
	if !w.is.Load() && w.cache.WaitForCacheSync(ctx) {
		w.is.Store(true)
	}
	return w.is.Load()
}

// check is an error while it does not.
func (w *whole) check(request *http.Request) error {
	ctx, cancel := context.WithTimeout(request.Context(), time.Second)
	defer cancel()
	if !w.wait(ctx) {
		return errors.New("not every object is known yet")
	}
	return nil
}
