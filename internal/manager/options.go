// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package manager

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	kubeconfig "sigs.k8s.io/controller-runtime/pkg/client/config"

	"github.com/roster-dev/roster/controllers"
	"github.com/roster-dev/roster/internal/activation"
	"github.com/roster-dev/roster/internal/lifecycle"
)

// Options are what the manager is told: by the keys of its configuration file, and by flags of the same meaning, which win.
type Options struct {
	// Installation marks the records this manager writes: a DNS label, unique among the managers of one store. Required.
	Installation string `json:"installation"`
	// Store is the URL of the identity store, such as sqlite:///var/lib/roster/roster.db. Required.
	Store string `json:"store"`
	// Namespace is the one company the manager keeps; default all namespaces.
	Namespace      string         `json:"namespace"`
	LeaderElection LeaderElection `json:"leaderElection"`
	Metrics        Metrics        `json:"metrics"`
	Health         Health         `json:"health"`
	Webhook        Webhook        `json:"webhook"`
	// Concurrency is how many objects of each kind are reconciled at once; default 16.
	Concurrency int     `json:"concurrency"`
	KubeAPI     KubeAPI `json:"kubeAPI"`
	// StallAfter is how long an object may wait for another before it is reported as stalled; default 2m.
	StallAfter metav1.Duration `json:"stallAfter"`
	// CountWindow is how often the counts in a status may change; default 5s.
	CountWindow metav1.Duration `json:"countWindow"`
	// SweepInterval is the time from the end of one look at every record of the store, for what other programs changed there, to the
	// next; default 10m. 0s looks only where the store tells of a change.
	SweepInterval metav1.Duration `json:"sweepInterval"`
	// OffboardAfter is how long an object has to be missing, without having been deleted by way of a manager, before sweeps offboard what
	// it left in the store; default 15m.
	OffboardAfter  metav1.Duration `json:"offboardAfter"`
	Activation     Activation      `json:"activation"`
	Mail           Mail            `json:"mail"`
	Passwords      Passwords       `json:"passwords"`
	Authentication Authentication  `json:"authentication"`
	Log            Log             `json:"log"`
}

// LeaderElection says how replicas agree on the one that reconciles.
type LeaderElection struct {
	// Enabled makes the manager wait for the lease before it reconciles; default true.
	Enabled bool `json:"enabled"`
	// Namespace holds the lease; default the namespace the manager runs in.
	Namespace string `json:"namespace"`
}

// Metrics says where metrics are served.
type Metrics struct {
	// BindAddress is host and port; "0" serves none. Default :8443.
	BindAddress string `json:"bindAddress"`
	// Secure serves TLS and asks the API server who reads and whether they may; default true.
	Secure bool `json:"secure"`
}

// Health says where health and readiness are served.
type Health struct {
	// BindAddress is host and port; "0" serves none. Default :8081.
	BindAddress string `json:"bindAddress"`
}

// Webhook says how the manager answers API servers that ask whether an object of ours may be changed.
type Webhook struct {
	// BindAddress is host and port; "0" answers nobody, and then nothing makes API servers ask. Default :9443.
	BindAddress string `json:"bindAddress"`
	// Configuration is the name of the ValidatingWebhookConfiguration by which they ask; default roster-admission. Managers that share a
	// cluster need different ones.
	Configuration string `json:"configuration"`
	// Namespace holds the Service and the Secret; default that of the service account the manager runs as.
	Namespace string `json:"namespace"`
	// Service is the name of the Service by which they reach the manager; default roster-webhook.
	Service string `json:"service"`
	// URL is where they reach the manager instead, such as https://192.0.2.1:9443; default by the Service.
	URL string `json:"url"`
	// Secret is the name of the Secret in which replicas share what signs their certificates; default roster-webhook. "0" keeps it in
	// memory, which is enough for a manager that has no replica.
	Secret string `json:"secret"`
	// CertificateFolder holds tls.crt, tls.key and ca.crt that somebody else makes and renews; default none, and the manager does.
	CertificateFolder string `json:"certificateFolder"`
}

// served tells whether API servers are answered at all.
func (w Webhook) served() bool { return w.BindAddress != "0" }

// KubeAPI bounds the requests to the API server.
type KubeAPI struct {
	// QPS is requests a second; default 500. The API server's own fairness protects it from more.
	QPS float32 `json:"qps"`
	// Burst is requests at once; default 1000.
	Burst int `json:"burst"`
}

// Log says how the manager logs, to standard error.
type Log struct {
	// Level is debug, info, warn or error; default info.
	Level string `json:"level"`
	// Format is json or text; default json.
	Format string `json:"format"`
}

// Defaults are the options of a manager that is told nothing.
func Defaults() Options {
	return Options{
		LeaderElection: LeaderElection{Enabled: true},
		Metrics:        Metrics{BindAddress: ":8443", Secure: true},
		Health:         Health{BindAddress: ":8081"},
		Webhook:        Webhook{BindAddress: ":9443", Configuration: "roster-admission", Service: "roster-webhook", Secret: "roster-webhook"},
		Concurrency:    16,
		KubeAPI:        KubeAPI{QPS: 500, Burst: 1000},
		StallAfter:     metav1.Duration{Duration: lifecycle.DefaultStallAfter},
		CountWindow:    metav1.Duration{Duration: controllers.DefaultCountWindow},
		SweepInterval:  metav1.Duration{Duration: controllers.DefaultSweepInterval},
		OffboardAfter:  metav1.Duration{Duration: controllers.DefaultOffboardAfter},
		Activation:     Activation{BindAddress: ":8444", ResetValidFor: metav1.Duration{Duration: time.Hour}},
		Mail:           Mail{TLS: "StartTLS", PerMinute: 60},
		Passwords: Passwords{
			Memory: int(activation.DefaultCost.Memory), Iterations: int(activation.DefaultCost.Iterations), Parallelism: int(activation.DefaultCost.Parallelism),
			Concurrency: 4,
		},
		Authentication: Authentication{BindAddress: "0"},
		Log:            Log{Level: "info", Format: "json"},
	}
}

// Parse reads options from flags and from the configuration file one of them names. It returns flag.ErrHelp after printing the
// usage to output when that is asked for; any other error is one sentence that names the flag or key, and prints nothing.
func Parse(args []string, output io.Writer) (Options, error) {
	var configPath string
	first := Defaults()
	if err := parse(flags(&first, &configPath), args, output); err != nil {
		return Options{}, err
	}
	options := Defaults()
	if configPath != "" {
		if err := options.load(configPath); err != nil {
			return Options{}, err
		}
	}
	set := flags(&options, &configPath)
	if err := parse(set, args, output); err != nil {
		return Options{}, err
	}
	if set.NArg() > 0 {
		return Options{}, fmt.Errorf("unexpected argument %q; the manager takes flags, or \"store\" and a command for it first", set.Arg(0))
	}
	if err := options.validate(); err != nil {
		return Options{}, err
	}
	return options, nil
}

// parse prints the usage where it is asked for, and not beside every error.
func parse(set *flag.FlagSet, args []string, output io.Writer) error {
	err := set.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		set.SetOutput(output)
		set.Usage()
	}
	return err
}

// flags are the manager's flags over options; what options holds already is their default.
func flags(o *Options, configPath *string) *flag.FlagSet {
	set := flag.NewFlagSet("manager", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	kubeconfig.RegisterFlags(set)
	set.StringVar(configPath, "config", *configPath, "`file` with the configuration; flags win over its keys")
	set.StringVar(&o.Installation, "installation", o.Installation, "`name` that marks the records of this manager; required")
	set.StringVar(&o.Store, "store", o.Store, "`URL` of the identity store, such as sqlite:///var/lib/roster/roster.db; required")
	set.StringVar(&o.Namespace, "namespace", o.Namespace, "the one `namespace` to keep; default all")
	set.BoolVar(&o.LeaderElection.Enabled, "leader-elect", o.LeaderElection.Enabled, "wait for the lease before reconciling")
	set.StringVar(&o.LeaderElection.Namespace, "leader-election-namespace", o.LeaderElection.Namespace, "`namespace` of the lease; default the manager's own")
	set.StringVar(&o.Metrics.BindAddress, "metrics-bind-address", o.Metrics.BindAddress, "`address` that serves metrics; 0 for none")
	set.BoolVar(&o.Metrics.Secure, "metrics-secure", o.Metrics.Secure, "serve metrics over TLS, to whom the API server allows")
	set.StringVar(&o.Health.BindAddress, "health-bind-address", o.Health.BindAddress, "`address` that serves /healthz and /readyz; 0 for none")
	o.Webhook.flags(set)
	set.IntVar(&o.Concurrency, "concurrency", o.Concurrency, "`objects` of each kind that are reconciled at once")
	set.Func("kube-api-qps", fmt.Sprintf("`requests` a second to the API server (default %g)", o.KubeAPI.QPS), func(s string) error {
		qps, err := strconv.ParseFloat(s, 32)
		if err != nil {
			return errors.New("it takes a number")
		}
		o.KubeAPI.QPS = float32(qps)
		return nil
	})
	set.IntVar(&o.KubeAPI.Burst, "kube-api-burst", o.KubeAPI.Burst, "`requests` at once to the API server")
	set.DurationVar(&o.StallAfter.Duration, "stall-after", o.StallAfter.Duration, "`time` an object may wait for another before it is stalled")
	set.DurationVar(&o.CountWindow.Duration, "count-window", o.CountWindow.Duration, "`time` in which the counts of a status change at most once")
	set.DurationVar(&o.SweepInterval.Duration, "sweep-interval", o.SweepInterval.Duration, "`time` between two looks at every record of the store for what others changed; 0 for none")
	set.DurationVar(&o.OffboardAfter.Duration, "offboard-after", o.OffboardAfter.Duration, "`time` that an object must be missing before what it left is offboarded")
	o.Activation.flags(set)
	o.Mail.flags(set)
	o.Passwords.flags(set)
	o.Authentication.flags(set)
	set.StringVar(&o.Log.Level, "log-level", o.Log.Level, "debug, info, warn or error")
	set.StringVar(&o.Log.Format, "log-format", o.Log.Format, "json or text")
	return set
}

func (w *Webhook) flags(set *flag.FlagSet) {
	set.StringVar(&w.BindAddress, "webhook-bind-address", w.BindAddress, "`address` that answers API servers about changes; 0 for none")
	set.StringVar(&w.Configuration, "webhook-configuration", w.Configuration, "`name` of the ValidatingWebhookConfiguration")
	set.StringVar(&w.Namespace, "webhook-namespace", w.Namespace, "`namespace` of the webhook's Service and Secret; default the service account's")
	set.StringVar(&w.Service, "webhook-service", w.Service, "`name` of the Service by which API servers reach the manager")
	set.StringVar(&w.URL, "webhook-url", w.URL, "`URL` by which API servers reach the manager instead of by the Service")
	set.StringVar(&w.Secret, "webhook-secret", w.Secret, "`name` of the Secret in which replicas share what signs their certificates; 0 for memory")
	set.StringVar(&w.CertificateFolder, "webhook-certificate-folder", w.CertificateFolder, "`folder` with tls.crt, tls.key and ca.crt to serve under instead")
}

// longestSweep keeps purges and offboarding, which sweeps begin, within the time that people reckon with.
const longestSweep = 24 * time.Hour

// optionRule is what a value must be, and the sentence for one that is not.
type optionRule struct {
	broken bool
	remedy string
}

func (o *Options) validate() error {
	var level slog.Level
	on := o.Activation.on()
	for _, rule := range append(slices.Concat(o.Webhook.rules(), o.Activation.rules(), o.Mail.rules(on), o.Passwords.rules(), o.Authentication.rules(on)), []optionRule{
		{o.Installation == "", "installation is required: set the key in the configuration file, or --installation, to a name that stays"},
		{len(validation.IsDNS1123Label(o.Installation)) > 0, fmt.Sprintf("installation %q must be a DNS label: lower-case letters, digits and '-', at most 63", o.Installation)},
		{o.Store == "", "store is required: set the key in the configuration file, or --store, to a URL such as sqlite:///var/lib/roster/roster.db"},
		{!maybeLabel(o.Namespace), fmt.Sprintf("namespace %q must be the name of a namespace, or empty for all", o.Namespace)},
		{!maybeLabel(o.LeaderElection.Namespace), fmt.Sprintf("leaderElection.namespace %q must be the name of a namespace, or empty for the manager's own", o.LeaderElection.Namespace)},
		{!address(o.Metrics.BindAddress), fmt.Sprintf("metrics.bindAddress %q must be host:port, such as :8443, or 0 for none", o.Metrics.BindAddress)},
		{!address(o.Health.BindAddress), fmt.Sprintf("health.bindAddress %q must be host:port, such as :8081, or 0 for none", o.Health.BindAddress)},
		{o.Concurrency < 1 || o.Concurrency > 1000, fmt.Sprintf("concurrency %d must be from 1 to 1000", o.Concurrency)},
		{!(o.KubeAPI.QPS > 0 && o.KubeAPI.QPS <= math.MaxFloat32), fmt.Sprintf("kubeAPI.qps %g must be a number above 0", o.KubeAPI.QPS)},
		{o.KubeAPI.Burst < 1, fmt.Sprintf("kubeAPI.burst %d must be at least 1", o.KubeAPI.Burst)},
		{o.StallAfter.Duration <= 0, fmt.Sprintf("stallAfter %s must be more than 0s", o.StallAfter.Duration)},
		{o.CountWindow.Duration <= 0 || o.CountWindow.Duration > time.Hour, fmt.Sprintf("countWindow %s must be more than 0s and at most 1h", o.CountWindow.Duration)},
		{o.SweepInterval.Duration < 0 || o.SweepInterval.Duration > longestSweep, fmt.Sprintf("sweepInterval %s must be from 0s, which is none, to %s", o.SweepInterval.Duration, longestSweep)},
		{o.OffboardAfter.Duration < 0, fmt.Sprintf("offboardAfter %s must not be negative", o.OffboardAfter.Duration)},
		{level.UnmarshalText([]byte(o.Log.Level)) != nil, fmt.Sprintf("log.level %q must be debug, info, warn or error", o.Log.Level)},
		{o.Log.Format != "json" && o.Log.Format != "text", fmt.Sprintf("log.format %q must be json or text", o.Log.Format)},
	}...) {
		if rule.broken {
			return errors.New(rule.remedy)
		}
	}
	return nil
}

func (w Webhook) rules() []optionRule {
	return []optionRule{
		{!address(w.BindAddress) || strings.HasSuffix(w.BindAddress, ":0"), fmt.Sprintf("webhook.bindAddress %q must be host:port, such as :9443, or 0 for none", w.BindAddress)},
		{len(validation.IsDNS1123Subdomain(w.Configuration)) > 0, fmt.Sprintf("webhook.configuration %q must be the name of an object: lower-case letters, digits, '-' and '.'", w.Configuration)},
		{!maybeLabel(w.Namespace), fmt.Sprintf("webhook.namespace %q must be the name of a namespace, or empty for the service account's", w.Namespace)},
		{len(validation.IsDNS1035Label(w.Service)) > 0, fmt.Sprintf("webhook.service %q must be the name of a Service: lower-case letters, digits and '-', at most 63", w.Service)},
		{w.Secret != "0" && len(validation.IsDNS1123Subdomain(w.Secret)) > 0, fmt.Sprintf("webhook.secret %q must be the name of a Secret, or 0 for memory", w.Secret)},
		{w.URL != "" && !webhookURL(w.URL), fmt.Sprintf("webhook.url %q must be https://host:port and no more, or empty for the Service", w.URL)},
	}
}

// webhookURL tells whether an API server would take a URL with our path.
func webhookURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && *u == url.URL{Scheme: "https", Host: u.Host} && u.Hostname() != ""
}

func maybeLabel(name string) bool { return name == "" || len(validation.IsDNS1123Label(name)) == 0 }

// address tells whether something can be served there, as far as that shows before it is tried.
func address(s string) bool {
	if s == "0" {
		return true
	}
	_, port, err := net.SplitHostPort(s)
	if err != nil {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

// handler is where the manager's log goes.
func (l Log) handler(to io.Writer) slog.Handler {
	var level slog.Level
	if level.UnmarshalText([]byte(l.Level)) != nil {
		level = slog.LevelInfo
	}
	options := &slog.HandlerOptions{Level: level}
	if l.Format == "text" {
		return slog.NewTextHandler(to, options)
	}
	return slog.NewJSONHandler(to, options)
}
