// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package certificate

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"testing"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/internal/testkit"
)

var plane = testkit.NewControlPlane()

func TestMain(m *testing.M) { plane.Main(m) }

// narrow is a client with the manager's rights on one Secret of a namespace, and none beside.
func narrow(t *testing.T, namespace, name string) client.Client {
	t.Helper()
	named := metav1.ObjectMeta{Namespace: namespace, Name: "secret"}
	for _, o := range []client.Object{
		&rbacv1.Role{ObjectMeta: named, Rules: []rbacv1.PolicyRule{{
			APIGroups: []string{""}, Resources: []string{"secrets"}, ResourceNames: []string{name}, Verbs: []string{"get", "create", "patch", "update"},
		}}},
		&rbacv1.RoleBinding{
			ObjectMeta: named,
			RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: "secret"},
			Subjects:   []rbacv1.Subject{{Kind: rbacv1.UserKind, APIGroup: rbacv1.GroupName, Name: "keeper-" + namespace}},
		},
	} {
		if err := plane.Client(t).Create(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	config := plane.Config(t)
	config.Impersonate = rest.ImpersonationConfig{UserName: "keeper-" + namespace, Groups: []string{"system:authenticated"}}
	c, err := client.New(config, client.Options{Scheme: testkit.Scheme()})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestASecretIsMadeAndKeptWithRightsOnItsNameAlone(t *testing.T) {
	t.Parallel()
	namespace := plane.Namespace(t)
	c := narrow(t, namespace, "roster-webhook")
	vault := &Secret{Client: c, Name: types.NamespacedName{Namespace: namespace, Name: "roster-webhook"}}
	var texts map[string][]byte
	var version string
	testkit.Eventually(t, "the rights are in force", func(ctx context.Context) (bool, string) {
		var err error
		texts, version, err = vault.Load(ctx)
		return err == nil, errorText(err)
	})
	if len(texts) != 0 {
		t.Errorf("a Secret that was just made should be empty, it holds %d texts", len(texts))
	}
	want := map[string][]byte{"a": []byte("1"), "b": []byte("2")}
	if err := vault.Save(t.Context(), want, version); err != nil {
		t.Fatalf("the first to save should succeed, got %v", err)
	}
	if err := vault.Save(t.Context(), map[string][]byte{"a": []byte("3")}, version); !errors.Is(err, ErrOvertaken) {
		t.Errorf("who saves over a version he has not seen should be overtaken, got %v", err)
	}
	got, _, err := vault.Load(t.Context())
	if err != nil || !maps.EqualFunc(want, got, bytes.Equal) {
		t.Errorf("what was saved should be loaded, got %q and %v", got, err)
	}
	other := &Secret{Client: c, Name: types.NamespacedName{Namespace: namespace, Name: "another"}}
	if _, _, err := other.Load(t.Context()); err == nil {
		t.Error("with rights on one name another Secret should not be made")
	}
}

func TestReplicasThatStartAtOnceAgreeOnOneAuthorityInASecret(t *testing.T) {
	t.Parallel()
	vault := &Secret{Client: plane.Client(t), Name: types.NamespacedName{Namespace: plane.Namespace(t), Name: "roster-webhook"}}
	replicas := make([]*Keeper, 8)
	ended := make(chan error, len(replicas))
	for i := range replicas {
		replicas[i] = NewKeeper(Options{
			Vault: vault, Names: []string{host}, Published: never, Lifetimes: quick, Clock: clocktesting.NewFakeClock(start), Log: logr.Discard(),
		})
		go func() { ended <- replicas[i].look(t.Context()) }()
	}
	for range replicas {
		if err := <-ended; err != nil {
			t.Errorf("a replica should come to a keyring, got %v", err)
		}
	}
	for _, k := range replicas {
		if issuer(k) != issuer(replicas[0]) {
			t.Errorf("replicas should have one authority, they have %s and %s", issuer(k), issuer(replicas[0]))
		}
	}
}

func TestASecretThatIsDeletedIsPutBackAsItWas(t *testing.T) {
	t.Parallel()
	name := types.NamespacedName{Namespace: plane.Namespace(t), Name: "roster-webhook"}
	k := NewKeeper(Options{
		Vault: &Secret{Client: plane.Client(t), Name: name}, Names: []string{host},
		Published: never, Lifetimes: quick, Clock: clocktesting.NewFakeClock(start), Log: logr.Discard(),
	})
	look(t, k)
	before := issuer(k)
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: name.Namespace, Name: name.Name}}
	if err := plane.Client(t).Delete(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	look(t, k)
	if err := plane.Client(t).Get(t.Context(), name, secret); err != nil {
		t.Fatalf("the Secret should be there again: %v", err)
	}
	ring, err := decodeKeyring(secret.Data)
	if err != nil || ring.issuing.certificate.Subject.CommonName != before {
		t.Errorf("the Secret should hold the authority in use, %s; got %v", before, err)
	}
}
