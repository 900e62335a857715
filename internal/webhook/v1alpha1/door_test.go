// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-logr/logr"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/webhook"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/snapshot"
	"github.com/roster-dev/roster/internal/testkit"
	"github.com/roster-dev/roster/internal/webhook/certificate"
	"github.com/roster-dev/roster/internal/webhook/registration"
	"github.com/roster-dev/roster/internal/webhook/requester"
)

var plane = testkit.NewControlPlane(testkit.WithFinalizerPolicy())

func TestMain(m *testing.M) {
	log.SetLogger(logr.Discard())
	plane.Main(m)
}

// door is admission as the manager serves it, for one namespace of a real API server, and nothing else of the manager.
type door struct {
	client.WithWatch
	namespace string
	keeper    *certificate.Keeper
	// asked counts the requests of the API server.
	asked atomic.Int64
	// hangsUp ends each connection with its answer, so that the next request shakes hands anew.
	hangsUp atomic.Bool
	stop    func()
}

// newDoor opens a door with a handler. It is closed, and the API server no longer asks, when the test ends or stop is called.
func newDoor(t testing.TB, namespace string, handler admission.Handler, lifetimes certificate.Lifetimes) *door {
	t.Helper()
	d := &door{WithWatch: plane.Client(t), namespace: namespace}
	address := freeAddress(t)
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	var registered *registration.Registration
	d.keeper = certificate.NewKeeper(certificate.Options{
		Vault: &certificate.Memory{}, Names: []string{host}, Published: func() []byte { return registered.Published() },
		Lifetimes: lifetimes, Clock: clock.RealClock{}, Log: logr.Discard(),
	})
	server := webhook.NewServer(webhook.Options{Host: host, Port: port, TLSOpts: []func(*tls.Config){func(config *tls.Config) {
		config.GetCertificate = d.keeper.GetCertificate
	}}})
	asking := &admission.Webhook{Handler: handler}
	server.Register(registration.Path, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.asked.Add(1)
		if d.hangsUp.Load() {
			w.Header().Set("Connection", "close")
		}
		asking.ServeHTTP(w, r)
	}))
	elected := make(chan struct{})
	close(elected)
	registered = registration.New(registration.Options{
		Terms: registration.Terms{
			Name: namespace, Installation: "door", Namespace: namespace, URL: "https://" + address,
			Manager: "system:serviceaccount:roster-system:roster-manager",
		},
		Client: d.WithWatch, Certificates: d.keeper, Elected: elected, Clock: clock.RealClock{}, Log: logr.Discard(),
		Serving: func() error { return server.StartedChecker()(nil) },
	})
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	for _, start := range []func(context.Context) error{d.keeper.Start, server.Start, registered.Start} {
		running.Go(func() {
			if err := start(ctx); err != nil {
				t.Errorf("what a door consists of should end without an error, got %v", err)
			}
		})
	}
	d.stop = sync.OnceFunc(func() {
		err := d.Delete(ctx, &admissionregistrationv1.ValidatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: namespace}})
		cancel()
		running.Wait()
		if client.IgnoreNotFound(err) != nil {
			t.Errorf("removing the webhook configuration: %v", err)
		}
		// One that was on its way when the door closed.
		_ = d.Delete(context.WithoutCancel(ctx), &admissionregistrationv1.ValidatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: namespace}})
	})
	t.Cleanup(d.stop)
	testkit.Eventually(t, "the API server asks about changes", func(ctx context.Context) (bool, string) {
		err := d.Create(ctx, testkit.Group(namespace, "probe", "any"), client.DryRunAll)
		return err == nil && d.asked.Load() > 0, fmt.Sprintf("it asked %d times, and answered %v", d.asked.Load(), err)
	})
	return d
}

// validatorOver is a validator over what an API server holds of a namespace.
func validatorOver(t testing.TB, namespace string) *Validator {
	t.Helper()
	informers, err := cache.New(plane.Config(t), cache.Options{
		Scheme: testkit.Scheme(), DefaultFieldSelector: fields.OneTermEqualSelector("metadata.namespace", namespace),
	})
	if err != nil {
		t.Fatal(err)
	}
	directory, err := snapshot.New(t.Context(), informers)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- informers.Start(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the cache should end without an error, got %v", err)
		}
	})
	return &Validator{Directory: directory, Desk: requester.NewDesk(plane.Client(t), directory, clock.RealClock{}), Synced: informers.WaitForCacheSync}
}

// freeAddress is an address of this machine that nobody listened on a moment ago.
func freeAddress(t testing.TB) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	return listener.Addr().String()
}

// TestNoRequestFailsWhileCertificatesAreRenewed changes objects all the time, each request of the API server over a connection of its
// own, while certificates and authorities live for seconds.
func TestNoRequestFailsWhileCertificatesAreRenewed(t *testing.T) {
	t.Parallel()
	namespace := plane.Namespace(t)
	validator := validatorOver(t, namespace)
	d := newDoor(t, namespace, validator, certificate.Lifetimes{
		Authority: 9 * time.Second, Overlap: time.Second, Serving: 3 * time.Second, Look: 50 * time.Millisecond,
	})
	if err := d.Create(t.Context(), testkit.Tenant(namespace, "north")); err != nil {
		t.Fatal(err)
	}
	d.hangsUp.Store(true)
	changed := d.changing(t, namespace, func() { d.renewed(t, 8) })
	if asked := d.asked.Load(); changed < 100 || asked < changed {
		t.Errorf("there should be a load, all of it asked about: %d changes, %d requests to the webhook", changed, asked)
	}
}

// changing changes groups from several writers, none of which may fail, for as long as something else goes on, and counts the changes.
func (d *door) changing(t *testing.T, namespace string, meanwhile func()) int64 {
	t.Helper()
	const writers = 4
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var changed atomic.Int64
	var writing sync.WaitGroup
	for i := range writers {
		writing.Go(func() {
			group := testkit.Group(namespace, fmt.Sprintf("group-%d", i), "north")
			if err := d.Create(ctx, group); err != nil {
				t.Errorf("creating a group: %v", err)
				return
			}
			for n := 0; ctx.Err() == nil; n++ {
				group.Spec.Description = strconv.Itoa(n + 1)
				if err := d.Update(ctx, group); err != nil && ctx.Err() == nil {
					t.Errorf("change %d of group %d should succeed: %v", n, i, err)
					return
				}
				changed.Add(1)
			}
		})
	}
	meanwhile()
	cancel()
	writing.Wait()
	return changed.Load()
}

// renewed waits until the authorities that are to be trusted were others so many times, and with them what is served under.
func (d *door) renewed(t *testing.T, times int) {
	t.Helper()
	servings, bundles := map[string]bool{}, map[string]bool{}
	for len(bundles) < times && !t.Failed() {
		serving, err := d.keeper.GetCertificate(nil)
		if err != nil {
			t.Errorf("there should always be a certificate to serve under: %v", err)
			return
		}
		servings[serving.Leaf.SerialNumber.String()] = true
		bundles[string(d.keeper.Bundle())] = true
		select {
		case <-t.Context().Done():
			t.Error("the certificates should change within the time of the test")
			return
		case <-time.After(20 * time.Millisecond):
		}
	}
	t.Logf("%d serving certificates, %d bundles", len(servings), len(bundles))
	if len(servings) < times/2 {
		t.Errorf("what is served under should be renewed too: there were %d certificates", len(servings))
	}
}

// populate puts operators into a tenant with groups and policies, from several writers.
func populate(t testing.TB, namespace string, people int) {
	t.Helper()
	c := plane.Client(t)
	create := func(o client.Object) {
		if err := c.Create(t.Context(), o); err != nil {
			t.Errorf("creating %s: %v", o.GetName(), err)
		}
	}
	create(testkit.Tenant(namespace, "north"))
	for i := range 10 {
		create(testkit.Group(namespace, fmt.Sprintf("group-%d", i), "north"))
		create(testkit.ChannelPolicy(namespace, fmt.Sprintf("policy-%d", i), "north", testkit.For(v1alpha1.PolicySubject{Group: v1alpha1.ObjectName(fmt.Sprintf("group-%d", i))})))
	}
	var writing sync.WaitGroup
	const writers = 8
	for w := range writers {
		writing.Go(func() {
			for i := w; i < people; i += writers {
				create(testkit.Operator(namespace, personName(i), testkit.InTenant("north", testkit.InGroups(fmt.Sprintf("group-%d", i%10)), testkit.On(v1alpha1.ChannelChat))))
			}
		})
	}
	writing.Wait()
	if t.Failed() {
		t.FailNow()
	}
}

func personName(i int) string { return fmt.Sprintf("person-%d", i) }

// spread are the times of many requests.
type spread []time.Duration

// at is the time that a share of the requests stayed below.
func (s spread) at(share float64) time.Duration { return s[min(len(s)-1, int(float64(len(s))*share))] }

// updates changes people one after the other, and times each request.
func updates(t testing.TB, namespace string, people, times int) spread {
	t.Helper()
	c := plane.Client(t)
	var measured spread
	for n := range times {
		o := &v1alpha1.Operator{}
		if err := c.Get(t.Context(), types.NamespacedName{Namespace: namespace, Name: personName(n * 7919 % people)}, o); err != nil {
			t.Fatal(err)
		}
		o.Spec.Profile.Title = v1alpha1.DisplayText(fmt.Sprintf("Title %d-%d", n, o.Generation))
		begin := time.Now()
		if err := c.Update(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		measured = append(measured, time.Since(begin))
	}
	slices.Sort(measured)
	return measured
}

// doors are what stands between a change and the API server in a measurement; none is nothing.
var doors = []struct {
	name    string
	handler func(t testing.TB, namespace string) admission.Handler
}{
	{"no webhook", nil},
	{"a webhook that does nothing", func(testing.TB, string) admission.Handler {
		return admission.HandlerFunc(func(context.Context, admission.Request) admission.Response { return admission.Allowed("") })
	}},
	{"ours", func(t testing.TB, namespace string) admission.Handler { return validatorOver(t, namespace) }},
}

// measure times updates of people through each door, and tells each spread.
func measure(t testing.TB, people, times int, tell func(door string, s spread)) {
	t.Helper()
	namespace := plane.Namespace(t)
	populate(t, namespace, people)
	for _, through := range doors {
		var d *door
		if through.handler != nil {
			d = newDoor(t, namespace, through.handler(t, namespace), certificate.DefaultLifetimes())
		}
		updates(t, namespace, people, times/10)
		before := int64(0)
		if d != nil {
			before = d.asked.Load()
		}
		tell(through.name, updates(t, namespace, people, times))
		if d != nil {
			if asked := d.asked.Load() - before; asked != int64(times) {
				t.Errorf("through %s every change should be asked about once, of %d changes %d were", through.name, times, asked)
			}
			d.stop()
		}
	}
}

// TestWhatAdmissionCosts prints how long an update of an Operator takes among 1,000; BenchmarkUpdate does among 10,000.
func TestWhatAdmissionCosts(t *testing.T) {
	measure(t, 1000, 300, func(door string, s spread) {
		t.Logf("%-28s median %8s  p99 %8s", door, s.at(0.5).Round(10*time.Microsecond), s.at(0.99).Round(10*time.Microsecond))
	})
}

// BenchmarkUpdate measures an update of an Operator among 10,000, through each door. It times a fixed number of them, whatever b.N is:
// what counts is how they are spread.
func BenchmarkUpdate(b *testing.B) {
	measure(b, 10000, 2000, func(door string, s spread) {
		unit := strings.ReplaceAll(door, " ", "-")
		b.ReportMetric(s.at(0.5).Seconds()*1000, unit+"-median-ms")
		b.ReportMetric(s.at(0.99).Seconds()*1000, unit+"-p99-ms")
	})
	b.ReportMetric(0, "ns/op")
}

// BenchmarkHandle measures a decision alone, without an API server.
func BenchmarkHandle(b *testing.B) {
	e := over(b, everybodysRights(), population()...)
	before, after := wim(), wim(titled)
	for _, user := range []string{"platform", "ada@idp", "wim@idp", "stranger"} {
		request := e.request(user, before, after)
		b.Run(user, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				e.Handle(b.Context(), request)
			}
		})
	}
}
