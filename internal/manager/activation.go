// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package manager

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	netmail "net/mail"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/cache"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/certwatcher"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/controllers"
	"github.com/roster-dev/roster/internal/activation"
	"github.com/roster-dev/roster/internal/authentication"
	"github.com/roster-dev/roster/internal/mail"
	"github.com/roster-dev/roster/internal/page"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/store"
)

// accountsLook is how often it is looked for accounts that changed.
const accountsLook = 2 * time.Second

// accounts is what a manager does for people's accounts.
type accounts struct {
	options Options
	key     activation.Key
	service *activation.Service
	mailer  *mail.Mailer
	// changed is that an account was changed by this manager.
	changed chan struct{}
	log     logr.Logger
}

// newAccounts is nil where this manager sees to no accounts. The error is one sentence for whoever started it.
func newAccounts(options Options, identities store.Store, log logr.Logger) (*accounts, error) {
	if !options.Activation.on() {
		return nil, nil //nolint:nilnil // there is none, and that is no error
	}
	key, err := activation.ReadKey(options.Activation.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("activation.keyFile: %w", err)
	}
	cost, err := options.Passwords.cost()
	if err != nil {
		return nil, fmt.Errorf("passwords: %w", err)
	}
	hasher, err := activation.NewHasher(cost, options.Passwords.Concurrency)
	if err != nil {
		return nil, fmt.Errorf("passwords: %w", err)
	}
	mailer, err := options.Mail.mailer()
	if err != nil {
		return nil, err
	}
	a := &accounts{options: options, key: key, mailer: mailer, changed: make(chan struct{}, 1), log: log.WithName("accounts")}
	a.service = activation.New(identities.Accounts(), activation.Options{
		Key: key, Hasher: hasher, ResetValidFor: options.Activation.ResetValidFor.Duration, Domain: a.domain(),
		Changed: func(roster.PersonKey) { a.poke() }, Audit: a.log, Now: time.Now,
	})
	return a, nil
}

// domain is that of the IDs of mails: the sender's.
func (a *accounts) domain() string {
	if from, err := netmail.ParseAddress(a.options.Mail.From); err == nil {
		if _, domain, found := strings.Cut(from.Address, "@"); found {
			return domain
		}
	}
	return "localhost"
}

func (a *accounts) poke() {
	select {
	case a.changed <- struct{}{}:
	default:
	}
}

// shared is what the controllers need of it.
func (a *accounts) shared(secrets client.Reader) *controllers.Activation {
	if a == nil {
		return nil
	}
	is := &controllers.Activation{
		Invite: func(now time.Time, validFor time.Duration) roster.Invitation {
			return a.key.Invitation(now, validFor, a.domain(), "")
		},
		Hash: func(ctx context.Context, password string) (string, error) {
			if err := activation.CheckGiven(password); err != nil {
				return "", err
			}
			return a.service.Hasher.Hash(ctx, password)
		},
	}
	if a.options.Activation.InitialPasswords {
		is.Secrets = secrets
	}
	return is
}

// add has a manager see to accounts.
func (a *accounts) add(ctx context.Context, mgr ctrl.Manager, shared *controllers.Shared, identities store.Store) error {
	if a == nil {
		return nil
	}
	pages, err := a.pages()
	if err != nil {
		return err
	}
	platforms, err := a.platforms()
	if err != nil {
		return err
	}
	return errors.Join(
		mgr.Add(leading(func(ctx context.Context) error { return a.service.SendAll(ctx, a.send) })),
		mgr.Add(leading(func(ctx context.Context) error { return a.watch(ctx, shared, identities.Accounts()) })),
		mgr.Add(everywhere(a.service.Run)),
		mgr.Add(everywhere(pages.serve)),
		mgr.Add(everywhere(platforms.serve)),
		a.watchSecrets(ctx, mgr, shared),
		registerOnce(a.service),
	)
}

// leading is what the manager that holds the lease does, and everywhere what every replica does.
type (
	leading    func(context.Context) error
	everywhere func(context.Context) error
)

// Start implements manager.Runnable.
func (l leading) Start(ctx context.Context) error { return l(ctx) }

// NeedLeaderElection implements manager.LeaderElectionRunnable.
func (leading) NeedLeaderElection() bool { return true }

// Start implements manager.Runnable.
func (e everywhere) Start(ctx context.Context) error { return e(ctx) }

// NeedLeaderElection implements manager.LeaderElectionRunnable.
func (everywhere) NeedLeaderElection() bool { return false }

// sendWithin bounds one mail, the wait for its turn included.
const sendWithin = 2 * time.Minute

// send mails one link.
func (a *accounts) send(ctx context.Context, l activation.Letter) *activation.Unsent {
	ctx, cancel := context.WithTimeout(ctx, sendWithin)
	defer cancel()
	profile := l.User.Profile
	err := a.mailer.Send(ctx, mail.Letter{
		ID: l.Link.MessageID, To: l.Link.Email, Name: strings.TrimSpace(profile.GivenName + " " + profile.FamilyName), UserName: l.User.UserName,
		Company: l.User.Company, Tenant: l.Home.Tenant, TenantName: l.TenantName, Locale: l.Locale, TimeZone: l.User.TimeZone,
		Purpose: mail.Purpose(l.Link.Purpose), Link: strings.TrimRight(a.options.Activation.PageURL, "/") + "/activate/" + l.Token, Expires: l.Expires,
	})
	if err == nil {
		return nil
	}
	var known *mail.Error
	if !errors.As(err, &known) {
		return &activation.Unsent{Reason: string(mail.Unreachable)}
	}
	a.log.Info("A link could not be mailed", "company", l.User.Company, "person", l.ID, "reason", known.Reason, "cause", known.Error())
	return &activation.Unsent{Reason: string(known.Reason), Permanent: known.Permanent}
}

// overlap is how far back it is looked again: a transaction may take so long from its time to its commit.
const overlap = 15 * time.Second

// watch tells the controllers of accounts that changed, whichever replica changed them, until ctx ends. The first look is at all.
func (a *accounts) watch(ctx context.Context, shared *controllers.Shared, in store.Accounts) error {
	ticker := time.NewTicker(accountsLook)
	defer ticker.Stop()
	var since time.Time
	for {
		latest := since
		err := in.Changed(ctx, since, func(is store.Holder) error {
			shared.Account(is)
			if at := is.Changed.Add(-overlap); at.After(latest) {
				latest = at
			}
			return nil
		})
		if err == nil {
			since = latest
		}
		select {
		case <-ctx.Done():
			return nil
		case <-a.changed:
		case <-ticker.C:
		}
	}
}

// watchSecrets wakes people whose first password is in a Secret that changed.
func (a *accounts) watchSecrets(ctx context.Context, mgr ctrl.Manager, shared *controllers.Shared) error {
	if !a.options.Activation.InitialPasswords {
		return nil
	}
	informer, err := mgr.GetCache().GetInformer(ctx, &corev1.Secret{})
	if err != nil {
		return fmt.Errorf("watch Secrets with first passwords: %w", err)
	}
	told := func(object any) {
		if gone, is := object.(cache.DeletedFinalStateUnknown); is {
			object = gone.Obj
		}
		if secret, is := object.(*corev1.Secret); is {
			shared.SecretChanged(secret.Namespace, secret.Name)
		}
	}
	_, err = informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: told, UpdateFunc: func(_, after any) { told(after) }, DeleteFunc: told,
	})
	return err
}

// listening is an HTTP server on an address, with the certificate of a folder where one is named.
type listening struct {
	server  *http.Server
	address string
	folder  string
	clients *x509.CertPool
}

func (a *accounts) pages() (listening, error) {
	proxies, err := a.options.Activation.proxies()
	if err != nil {
		return listening{}, err
	}
	log := a.log.WithName("pages")
	handler, err := page.New(a.service, page.Options{BaseURL: a.options.Activation.PageURL, TrustedProxies: proxies, Log: log})
	if err != nil {
		return listening{}, fmt.Errorf("activation.pageURL: %w", err)
	}
	return listening{server: page.NewServer(handler, log), address: a.options.Activation.BindAddress, folder: a.options.Activation.CertificateFolder}, nil
}

func (a *accounts) platforms() (listening, error) {
	o := a.options.Authentication
	handler := authentication.New(authentication.Handler{Authenticator: a.service, TokenFile: o.TokenFile, Log: a.log.WithName("platforms")})
	l := listening{
		server:  &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 20 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10},
		address: o.BindAddress, folder: o.CertificateFolder,
	}
	if o.ClientCAFile == "" {
		return l, nil
	}
	signers, err := os.ReadFile(o.ClientCAFile)
	if err != nil {
		return l, fmt.Errorf("authentication.clientCAFile: %w", err)
	}
	l.clients = x509.NewCertPool()
	if !l.clients.AppendCertsFromPEM(signers) {
		return l, fmt.Errorf("authentication.clientCAFile %s holds no certificate in PEM", o.ClientCAFile)
	}
	return l, nil
}

// serve answers until ctx ends, and lets go whoever is being answered.
func (l listening) serve(ctx context.Context) error {
	if l.address == "0" {
		return nil
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", l.address)
	if err != nil {
		return fmt.Errorf("serve at %s: %w", l.address, err)
	}
	if l.folder != "" {
		certificate, err := certwatcher.New(filepath.Join(l.folder, "tls.crt"), filepath.Join(l.folder, "tls.key"))
		if err != nil {
			return fmt.Errorf("serve at %s: %w", l.address, errors.Join(err, listener.Close()))
		}
		go func() { _ = certificate.Start(ctx) }()
		config := &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: certificate.GetCertificate, NextProtos: []string{"h2", "http/1.1"}}
		if l.clients != nil {
			config.ClientCAs, config.ClientAuth = l.clients, tls.VerifyClientCertIfGiven
		}
		listener = tls.NewListener(listener, config)
	}
	ended := make(chan error, 1)
	go func() { ended <- l.server.Serve(listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve at %s: %w", l.address, err)
	case <-ctx.Done():
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		return l.server.Shutdown(stopping)
	}
}
