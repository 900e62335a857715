// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package certificate

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"sync"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	corev1apply "k8s.io/client-go/applyconfigurations/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// ErrOvertaken is that somebody else kept something since it was loaded.
var ErrOvertaken = errors.New("overtaken by another replica")

// Vault is where replicas keep their common keyring, as texts by key.
type Vault interface {
	// Load answers what is kept, nothing at first, and its version.
	Load(ctx context.Context) (texts map[string][]byte, version string, err error)
	// Save keeps other texts instead of those of a version. It fails with ErrOvertaken where another version is kept meanwhile.
	Save(ctx context.Context, texts map[string][]byte, version string) error
}

// Memory is the vault of a manager that is alone: with the program its content ends. The zero value is empty.
type Memory struct {
	mu      sync.Mutex
	texts   map[string][]byte
	version int
}

// Load answers what is kept and its version.
func (m *Memory) Load(context.Context) (texts map[string][]byte, version string, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.texts), strconv.Itoa(m.version), nil
}

// Save keeps other texts instead of those of a version.
func (m *Memory) Save(_ context.Context, texts map[string][]byte, version string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if version != strconv.Itoa(m.version) {
		return ErrOvertaken
	}
	m.texts, m.version = maps.Clone(texts), m.version+1
	return nil
}

// FieldOwner is as whom the manager makes what admission needs in the cluster.
const FieldOwner = client.FieldOwner("roster-manager")

// Secret is the vault that replicas share: one Secret, which is made where it is missing. All of it needs rights on that name
// alone: a server-side apply is allowed by name even where it creates, which a create is not.
type Secret struct {
	// Client reads the API server itself, not a cache.
	Client client.Client
	// Name is the Secret's name and namespace.
	Name types.NamespacedName
}

// Load answers what the Secret holds, and its resource version.
func (s *Secret) Load(ctx context.Context) (texts map[string][]byte, version string, err error) {
	found := &corev1.Secret{}
	err = s.Client.Get(ctx, s.Name, found)
	if apierrors.IsNotFound(err) {
		empty := corev1apply.Secret(s.Name.Name, s.Name.Namespace).WithLabels(map[string]string{"app.kubernetes.io/name": "roster"})
		if err := s.Client.Apply(ctx, empty, FieldOwner, client.ForceOwnership); err != nil {
			return nil, "", fmt.Errorf("make the Secret %s: %w", s.Name, err)
		}
		err = s.Client.Get(ctx, s.Name, found)
	}
	if err != nil {
		return nil, "", fmt.Errorf("read the Secret %s: %w", s.Name, err)
	}
	return found.Data, found.ResourceVersion, nil
}

// Save replaces what the Secret holds, if it still is of that resource version.
func (s *Secret) Save(ctx context.Context, texts map[string][]byte, version string) error {
	secret := &corev1.Secret{Data: texts}
	secret.Name, secret.Namespace, secret.ResourceVersion = s.Name.Name, s.Name.Namespace, version
	secret.Labels = map[string]string{"app.kubernetes.io/name": "roster"}
	err := s.Client.Update(ctx, secret)
	switch {
	case apierrors.IsConflict(err), apierrors.IsNotFound(err):
		return ErrOvertaken
	case err != nil:
		return fmt.Errorf("write the Secret %s: %w", s.Name, err)
	}
	return nil
}
