// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package testkit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	managerStartTimeout = time.Minute
	managerStopTimeout  = 10 * time.Second
	managerPoll         = 50 * time.Millisecond
	// managerLogTail is how much of its log is shown when the program fails, in bytes.
	managerLogTail = 2000
)

// controllerManager is a running kube-controller-manager.
type controllerManager struct {
	command *exec.Cmd
	log     string
	ended   chan error
}

// startControllerManager returns once a namespace was really emptied and removed by the started program.
func startControllerManager(ctx context.Context, c client.Client, programs, kubeconfig string) (*controllerManager, error) {
	log, err := os.Create(filepath.Join(filepath.Dir(kubeconfig), "kube-controller-manager.log"))
	if err != nil {
		return nil, fmt.Errorf("no file for the controller manager's log: %w", err)
	}
	defer func() { _ = log.Close() }()
	command := exec.Command(filepath.Join(programs, "kube-controller-manager"),
		"--kubeconfig="+kubeconfig,
		"--controllers=namespace-controller,garbage-collector-controller",
		"--use-service-account-credentials=true",
		"--leader-elect=false",
		"--secure-port=0",
		"--kube-api-qps=500",
		"--kube-api-burst=1000",
	)
	command.Stdout, command.Stderr = log, log
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("the controller manager did not start: %w", err)
	}
	manager := &controllerManager{command: command, log: log.Name(), ended: make(chan error, 1)}
	go func() { manager.ended <- command.Wait() }()
	if err := manager.waitUntilItWorks(ctx, c); err != nil {
		return nil, errors.Join(err, manager.stop())
	}
	return manager, nil
}

func (m *controllerManager) waitUntilItWorks(ctx context.Context, c client.Client) error {
	probe := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "controller-manager-probe-"}}
	if err := c.Create(ctx, probe); err != nil {
		return fmt.Errorf("the controller manager could not be tried out: %w", err)
	}
	if err := c.Delete(ctx, probe); err != nil {
		return fmt.Errorf("the controller manager could not be tried out: %w", err)
	}
	err := wait.PollUntilContextTimeout(ctx, managerPoll, managerStartTimeout, true, func(ctx context.Context) (bool, error) {
		select {
		case err := <-m.ended:
			m.ended <- err
			return false, fmt.Errorf("the controller manager ended (%w); its log ends with:\n%s", err, m.logTail())
		default:
		}
		err := c.Get(ctx, client.ObjectKeyFromObject(probe), probe)
		return apierrors.IsNotFound(err), client.IgnoreNotFound(err)
	})
	if wait.Interrupted(err) {
		return fmt.Errorf("the controller manager should delete a namespace within %s; its log ends with:\n%s", managerStartTimeout, m.logTail())
	}
	return err
}

func (m *controllerManager) stop() error {
	if err := m.command.Process.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("the controller manager could not be told to stop: %w", err)
	}
	select {
	case <-m.ended:
		return nil
	case <-time.After(managerStopTimeout):
		return m.command.Process.Kill()
	}
}

func (m *controllerManager) logTail() []byte {
	log, err := os.ReadFile(m.log)
	if err != nil {
		return []byte(err.Error())
	}
	log = bytes.TrimSpace(log)
	return log[max(0, len(log)-managerLogTail):]
}
