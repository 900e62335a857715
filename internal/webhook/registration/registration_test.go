// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package registration

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-logr/logr/funcr"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/roster-dev/roster/internal/testkit"
	"github.com/roster-dev/roster/internal/webhook/certificate"
)

var plane = testkit.NewControlPlane()

func TestMain(m *testing.M) { plane.Main(m) }

// authorities are two keepers' bundles: certificates as the API server accepts them.
var authorities = sync.OnceValues(func() ([2][]byte, error) {
	var bundles [2][]byte
	for i := range bundles {
		k := certificate.NewKeeper(certificate.Options{
			Vault: &certificate.Memory{}, Names: []string{"localhost"}, Published: func() []byte { return nil },
			Lifetimes: certificate.DefaultLifetimes(), Clock: clock.RealClock{},
		})
		ctx, stop := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- k.Start(ctx) }()
		<-k.Changed()
		bundles[i] = k.Bundle()
		stop()
		if err := <-ended; err != nil {
			return bundles, err
		}
	}
	return bundles, nil
})

func bundle(t *testing.T, i int) []byte {
	t.Helper()
	bundles, err := authorities()
	if err != nil {
		t.Fatal(err)
	}
	return bundles[i]
}

// served are certificates that a test changes.
type served struct {
	bundle  atomic.Pointer[[]byte]
	changed chan struct{}
}

func (s *served) Bundle() []byte {
	if b := s.bundle.Load(); b != nil {
		return *b
	}
	return nil
}

func (s *served) Changed() <-chan struct{} { return s.changed }

func (s *served) set(bundle []byte) {
	s.bundle.Store(&bundle)
	signal(s.changed)
}

// fixture is a registration with a name of the test's own.
type fixture struct {
	client.WithWatch
	t       *testing.T
	options Options
	served  *served
	elected chan struct{}
	serving atomic.Bool
	log     *lines
	*Registration
}

// lines are what was logged.
type lines struct {
	mu  sync.Mutex
	all []string
}

func (l *lines) add(_, line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, line)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.all, "\n")
}

// unstarted is a registration of a manager that serves and is elected, with changes, and not started.
func unstarted(t *testing.T, changes ...func(*Options)) *fixture {
	t.Helper()
	f := &fixture{WithWatch: plane.Client(t), t: t, served: &served{changed: make(chan struct{}, 1)}, elected: make(chan struct{}), log: &lines{}}
	name := plane.Namespace(t)
	f.options = Options{
		Terms: Terms{
			Name: name, Installation: "one", Namespace: name, Manager: "system:serviceaccount:roster-system:roster-manager",
			Service: types.NamespacedName{Namespace: "roster-system", Name: "roster-webhook"},
		},
		Client: f.WithWatch, Certificates: f.served, Elected: f.elected, Clock: clock.RealClock{},
		Log: funcr.New(f.log.add, funcr.Options{}),
		Serving: func() error {
			if f.serving.Load() {
				return nil
			}
			return errors.New("not yet")
		},
	}
	for _, change := range changes {
		change(&f.options)
	}
	f.Registration = New(f.options)
	t.Cleanup(func() {
		_ = f.Delete(context.WithoutCancel(t.Context()), &admissionregistrationv1.ValidatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: name}})
	})
	return f
}

// registered is a registration that is in force.
func registered(t *testing.T, changes ...func(*Options)) *fixture {
	t.Helper()
	f := unstarted(t, changes...)
	f.served.set(bundle(t, 0))
	f.serving.Store(true)
	close(f.elected)
	f.run()
	f.becomes("in force", func(live *admissionregistrationv1.ValidatingWebhookConfiguration) bool { return f.asWanted(live) })
	return f
}

// run starts the registration, and ends it with the test.
func (f *fixture) run() {
	f.t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(f.t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- f.Start(ctx) }()
	f.t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			f.t.Errorf("keeping the configuration should end without an error, got %v", err)
		}
	})
}

// stored is the configuration the API server has; nil is none.
func (f *fixture) stored(ctx context.Context) *admissionregistrationv1.ValidatingWebhookConfiguration {
	f.t.Helper()
	live := &admissionregistrationv1.ValidatingWebhookConfiguration{}
	err := f.Get(ctx, types.NamespacedName{Name: f.options.Terms.Name}, live)
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil && ctx.Err() == nil {
		f.t.Fatal(err)
	}
	return live
}

func (f *fixture) asWanted(live *admissionregistrationv1.ValidatingWebhookConfiguration) bool {
	if live == nil {
		return false
	}
	owner, found, err := f.owner(f.t.Context())
	return err == nil && found && !differs(live, wanted(f.options.Terms, f.served.Bundle(), owner))
}

// becomes waits until the configuration is as a condition says, and the metric tells that admission is in force.
func (f *fixture) becomes(what string, condition func(*admissionregistrationv1.ValidatingWebhookConfiguration) bool) {
	f.t.Helper()
	testkit.Eventually(f.t, "the configuration is "+what, func(ctx context.Context) (bool, string) {
		live := f.stored(ctx)
		return condition(live) && f.metric() == 1, fmt.Sprintf("%+v, the metric is %v", live, f.metric())
	})
}

// metric is what a scrape of the registration says.
func (f *fixture) metric() float64 {
	f.t.Helper()
	registry := prometheus.NewRegistry()
	if err := registry.Register(f.Registration); err != nil {
		f.t.Fatal(err)
	}
	scraped, err := registry.Gather()
	if err != nil || len(scraped) != 1 || scraped[0].GetName() != "roster_admission_enforced" {
		f.t.Fatalf("a scrape should say roster_admission_enforced and nothing else, it says %v and %v", scraped, err)
	}
	return scraped[0].GetMetric()[0].GetGauge().GetValue()
}

func TestTheConfigurationIsMadeOnceTheElectedManagerServes(t *testing.T) {
	t.Parallel()
	f := unstarted(t)
	absent := func(when string) {
		t.Helper()
		if err := f.look(t.Context()); err != nil && !errors.Is(err, errStarting) {
			t.Fatal(err)
		}
		if f.stored(t.Context()) != nil || f.metric() != 0 {
			t.Errorf("%s there should be no configuration, and the metric say so", when)
		}
	}
	f.serving.Store(true)
	f.served.set(bundle(t, 0))
	absent("before the manager is elected")
	close(f.elected)
	f.serving.Store(false)
	absent("before the manager serves")
	f.serving.Store(true)
	f.served.bundle.Store(nil)
	absent("before there is a certificate")
	f.served.set(bundle(t, 0))
	if err := f.look(t.Context()); err != nil {
		t.Fatal(err)
	}
	live := f.stored(t.Context())
	if !f.asWanted(live) || f.metric() != 1 {
		t.Errorf("an elected manager that serves should make the configuration, and the metric be 1; found %+v", live)
	}
	if diff := cmp.Diff(f.served.Bundle(), f.Published()); diff != "" {
		t.Errorf("what is published should be known (-want +got):\n%s", diff)
	}
}

func TestWhatTheConfigurationSays(t *testing.T) {
	t.Parallel()
	f := registered(t)
	live := f.stored(t.Context())
	w := live.Webhooks[0]
	for _, tc := range []struct {
		reason    string
		got, want any
	}{
		{"nothing passes while nobody answers", *w.FailurePolicy, admissionregistrationv1.Fail},
		{"an answer is waited for a bounded time", *w.TimeoutSeconds, int32(5)},
		{"a dry run may be asked about", *w.SideEffects, admissionregistrationv1.SideEffectClassNone},
		{"another version of our kinds is no way round", *w.MatchPolicy, admissionregistrationv1.Equivalent},
		{"only our kinds, with their status, and nothing of anybody else's", w.Rules, []admissionregistrationv1.RuleWithOperations{{
			Operations: []admissionregistrationv1.OperationType{"CREATE", "UPDATE", "DELETE"},
			Rule: admissionregistrationv1.Rule{
				APIGroups: []string{"identity.roster.dev"}, APIVersions: []string{"v1alpha1"}, Scope: new(admissionregistrationv1.NamespacedScope),
				Resources: []string{
					"tenants", "operators", "groups", "channelpolicies", "tenants/status", "operators/status", "groups/status", "channelpolicies/status",
				},
			},
		}}},
		{"the manager and the controllers that finish deletions are not asked about", w.MatchConditions, []admissionregistrationv1.MatchCondition{
			{Name: "not-the-manager", Expression: `request.userInfo.username != "system:serviceaccount:roster-system:roster-manager"`},
			{Name: "not-a-deletion-under-way", Expression: `!(request.userInfo.username in ["system:serviceaccount:kube-system:generic-garbage-collector", ` +
				`"system:serviceaccount:kube-system:namespace-controller", "system:kube-controller-manager"])`},
		}},
		{"a manager of one company asks for that company only", w.NamespaceSelector.MatchLabels, map[string]string{"kubernetes.io/metadata.name": f.options.Terms.Namespace}},
		{"it goes with the kinds it is for", live.OwnerReferences[0].Name, "tenants.identity.roster.dev"},
	} {
		if diff := cmp.Diff(tc.want, tc.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
		}
	}
}

// others is as whom somebody else changes the configuration.
const others = client.FieldOwner("somebody-else")

func TestWhatWeakensTheConfigurationIsMended(t *testing.T) {
	t.Parallel()
	for name, weaken := range map[string]func(live *admissionregistrationv1.ValidatingWebhookConfiguration){
		"failures are ignored": func(live *admissionregistrationv1.ValidatingWebhookConfiguration) {
			live.Webhooks[0].FailurePolicy = new(admissionregistrationv1.Ignore)
		},
		"deletions are left out": func(live *admissionregistrationv1.ValidatingWebhookConfiguration) {
			live.Webhooks[0].Rules[0].Operations = []admissionregistrationv1.OperationType{"CREATE", "UPDATE"}
		},
		"the status is left out": func(live *admissionregistrationv1.ValidatingWebhookConfiguration) {
			live.Webhooks[0].Rules[0].Resources = []string{"operators"}
		},
		"somebody is not asked about": func(live *admissionregistrationv1.ValidatingWebhookConfiguration) {
			live.Webhooks[0].MatchConditions[0].Expression = "request.userInfo.username != 'mallory'"
		},
		"a match condition is added": func(live *admissionregistrationv1.ValidatingWebhookConfiguration) {
			live.Webhooks[0].MatchConditions = append(live.Webhooks[0].MatchConditions, admissionregistrationv1.MatchCondition{Name: "never", Expression: "false"})
		},
		"no namespace is selected": func(live *admissionregistrationv1.ValidatingWebhookConfiguration) {
			live.Webhooks[0].NamespaceSelector = &metav1.LabelSelector{MatchLabels: map[string]string{"guarded": "yes"}}
		},
		"no object is selected": func(live *admissionregistrationv1.ValidatingWebhookConfiguration) {
			live.Webhooks[0].ObjectSelector = &metav1.LabelSelector{MatchLabels: map[string]string{"guarded": "yes"}}
		},
		"other versions pass": func(live *admissionregistrationv1.ValidatingWebhookConfiguration) {
			live.Webhooks[0].MatchPolicy = new(admissionregistrationv1.Exact)
		},
		"nothing is asked": func(live *admissionregistrationv1.ValidatingWebhookConfiguration) { live.Webhooks = nil },
		"somebody else is trusted": func(live *admissionregistrationv1.ValidatingWebhookConfiguration) {
			live.Webhooks[0].ClientConfig.CABundle = nil
		},
		"somebody else answers": func(live *admissionregistrationv1.ValidatingWebhookConfiguration) {
			live.Webhooks[0].ClientConfig = admissionregistrationv1.WebhookClientConfig{URL: new("https://192.0.2.1/admit")}
		},
		"nobody is waited for": func(live *admissionregistrationv1.ValidatingWebhookConfiguration) {
			live.Webhooks[0].TimeoutSeconds = new(int32(1))
		},
		"another webhook is added": func(live *admissionregistrationv1.ValidatingWebhookConfiguration) {
			added := *live.Webhooks[0].DeepCopy()
			added.Name = "other.identity.roster.dev"
			live.Webhooks = append(live.Webhooks, added)
		},
		"it belongs to nobody": func(live *admissionregistrationv1.ValidatingWebhookConfiguration) { live.OwnerReferences = nil },
		"it is not marked":     func(live *admissionregistrationv1.ValidatingWebhookConfiguration) { live.Annotations = nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := registered(t)
			live := f.stored(t.Context())
			weaken(live)
			if err := f.Update(t.Context(), live, others); err != nil {
				t.Fatal(err)
			}
			f.becomes("mended", f.asWanted)
		})
	}
}

func TestADeletedConfigurationIsMadeAgain(t *testing.T) {
	t.Parallel()
	f := registered(t)
	before := f.stored(t.Context())
	if err := f.Delete(t.Context(), before.DeepCopy()); err != nil {
		t.Fatal(err)
	}
	f.becomes("made again", func(live *admissionregistrationv1.ValidatingWebhookConfiguration) bool {
		return f.asWanted(live) && live.UID != before.UID
	})
}

func TestAReplicaThatIsNotElectedTellsAndDoesNotWrite(t *testing.T) {
	t.Parallel()
	f := unstarted(t)
	f.served.set(bundle(t, 0))
	f.serving.Store(true)
	owner, _, err := f.owner(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		state  string
		change func(live *admissionregistrationv1.ValidatingWebhookConfiguration)
		metric float64
		why    string
	}{
		{"as it should be", func(*admissionregistrationv1.ValidatingWebhookConfiguration) {}, 1, ""},
		{"ignoring failures", func(live *admissionregistrationv1.ValidatingWebhookConfiguration) {
			live.Webhooks[0].FailurePolicy = new(admissionregistrationv1.Ignore)
		}, 0, "the failure policy lets everything through"},
		{"trusting another authority", func(live *admissionregistrationv1.ValidatingWebhookConfiguration) {
			live.Webhooks[0].ClientConfig.CABundle = bundle(t, 1)
		}, 1, "everything is refused then"},
		{"empty", func(live *admissionregistrationv1.ValidatingWebhookConfiguration) { live.Webhooks = nil }, 0, "nothing is asked"},
	} {
		live := wanted(f.options.Terms, bundle(t, 0), owner)
		tc.change(live)
		if err := f.Create(t.Context(), live); err != nil {
			t.Fatal(err)
		}
		if err := f.look(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := f.metric(); got != tc.metric {
			t.Errorf("with a configuration %s the metric should be %v, as %s; it is %v", tc.state, tc.metric, tc.why, got)
		}
		if now := f.stored(t.Context()); now.ResourceVersion != live.ResourceVersion {
			t.Errorf("a configuration %s should be left alone by a replica that is not elected", tc.state)
		}
		if err := f.Delete(t.Context(), live); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.look(t.Context()); err != nil || f.metric() != 0 || f.stored(t.Context()) != nil {
		t.Errorf("without a configuration the metric should be 0, and a replica that is not elected make none; got %v and %v", err, f.metric())
	}
}

func TestWhatIsToBeTrustedIsPublishedAtOnce(t *testing.T) {
	t.Parallel()
	f := registered(t)
	both := append(append([]byte(nil), bundle(t, 0)...), bundle(t, 1)...)
	f.served.set(both)
	f.becomes("told of both authorities", f.asWanted)
	testkit.Eventually(t, "it is known to be published", func(context.Context) (bool, string) {
		return bytes.Equal(f.Published(), both), string(f.Published())
	})
}

func TestTheConfigurationOfAnotherInstallationIsLeftAlone(t *testing.T) {
	t.Parallel()
	f := registered(t)
	other := unstarted(t, func(o *Options) { o.Terms.Name, o.Terms.Installation = f.options.Terms.Name, "two" })
	other.served.set(bundle(t, 1))
	other.serving.Store(true)
	close(other.elected)
	err := other.look(t.Context())
	if err == nil || !strings.Contains(err.Error(), `installation "one"`) || !strings.Contains(err.Error(), "--webhook-configuration") {
		t.Errorf("the manager of another installation should say whose the configuration is and what to do, got %v", err)
	}
	if !f.asWanted(f.stored(t.Context())) {
		t.Error("the configuration should stay as its own manager wants it")
	}
}

func TestWithoutOurKindsThereIsNoConfiguration(t *testing.T) {
	t.Parallel()
	gone := func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, options ...client.GetOption) error {
		if _, isDefinition := o.(*metav1.PartialObjectMetadata); isDefinition {
			return apierrors.NewNotFound(schema.GroupResource{Resource: "customresourcedefinitions"}, key.Name)
		}
		return c.Get(ctx, key, o, options...)
	}
	going := func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, options ...client.GetOption) error {
		err := c.Get(ctx, key, o, options...)
		if definition, isDefinition := o.(*metav1.PartialObjectMetadata); isDefinition {
			definition.DeletionTimestamp = &metav1.Time{Time: time.Now()}
		}
		return err
	}
	for name, get := range map[string]func(context.Context, client.WithWatch, client.ObjectKey, client.Object, ...client.GetOption) error{"removed": gone, "being removed": going} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := unstarted(t, func(o *Options) { o.Client = interceptor.NewClient(o.Client, interceptor.Funcs{Get: get}) })
			f.served.set(bundle(t, 0))
			f.serving.Store(true)
			close(f.elected)
			if err := f.look(t.Context()); err != nil || f.stored(t.Context()) != nil {
				t.Errorf("while our kinds are %s no configuration should be made, got %v", name, err)
			}
		})
	}
}

func TestAQuarrelIsBoundedAndSaid(t *testing.T) {
	t.Parallel()
	time0 := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	now := clocktesting.NewFakeClock(time0)
	f := unstarted(t, func(o *Options) { o.Clock = now })
	f.served.set(bundle(t, 0))
	f.serving.Store(true)
	close(f.elected)
	spoil := func() {
		t.Helper()
		live := f.stored(t.Context())
		live.Webhooks[0].FailurePolicy = new(admissionregistrationv1.Ignore)
		if err := f.Update(t.Context(), live, others); err != nil {
			t.Fatal(err)
		}
	}
	for i := range mendsAtMost {
		if err := f.look(t.Context()); err != nil {
			t.Fatalf("mend %d should succeed, got %v", i, err)
		}
		spoil()
	}
	if err := f.look(t.Context()); err == nil || !strings.Contains(err.Error(), "again and again") || f.metric() != 0 {
		t.Errorf("one mend more in a minute should wait, and that be said, with the metric 0; got %v and %v", err, f.metric())
	}
	now.Step(mendsWindow + time.Second)
	if err := f.look(t.Context()); err != nil || f.metric() != 1 {
		t.Errorf("a minute later it should be mended, got %v", err)
	}
}

func TestRenewalsAreNoQuarrel(t *testing.T) {
	t.Parallel()
	f := unstarted(t, func(*Options) {})
	f.serving.Store(true)
	close(f.elected)
	for i := range 2 * mendsAtMost {
		renewed := bundle(t, i%2)
		f.served.set(renewed)
		if err := f.look(t.Context()); err != nil || !bytes.Equal(f.Published(), renewed) {
			t.Fatalf("renewal %d within the minute should be published at once, got %v", i, err)
		}
	}
}

func TestWhatGoesWrongIsSaidOnce(t *testing.T) {
	t.Parallel()
	refusal := errors.New("forbidden")
	f := unstarted(t, func(o *Options) {
		o.Client = interceptor.NewClient(o.Client, interceptor.Funcs{
			Get: func(context.Context, client.WithWatch, client.ObjectKey, client.Object, ...client.GetOption) error {
				return refusal
			},
		})
	})
	for range 3 {
		if wait := f.again(t.Context(), f.look(t.Context())); wait != retry {
			t.Errorf("after a failure it should be looked again after %s, not %s", retry, wait)
		}
	}
	if said := f.log.String(); strings.Count(said, "forbidden") != 1 {
		t.Errorf("the cause should be logged once, the log says:\n%s", said)
	}
}

// TestItTakesRightsOnOneNameOnly keeps a configuration with rights on its name, and no right on any other.
func TestItTakesRightsOnOneNameOnly(t *testing.T) {
	t.Parallel()
	name := plane.Namespace(t)
	c := plane.Client(t)
	for _, o := range []client.Object{
		&rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: name}, Rules: []rbacv1.PolicyRule{
			{
				APIGroups: []string{"admissionregistration.k8s.io"}, Resources: []string{"validatingwebhookconfigurations"},
				ResourceNames: []string{name}, Verbs: []string{"get", "list", "watch", "create", "patch", "update"},
			},
			{
				APIGroups: []string{"apiextensions.k8s.io"}, Resources: []string{"customresourcedefinitions"},
				ResourceNames: []string{ownerName}, Verbs: []string{"get"},
			},
		}},
		&rbacv1.ClusterRoleBinding{
			ObjectMeta: metav1.ObjectMeta{Name: name}, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: name},
			Subjects: []rbacv1.Subject{{Kind: rbacv1.UserKind, APIGroup: rbacv1.GroupName, Name: name}},
		},
	} {
		if err := c.Create(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	config := plane.Config(t)
	config.Impersonate = rest.ImpersonationConfig{UserName: name, Groups: []string{"system:authenticated"}}
	narrow, err := client.NewWithWatch(config, client.Options{Scheme: testkit.Scheme()})
	if err != nil {
		t.Fatal(err)
	}
	f := registered(t, func(o *Options) { o.Client, o.Terms.Name = narrow, name })
	if err := f.Delete(t.Context(), f.stored(t.Context())); err != nil {
		t.Fatal(err)
	}
	f.becomes("made again with narrow rights", f.asWanted)
	live := f.stored(t.Context())
	live.Webhooks[0].MatchConditions = nil
	if err := f.Update(t.Context(), live, others); err != nil {
		t.Fatal(err)
	}
	f.becomes("mended with narrow rights", f.asWanted)
	stranger := &corev1.Secret{}
	if err := narrow.Get(t.Context(), types.NamespacedName{Namespace: "default", Name: "any"}, stranger); !apierrors.IsForbidden(err) {
		t.Errorf("the rights should be narrow, reading a Secret came to %v", err)
	}
}
