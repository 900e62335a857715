// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

var apiServer envtest.Environment

// startAPIServer starts one API server for the package, at the first test that needs it.
var startAPIServer = sync.OnceValues(func() (*rest.Config, error) {
	folder := os.Getenv("KUBEBUILDER_ASSETS")
	if folder == "" {
		printed, err := exec.Command(filepath.Join("..", "..", "hack", "controlplane", "build.sh")).Output()
		if err != nil {
			return nil, fmt.Errorf("hack/controlplane/build.sh should print where the API server is: %w", err)
		}
		folder = strings.TrimSpace(string(printed))
	}
	apiServer = envtest.Environment{
		BinaryAssetsDirectory: folder,
		CRDDirectoryPaths:     []string{"testdata"},
		ErrorIfCRDPathMissing: true,
	}
	return apiServer.Start()
})

func TestMain(m *testing.M) {
	code := m.Run()
	if err := apiServer.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "stop the API server:", err)
	}
	os.Exit(code)
}

// controlPlane returns a client of a real API server and a namespace of the test's own.
func controlPlane(t *testing.T) (client.WithWatch, string) {
	t.Helper()
	config, err := startAPIServer()
	if err != nil {
		t.Fatalf("the API server should start: %v", err)
	}
	scheme := toyScheme()
	if err := corev1.AddToScheme(scheme); err != nil {
		t.Fatalf("the core kinds should be registered: %v", err)
	}
	c, err := client.NewWithWatch(config, client.Options{Scheme: scheme})
	if err != nil {
		t.Fatalf("the client should be made: %v", err)
	}
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "lifecycle-"}}
	if err := c.Create(t.Context(), namespace); err != nil {
		t.Fatalf("the namespace should be created: %v", err)
	}
	return c, namespace.Name
}
