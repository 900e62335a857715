// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package testkit

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
)

var plane = NewControlPlane(WithControllerManager(), WithFinalizerPolicy())

func TestMain(m *testing.M) { plane.Main(m) }

func TestControlPlaneServesOurKinds(t *testing.T) {
	t.Parallel()
	c, namespace := plane.Client(t), plane.Namespace(t)
	objects := []client.Object{
		Tenant(namespace, "sales"),
		Operator(namespace, "anna", InTenant("sales", Leading("bob"), InGroups("desk"), On(v1alpha1.ChannelChat))),
		Operator(namespace, "bob", InTenant("sales", As(v1alpha1.RoleWorker))),
		Group(namespace, "desk", "sales"),
		ChannelPolicy(namespace, "desk", "sales", Granting(v1alpha1.ChannelPhone), For(v1alpha1.PolicySubject{Group: "desk"})),
	}
	for _, object := range objects {
		if err := c.Create(t.Context(), object); err != nil {
			t.Errorf("%T as the builder makes it should be admitted: %v", object, err)
		}
		if !slices.Contains(object.GetFinalizers(), v1alpha1.Finalizer) {
			t.Errorf("%T should have the finalizer of the policy from its creation, has %v", object, object.GetFinalizers())
		}
	}
}

func TestControllerManagerEmptiesAndCollects(t *testing.T) {
	t.Parallel()
	c, namespace := plane.Client(t), plane.Namespace(t)
	owner := configMap(namespace, "owner")
	if err := c.Create(t.Context(), owner); err != nil {
		t.Fatalf("the owner should be created: %v", err)
	}
	owned := configMap(namespace, "owned")
	owned.OwnerReferences = []metav1.OwnerReference{{APIVersion: "v1", Kind: "ConfigMap", Name: owner.Name, UID: owner.UID}}
	if err := c.Create(t.Context(), owned); err != nil {
		t.Fatalf("what it owns should be created: %v", err)
	}
	if err := c.Delete(t.Context(), owner); err != nil {
		t.Fatalf("the owner should be deleted: %v", err)
	}
	gone(t, c, owned)
	if err := c.Create(t.Context(), configMap(namespace, "left")); err != nil {
		t.Fatalf("a resident of the namespace should be created: %v", err)
	}
	home := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}
	if err := c.Delete(t.Context(), home); err != nil {
		t.Fatalf("the namespace should be deleted: %v", err)
	}
	gone(t, c, home)
}

func TestKubeconfigIsForPrograms(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(plane.Kubeconfig(t))
	if err != nil {
		t.Fatalf("the kubeconfig should be readable: %v", err)
	}
	config, err := clientcmd.RESTConfigFromKubeConfig(content)
	if err != nil {
		t.Fatalf("the kubeconfig should be valid: %v", err)
	}
	if want := strings.TrimSuffix(plane.Config(t).Host, "/"); config.Host != want {
		t.Errorf("the kubeconfig should lead to %s, leads to %s", want, config.Host)
	}
}

func TestEventuallyReportsWhatItLastSaw(t *testing.T) {
	t.Parallel()
	spy := &failureSpy{TB: t}
	eventuallyWithin(spy, 50*time.Millisecond, "the count is 2", func(context.Context) (bool, string) { return false, "1" })
	if want := "expected within 50ms: the count is 2; last seen: 1"; spy.failure != want {
		t.Errorf("an expectation that is never met should fail the test with %q, fails it with %q", want, spy.failure)
	}
}

func TestNamespacePrefixIsAName(t *testing.T) {
	t.Parallel()
	cases := []struct{ reason, test, want string }{
		{"letters are lowered and other characters become one dash", "TestA/is (very) Ready", "testa-is-very-ready-"},
		{"a long name is cut where no dash remains doubled", "Test" + strings.Repeat("x", 36) + "/y", "test" + strings.Repeat("x", 36) + "-"},
	}
	for _, c := range cases {
		if got := namespacePrefix(c.test); got != c.want {
			t.Errorf("%s: want %q, got %q", c.reason, c.want, got)
		}
	}
}

func configMap(namespace, name string) *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
}

func gone(t *testing.T, c client.Client, object client.Object) {
	t.Helper()
	Eventually(t, object.GetName()+" is gone", func(ctx context.Context) (bool, string) {
		err := c.Get(ctx, client.ObjectKeyFromObject(object), object)
		if err == nil {
			return false, "it is still there"
		}
		return apierrors.IsNotFound(err), err.Error()
	})
}

// failureSpy keeps the failure that a test would end with.
type failureSpy struct {
	testing.TB

	failure string
}

func (s *failureSpy) Fatalf(format string, arguments ...any) {
	s.failure = fmt.Sprintf(format, arguments...)
}
