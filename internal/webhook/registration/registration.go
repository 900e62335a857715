// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package registration

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	toolscache "k8s.io/client-go/tools/cache"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	// resync is how often the configuration is looked at though nothing says that it changed.
	resync = time.Minute
	// retry is how soon it is looked at again after that failed, and poll while the manager does not serve yet.
	retry, poll = 2 * time.Second, 100 * time.Millisecond
	// mendsAtMost in a mendsWindow bound a quarrel with somebody who changes the configuration again and again.
	mendsAtMost, mendsWindow = 5, time.Minute
)

// errStarting is that the configuration waits until the manager serves.
var errStarting = errors.New("nothing is served yet")

// fieldOwner is as whom the manager applies the configuration.
const fieldOwner = client.FieldOwner("roster-manager")

// ownerName is the definition the configuration belongs to: without our kinds there is nothing to ask about, so the configuration
// goes with them, however they are removed.
const ownerName = "tenants.identity.roster.dev"

// Certificates are what the manager serves under.
type Certificates interface {
	// Bundle is what API servers must trust, in PEM form; nil while nothing can be served.
	Bundle() []byte
	// Changed is signalled when the bundle changed.
	Changed() <-chan struct{}
}

// Options are what a Registration is told.
type Options struct {
	Terms Terms
	// Client reads and watches the API server itself, not a cache.
	Client       client.WithWatch
	Certificates Certificates
	// Serving is an error while API servers would get no answer from this manager.
	Serving func() error
	// Elected is closed once this manager is the one that writes.
	Elected <-chan struct{}
	Clock   clock.Clock
	Log     logr.Logger
}

// Registration keeps the configuration. It is a runnable of a manager on every replica: each looks, and the elected one writes. It is
// a collector of the metric roster_admission_enforced, too.
type Registration struct {
	options Options
	woken   chan struct{}
	live    atomic.Pointer[admissionregistrationv1.ValidatingWebhookConfiguration]
	// wrote is the version of the configuration this manager wrote last.
	wrote string
	// mended are when it last wrote over what somebody else did.
	mended []time.Time
	said   string
}

// New is a registration that has not looked yet.
func New(options Options) *Registration {
	return &Registration{options: options, woken: make(chan struct{}, 1)}
}

// NeedLeaderElection is false: every replica tells whether admission is in force.
func (*Registration) NeedLeaderElection() bool { return false }

// Published is what API servers are told to trust, as far as is known; nil is nothing.
func (r *Registration) Published() []byte { return bundleOf(r.live.Load()) }

// enforced describes the metric.
var enforced = prometheus.NewDesc("roster_admission_enforced",
	"1 while the ValidatingWebhookConfiguration is there and refuses what the manager does not answer for, 0 while it is missing or weakened.", nil, nil)

// Describe describes the metric.
func (*Registration) Describe(to chan<- *prometheus.Desc) { to <- enforced }

// Collect tells whether admission is in force, as of the last look.
func (r *Registration) Collect(to chan<- prometheus.Metric) {
	value := 0.0
	if r.enforced() {
		value = 1
	}
	to <- prometheus.MustNewConstMetric(enforced, prometheus.GaugeValue, value)
}

func (r *Registration) enforced() bool {
	live := r.live.Load()
	return live != nil && len(weaknesses(live, wantedWebhook(r.options.Terms, nil))) == 0
}

// Start keeps the configuration until ctx ends.
func (r *Registration) Start(ctx context.Context) error {
	if err := r.watch(ctx); err != nil {
		return err
	}
	elected := r.options.Elected
	for {
		timer := r.options.Clock.NewTimer(r.again(ctx, r.look(ctx)))
		select {
		case <-ctx.Done():
		case <-r.woken:
		case <-r.options.Certificates.Changed():
		case <-elected:
			// A closed channel would be ready for ever.
			elected = nil
		case <-timer.C():
		}
		timer.Stop()
		if ctx.Err() != nil {
			return nil
		}
	}
}

// again is when to look again after what a look came to, and says what that is, once however often it is met in a row.
func (r *Registration) again(ctx context.Context, err error) time.Duration {
	switch {
	case err == nil:
		r.said = ""
		return resync
	case errors.Is(err, errStarting):
		return poll
	}
	if cause := err.Error(); cause != r.said && ctx.Err() == nil {
		r.said = cause
		r.options.Log.Info("the ValidatingWebhookConfiguration is not looked after, and it is tried again", "cause", cause)
	}
	return retry
}

// watch wakes the registration whenever the configuration changes, until ctx ends. Whatever is wrong with watching, the
// configuration is looked at again after a while.
func (r *Registration) watch(ctx context.Context) error {
	named := client.MatchingFieldsSelector{Selector: fields.OneTermEqualSelector(metav1.ObjectNameField, r.options.Terms.Name)}
	informer := toolscache.NewSharedInformer(&toolscache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			list := &admissionregistrationv1.ValidatingWebhookConfigurationList{}
			return list, r.options.Client.List(ctx, list, &client.ListOptions{Raw: &o}, named)
		},
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			list := &admissionregistrationv1.ValidatingWebhookConfigurationList{}
			return r.options.Client.Watch(ctx, list, &client.ListOptions{Raw: &o}, named)
		},
	}, &admissionregistrationv1.ValidatingWebhookConfiguration{}, 0)
	wake := func(any) { signal(r.woken) }
	_, err := informer.AddEventHandler(toolscache.ResourceEventHandlerFuncs{
		AddFunc: wake, UpdateFunc: func(_, object any) { wake(object) }, DeleteFunc: wake,
	})
	if err != nil {
		return fmt.Errorf("watch the ValidatingWebhookConfiguration: %w", err)
	}
	go informer.RunWithContext(ctx)
	return nil
}

// look sees how the configuration is, and puts it right where that is this manager's to do.
func (r *Registration) look(ctx context.Context) error {
	live, err := r.get(ctx)
	if err != nil {
		return err
	}
	r.live.Store(live)
	if !r.writes() {
		return nil
	}
	if r.options.Certificates.Bundle() == nil || r.options.Serving() != nil {
		return errStarting
	}
	owner, found, err := r.owner(ctx)
	if err != nil || !found {
		return err
	}
	want := wanted(r.options.Terms, r.options.Certificates.Bundle(), owner)
	if live != nil {
		if theirs := live.Annotations[AnnotationInstallation]; theirs != "" && theirs != r.options.Terms.Installation {
			return fmt.Errorf("the ValidatingWebhookConfiguration %s is of the installation %q: give this manager another name for its own "+
				"(webhook.configuration, or --webhook-configuration), or delete that one", live.Name, theirs)
		}
		if !differs(live, want) {
			return nil
		}
	}
	return r.mend(ctx, live, want)
}

// writes tells whether this manager is the one that writes.
func (r *Registration) writes() bool {
	select {
	case <-r.options.Elected:
		return true
	default:
		return false
	}
}

// mend writes the configuration as it should be. What somebody else changed or removed is put right a few times a minute; a renewal
// of what is trusted, over what this manager wrote itself, never waits for that.
func (r *Registration) mend(ctx context.Context, live, want *admissionregistrationv1.ValidatingWebhookConfiguration) error {
	renewal := live != nil && live.ResourceVersion == r.wrote
	if !renewal && r.quarrels() >= mendsAtMost {
		return errors.New("somebody changes the ValidatingWebhookConfiguration again and again: it is mended more slowly")
	}
	written, err := r.write(ctx, live, want)
	if err != nil {
		return fmt.Errorf("write the ValidatingWebhookConfiguration %s: %w", want.Name, err)
	}
	r.live.Store(written)
	if written != nil {
		r.wrote = written.ResourceVersion
	}
	if !renewal {
		r.mended = append(r.mended, r.options.Clock.Now())
	}
	weak := weaknesses(live, want.Webhooks[0])
	if len(weak) == 0 {
		weak = []string{"how the manager is reached, or what is trusted, changed"}
	}
	r.options.Log.Info("wrote the ValidatingWebhookConfiguration", "name", want.Name, "because", strings.Join(weak, "; "))
	return nil
}

// quarrels counts how often what somebody else did was put right of late.
func (r *Registration) quarrels() int {
	now := r.options.Clock.Now()
	r.mended = slices.DeleteFunc(r.mended, func(at time.Time) bool { return now.Sub(at) > mendsWindow })
	return len(r.mended)
}

// write makes the configuration by a server-side apply, which rights on its name allow, and mends one by replacing it: an apply would
// leave what others added beside it, and be refused where that and ours exclude each other. It answers what is stored then.
func (r *Registration) write(ctx context.Context, live, want *admissionregistrationv1.ValidatingWebhookConfiguration) (
	*admissionregistrationv1.ValidatingWebhookConfiguration, error,
) {
	if live != nil {
		mended := live.DeepCopy()
		mended.Webhooks, mended.OwnerReferences = want.Webhooks, want.OwnerReferences
		mended.Labels, mended.Annotations = with(live.Labels, want.Labels), with(live.Annotations, want.Annotations)
		return mended, r.options.Client.Update(ctx, mended, fieldOwner)
	}
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(want)
	if err != nil {
		return nil, err
	}
	object := &unstructured.Unstructured{Object: content}
	if err := r.options.Client.Apply(ctx, client.ApplyConfigurationFromUnstructured(object), fieldOwner, client.ForceOwnership); err != nil {
		return nil, err
	}
	return r.get(ctx)
}

// with is a map with what another one says.
func with(some, others map[string]string) map[string]string {
	all := maps.Clone(others)
	for key, value := range some {
		if _, found := others[key]; !found {
			all[key] = value
		}
	}
	return all
}

// get is the configuration as the API server has it; nil where there is none.
func (r *Registration) get(ctx context.Context) (*admissionregistrationv1.ValidatingWebhookConfiguration, error) {
	live := &admissionregistrationv1.ValidatingWebhookConfiguration{}
	err := r.options.Client.Get(ctx, types.NamespacedName{Name: r.options.Terms.Name}, live)
	switch {
	case apierrors.IsNotFound(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read the ValidatingWebhookConfiguration %s: %w", r.options.Terms.Name, err)
	}
	return live, nil
}

// owner is the definition of our kinds that the configuration belongs to; there is none while they are being removed.
func (r *Registration) owner(ctx context.Context) (owner metav1.OwnerReference, found bool, err error) {
	definition := &metav1.PartialObjectMetadata{}
	definition.SetGroupVersionKind(schema.GroupVersionKind{Group: "apiextensions.k8s.io", Version: "v1", Kind: "CustomResourceDefinition"})
	err = r.options.Client.Get(ctx, types.NamespacedName{Name: ownerName}, definition)
	switch {
	case apierrors.IsNotFound(err):
		return metav1.OwnerReference{}, false, nil
	case err != nil:
		return metav1.OwnerReference{}, false, fmt.Errorf("read the CustomResourceDefinition %s: %w", ownerName, err)
	}
	return metav1.OwnerReference{
		APIVersion: "apiextensions.k8s.io/v1", Kind: "CustomResourceDefinition", Name: ownerName, UID: definition.UID,
	}, definition.DeletionTimestamp == nil, nil
}

// signal leaves a signal unless one is waiting already.
func signal(to chan<- struct{}) {
	select {
	case to <- struct{}{}:
	default:
	}
}
