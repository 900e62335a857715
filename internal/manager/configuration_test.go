// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package manager

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/roster-dev/roster/internal/testkit"
)

// required are the flags without which nothing starts.
var required = []string{"--installation=one", "--store=memory://"}

func configFile(t testing.TB, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// parseFile parses a configuration file and nothing else but flags.
func parseFile(t testing.TB, content string, flags ...string) (Options, error) {
	t.Helper()
	return Parse(append([]string{"--config=" + configFile(t, content)}, flags...), io.Discard)
}

func TestOptionsAreDefaultsThenKeysThenFlags(t *testing.T) {
	asked := func(change func(*Options)) Options {
		o := Defaults()
		o.Installation, o.Store = "one", "memory://"
		change(&o)
		return o
	}
	whole := `
installation: two
store: sqlite:///data/roster.db
namespace: acme
leaderElection: {enabled: false, namespace: systems}
metrics: {bindAddress: "0", secure: false}
health: {bindAddress: "127.0.0.1:9000"}
webhook: {bindAddress: "127.0.0.1:9001", configuration: acme, namespace: systems, service: door, url: "https://192.0.2.1:9001", secret: "0", certificateFolder: /run/tls}
concurrency: 3
kubeAPI: {qps: 7.5, burst: 9}
stallAfter: 1m30s
countWindow: 250ms
sweepInterval: 3m
offboardAfter: 4m
activation: {keyFile: /run/key, pageURL: "https://people.example.com", bindAddress: ":9002", certificateFolder: /run/page, trustedProxies: 10.0.0.0/8, resetValidFor: 2h, initialPasswords: true}
mail: {from: "people@example.com", replyTo: desk@example.com, host: mail.example.com, port: 2525, tls: TLS, caFile: /run/ca, username: roster, passwordFile: /run/password, templates: /run/texts, perMinute: 5}
passwords: {memory: 1024, iterations: 2, parallelism: 3, concurrency: 7}
authentication: {bindAddress: ":9003", certificateFolder: /run/platform, tokenFile: /run/tokens, clientCAFile: /run/clients}
log: {level: debug, format: text}
`
	fromKeys := Options{
		Installation:   "two",
		Store:          "sqlite:///data/roster.db",
		Namespace:      "acme",
		LeaderElection: LeaderElection{Namespace: "systems"},
		Metrics:        Metrics{BindAddress: "0"},
		Health:         Health{BindAddress: "127.0.0.1:9000"},
		Webhook: Webhook{
			BindAddress: "127.0.0.1:9001", Configuration: "acme", Namespace: "systems", Service: "door", URL: "https://192.0.2.1:9001", Secret: "0", CertificateFolder: "/run/tls",
		},
		Concurrency:   3,
		KubeAPI:       KubeAPI{QPS: 7.5, Burst: 9},
		StallAfter:    metav1.Duration{Duration: 90 * time.Second},
		CountWindow:   metav1.Duration{Duration: 250 * time.Millisecond},
		SweepInterval: metav1.Duration{Duration: 3 * time.Minute},
		OffboardAfter: metav1.Duration{Duration: 4 * time.Minute},
		Activation: Activation{
			KeyFile: "/run/key", PageURL: "https://people.example.com", BindAddress: ":9002", CertificateFolder: "/run/page", TrustedProxies: "10.0.0.0/8",
			ResetValidFor: metav1.Duration{Duration: 2 * time.Hour}, InitialPasswords: true,
		},
		Mail: Mail{
			From: "people@example.com", ReplyTo: "desk@example.com", Host: "mail.example.com", Port: 2525, TLS: "TLS", CAFile: "/run/ca", Username: "roster",
			PasswordFile: "/run/password", Templates: "/run/texts", PerMinute: 5,
		},
		Passwords:      Passwords{Memory: 1024, Iterations: 2, Parallelism: 3, Concurrency: 7},
		Authentication: Authentication{BindAddress: ":9003", CertificateFolder: "/run/platform", TokenFile: "/run/tokens", ClientCAFile: "/run/clients"},
		Log:            Log{Level: "debug", Format: "text"},
	}
	for name, tc := range map[string]struct {
		reason string
		file   string
		flags  []string
		want   Options
	}{
		"nothing but what is required": {
			reason: "everything else has a default", flags: required, want: asked(func(*Options) {}),
		},
		"every key": {reason: "a key is read where it stands", file: whole, want: fromKeys},
		"an empty file": {
			reason: "it says nothing", file: "# nothing yet\n", flags: required, want: asked(func(*Options) {}),
		},
		"a comment in a document of its own": {
			reason: "one document says something", file: "# about\n---\nconcurrency: 2\n---\n", flags: required,
			want: asked(func(o *Options) { o.Concurrency = 2 }),
		},
		"a section without keys": {
			reason: "it says nothing", file: "metrics:\nlog: {}\n", flags: required, want: asked(func(*Options) {}),
		},
		"one key of a section": {
			reason: "its neighbours keep their defaults", file: "metrics: {secure: false}", flags: required,
			want: asked(func(o *Options) { o.Metrics.Secure = false }),
		},
		"a flag and its key": {
			reason: "the flag wins, also where it says what the default is", file: whole,
			flags: []string{"--installation=one", "--concurrency=16", "--leader-elect", "--kube-api-qps=500", "--log-level=info"},
			want: func() Options {
				o := fromKeys
				o.Installation, o.Concurrency, o.LeaderElection.Enabled, o.KubeAPI.QPS, o.Log.Level = "one", 16, true, 500, "info"
				return o
			}(),
		},
	} {
		t.Run(name, func(t *testing.T) {
			flags := tc.flags
			if tc.file != "" {
				flags = append([]string{"--config=" + configFile(t, tc.file)}, tc.flags...)
			}
			got, err := Parse(flags, io.Discard)
			if err != nil {
				t.Fatalf("%s: it should be accepted, got %v", tc.reason, err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

func TestWhatIsWrongWithTheFileIsOneSentence(t *testing.T) {
	for name, tc := range map[string]struct{ reason, file, want string }{
		"unknown key":             {"it is named, with all there are", "instalation: x", `unknown key "instalation"; the keys are installation, store, namespace, leaderElection.enabled,`},
		"unknown key in section":  {"it is named with its section", "metrics: {bindAdress: x}", `unknown key "metrics.bindAdress"`},
		"other case":              {"a key is written in one way", "Installation: x", `unknown key "Installation"`},
		"dotted key":              {"a section is no prefix", "metrics.secure: false", `unknown key "metrics.secure"`},
		"list for text":           {"the key is named", "installation: [x]", `key "installation" takes text, not a value of type array`},
		"yes for text":            {"YAML reads y as a truth", "store: y", `key "store" takes text, not a value of type bool`},
		"text for a number":       {"the key is named", "concurrency: ten", `key "concurrency" takes a whole number, not a value of type string`},
		"fraction":                {"half an object is not reconciled", "concurrency: 1.5", `key "concurrency" takes a whole number, not a value of type number 1.5`},
		"out of range":            {"it does not fit", "kubeAPI: {qps: 1e99}", `key "kubeAPI.qps" takes a number`},
		"not a number":            {"YAML has it, and it is no number of requests", "kubeAPI: {qps: .nan}", "no valid YAML"},
		"text for a truth":        {"the key is named with its section", "leaderElection: {enabled: maybe}", `key "leaderElection.enabled" takes true or false`},
		"value for a section":     {"a section holds keys", "metrics: 3", `key "metrics" takes keys of its own`},
		"number for a duration":   {"a duration has a unit", "stallAfter: 5", `key "stallAfter" takes text, not a value of type number`},
		"nonsense for a duration": {"the key is named", "countWindow: soon", `key "countWindow": time: invalid duration "soon"`},
		"a list":                  {"a configuration is no list", "- installation", "it must hold keys and their values"},
		"a word":                  {"a configuration is no word", "installation", "it must hold keys and their values"},
		"bad YAML":                {"the parser says where", "a: [", "it is no valid YAML"},
		"tab":                     {"the parser says why", "\tinstallation: x", "it is no valid YAML"},
		"duplicate key":           {"one of them would be lost", "installation: a\ninstallation: b", `key "installation" already set`},
		"two documents":           {"the second would be lost", "installation: a\n---\nconcurrency: 3", "more than one YAML document"},
		"endless":                 {"an anchor that holds itself has no end", "a: &a [*a]", "it is no valid YAML"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseFile(t, tc.file, required...)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Fatalf("%s: the error should say %q, got %v", tc.reason, tc.want, err)
			}
			if !strings.HasPrefix(err.Error(), "configuration /") || strings.Contains(err.Error(), "\n") {
				t.Errorf("the error should be one line that names the file, got %q", err)
			}
		})
	}
}

func TestAFileThatCannotBeReadIsNamed(t *testing.T) {
	for name, path := range map[string]string{
		"absent":   filepath.Join(t.TempDir(), "absent.yaml"),
		"a folder": t.TempDir(),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse(append([]string{"--config=" + path}, required...), io.Discard)
			if err == nil || !strings.Contains(err.Error(), "read the configuration") || !strings.Contains(err.Error(), path) {
				t.Errorf("the error should name the file %s, got %v", path, err)
			}
		})
	}
}

func TestWhatIsWrongWithAValueNamesItAndWhatWouldBeRight(t *testing.T) {
	for name, tc := range map[string]struct {
		reason string
		args   []string
		want   string
	}{
		"nothing":                {"a stamp must not be made up", nil, "installation is required"},
		"no store":               {"there is no default store", []string{"--installation=x"}, "store is required"},
		"no installation":        {"both ways to say it are named", []string{"--store=memory://"}, "--installation"},
		"installation":           {"it becomes part of keys", []string{"--installation=Not A Label"}, `installation "Not A Label" must be a DNS label`},
		"long installation":      {"a label has 63 characters", []string{"--installation=" + strings.Repeat("x", 64)}, "at most 63"},
		"namespace":              {"no namespace has such a name", []string{"--namespace=A_b"}, `namespace "A_b" must be the name of a namespace`},
		"lease namespace":        {"no namespace has such a name", []string{"--leader-election-namespace=a.b"}, `leaderElection.namespace "a.b" must be`},
		"metrics address":        {"it has no port", []string{"--metrics-bind-address=localhost"}, `metrics.bindAddress "localhost" must be host:port`},
		"no metrics address":     {"empty would be a port nobody chose", []string{"--metrics-bind-address="}, `metrics.bindAddress "" must be`},
		"health address":         {"there is no such port", []string{"--health-bind-address=:70000"}, `health.bindAddress ":70000" must be host:port`},
		"webhook address":        {"it has no port", []string{"--webhook-bind-address=localhost"}, `webhook.bindAddress "localhost" must be host:port`},
		"any webhook port":       {"API servers must know it", []string{"--webhook-bind-address=:0"}, `webhook.bindAddress ":0" must be host:port`},
		"no configuration":       {"admission would be asked for by nobody", []string{"--webhook-configuration="}, `webhook.configuration "" must be the name of an object`},
		"webhook namespace":      {"no namespace has such a name", []string{"--webhook-namespace=A_b"}, `webhook.namespace "A_b" must be the name of a namespace`},
		"webhook service":        {"no Service has such a name", []string{"--webhook-service=a.b"}, `webhook.service "a.b" must be the name of a Service`},
		"webhook secret":         {"empty is no memory", []string{"--webhook-secret="}, `webhook.secret "" must be the name of a Secret, or 0`},
		"webhook URL":            {"API servers speak TLS", []string{"--webhook-url=http://x:1"}, `webhook.url "http://x:1" must be https://host:port`},
		"webhook path":           {"the path is the manager's", []string{"--webhook-url=https://x:1/admit"}, `webhook.url "https://x:1/admit" must be https://host:port and no more`},
		"webhook without host":   {"nobody is there", []string{"--webhook-url=https://:1"}, `webhook.url "https://:1" must be https://host:port`},
		"no concurrency":         {"nothing would be reconciled", []string{"--concurrency=0"}, "concurrency 0 must be from 1 to 1000"},
		"much concurrency":       {"it is a slip", []string{"--concurrency=1001"}, "concurrency 1001 must be from 1 to 1000"},
		"no requests":            {"nothing would be read", []string{"--kube-api-qps=0"}, "kubeAPI.qps 0 must be a number above 0"},
		"requests NaN":           {"it is no number", []string{"--kube-api-qps=NaN"}, "kubeAPI.qps NaN must be a number above 0"},
		"endless requests":       {"it is no number", []string{"--kube-api-qps=Inf"}, "kubeAPI.qps +Inf must be a number above 0"},
		"no burst":               {"nothing would be read", []string{"--kube-api-burst=0"}, "kubeAPI.burst 0 must be at least 1"},
		"no patience":            {"everything would be stalled", []string{"--stall-after=0s"}, "stallAfter 0s must be more than 0s"},
		"no window":              {"every change would be a write", []string{"--count-window=-1s"}, "countWindow -1s must be"},
		"offboarding before":     {"a time is not negative", []string{"--offboard-after=-1s"}, "offboardAfter -1s must not be negative"},
		"sweeps that never were": {"a time is not negative", []string{"--sweep-interval=-1s"}, "sweepInterval -1s must be"},
		"sweeps that are rare":   {"who left would be purged late", []string{"--sweep-interval=48h"}, "sweepInterval 48h0m0s must be from 0s, which is none, to 24h0m0s"},
		"wide window":            {"counts would be stale", []string{"--count-window=2h"}, "countWindow 2h0m0s must be more than 0s and at most 1h"},
		"log level":              {"the levels are named", []string{"--log-level=loud"}, `log.level "loud" must be debug, info, warn or error`},
		"log format":             {"the formats are named", []string{"--log-format=xml"}, `log.format "xml" must be json or text`},
		"unexpected argument":    {"it is shown", []string{"start"}, `unexpected argument "start"`},
		"unknown flag":           {"it is shown", []string{"--instalation=x"}, "-instalation"},
		"text for a number":      {"the flag is named", []string{"--concurrency=x"}, "-concurrency"},
		"trailing letters":       {"they would be lost", []string{"--kube-api-qps=5x"}, `invalid value "5x" for flag -kube-api-qps: it takes a number`},
		"no value":               {"the flag is named", []string{"--config"}, "-config"},
	} {
		t.Run(name, func(t *testing.T) {
			args := tc.args
			if !strings.Contains(tc.want, "required") && !strings.Contains(tc.want, "--installation") {
				args = append(append([]string{}, required...), tc.args...)
			}
			var printed strings.Builder
			_, err := Parse(args, &printed)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Fatalf("%s: the error should say %q, got %v", tc.reason, tc.want, err)
			}
			if strings.Contains(err.Error(), "\n") || printed.Len() > 0 {
				t.Errorf("the error should be one line, and nothing be printed beside it; got %q and %q", err, printed.String())
			}
		})
	}
}

func TestAskingForHelpPrintsTheUsageWithDefaults(t *testing.T) {
	for _, asking := range []string{"-h", "--help"} {
		var printed strings.Builder
		_, err := Parse([]string{asking}, &printed)
		if !errors.Is(err, flag.ErrHelp) {
			t.Errorf("%s should end with flag.ErrHelp, got %v", asking, err)
		}
		for _, want := range []string{"-installation name", "(default 16)", "(default 2m0s)", "(default 500)", `(default ":8443")`, "-kubeconfig"} {
			if !strings.Contains(printed.String(), want) {
				t.Errorf("%s should print %q, printed:\n%s", asking, want, printed.String())
			}
		}
		if err := Main(t.Context(), []string{asking}, Build{}, io.Discard, io.Discard); err != nil {
			t.Errorf("asking for help is no error, got %v", err)
		}
	}
}

// TestEveryKeyHasAFlagAndIsDocumented: whoever reads the page of the installation finds everything that can be said.
func TestEveryKeyHasAFlagAndIsDocumented(t *testing.T) {
	root, err := testkit.Root()
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(root, "docs", "installation.md"))
	if err != nil {
		t.Fatalf("docs/installation.md documents the keys: %v", err)
	}
	flagOf := map[string]string{
		"installation": "installation", "store": "store", "namespace": "namespace",
		"leaderElection.enabled": "leader-elect", "leaderElection.namespace": "leader-election-namespace",
		"metrics.bindAddress": "metrics-bind-address", "metrics.secure": "metrics-secure",
		"health.bindAddress": "health-bind-address", "concurrency": "concurrency",
		"webhook.bindAddress": "webhook-bind-address", "webhook.configuration": "webhook-configuration", "webhook.namespace": "webhook-namespace",
		"webhook.service": "webhook-service", "webhook.url": "webhook-url", "webhook.secret": "webhook-secret",
		"webhook.certificateFolder": "webhook-certificate-folder",
		"kubeAPI.qps":               "kube-api-qps", "kubeAPI.burst": "kube-api-burst",
		"stallAfter": "stall-after", "countWindow": "count-window", "sweepInterval": "sweep-interval", "offboardAfter": "offboard-after",
		"activation.keyFile": "activation-key-file", "activation.pageURL": "page-url", "activation.bindAddress": "page-bind-address",
		"activation.certificateFolder": "page-certificate-folder", "activation.trustedProxies": "page-trusted-proxies",
		"activation.resetValidFor": "reset-valid-for", "activation.initialPasswords": "initial-passwords",
		"mail.from": "mail-from", "mail.replyTo": "mail-reply-to", "mail.host": "mail-host", "mail.port": "mail-port", "mail.tls": "mail-tls",
		"mail.caFile": "mail-ca-file", "mail.username": "mail-username", "mail.passwordFile": "mail-password-file", "mail.folder": "mail-folder",
		"mail.templates": "mail-templates", "mail.perMinute": "mail-per-minute",
		"passwords.memory": "password-memory", "passwords.iterations": "password-iterations", "passwords.parallelism": "password-parallelism",
		"passwords.concurrency": "password-concurrency", "authentication.bindAddress": "authentication-bind-address",
		"authentication.certificateFolder": "authentication-certificate-folder", "authentication.tokenFile": "authentication-token-file",
		"authentication.clientCAFile": "authentication-client-ca-file",
		"log.level":                   "log-level", "log.format": "log-format",
	}
	var path string
	set := flags(&Options{}, &path)
	known := keys(reflect.TypeFor[Options](), "")
	for _, key := range known {
		name, listed := flagOf[key]
		if !listed || set.Lookup(name) == nil {
			t.Errorf("key %q should have a flag, which this test names", key)
			continue
		}
		for _, want := range []string{"`" + key + "`", "`--" + name + "`"} {
			if !strings.Contains(string(page), want) {
				t.Errorf("docs/installation.md should name %s", want)
			}
		}
	}
	set.VisitAll(func(f *flag.Flag) {
		if !strings.Contains(string(page), "`--"+f.Name+"`") {
			t.Errorf("docs/installation.md should name the flag --%s", f.Name)
		}
	})
	if len(flagOf) != len(known) {
		t.Errorf("this test lists %d keys, and there are %d: %v", len(flagOf), len(known), known)
	}
}

// FuzzConfiguration: whatever a file holds, it is refused in one line, or what comes out of it is valid.
func FuzzConfiguration(f *testing.F) {
	for _, seed := range []string{
		"installation: one\nstore: memory://\n", "metrics: {secure: false}", "stallAfter: 5", "a: &a [*a]", "- x", "\x00", "null",
		"kubeAPI: {qps: .inf}", "? {a: b}\n: c", "log:\n  level: 1\n", "---\n---\n", "concurrency: 1e3", "metrics.secure: 1",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		o := Defaults()
		o.Installation, o.Store = "one", "memory://"
		err := o.take(content)
		if err == nil {
			err = o.validate()
		}
		if err != nil {
			if strings.TrimSpace(err.Error()) == "" || strings.Contains(err.Error(), "\n") {
				t.Errorf("an error should be one line, got %q", err)
			}
			return
		}
		if o.Installation == "" || o.Store == "" || o.Concurrency < 1 || !(o.KubeAPI.QPS > 0) || o.CountWindow.Duration <= 0 {
			t.Errorf("what is accepted should be valid, got %s", fmt.Sprintf("%+v", o))
		}
	})
}
