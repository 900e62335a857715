// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/meta"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/lifecycle"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/snapshot"
	"github.com/roster-dev/roster/internal/store"
	"github.com/roster-dev/roster/internal/testkit"
	"github.com/roster-dev/roster/internal/translate"
)

// rests waits until the store equals the manifests, nothing foreign is touched, nobody is lost, and no right is kept but a held one.
func (s *sequence) rests() {
	s.t.Helper()
	s.steps = append(s.steps, "rest")
	s.store.SetDown(false)
	testkit.Eventually(s.t, "the store comes to equal the manifests", func(ctx context.Context) (bool, string) {
		// A manager that finds no API server when it starts ends, and a kubelet starts it again.
		if s.process != nil && ended(s.process.process.Process.Pid) {
			s.revive()
		}
		wrong, err := s.wrong(ctx)
		if err != nil {
			return false, err.Error()
		}
		return len(wrong) == 0, strings.Join(wrong, "\n")
	})
	people, err := s.people(s.t.Context())
	must(s.t, err)
	for _, name := range crew {
		is, there := people[name]
		if id := s.ids[name]; there && id != "" && id != is.ID && s.mayHaveGone[name] == 0 {
			s.t.Errorf("%s had the ID %s and has %s", name, id, is.ID)
		}
		delete(s.ids, name)
		if there {
			s.ids[name] = is.ID
		}
		// Whose removal is held may go by a confirmation, long after that.
		if is.Value.User.Held == "" {
			s.mayHaveGone[name] = 0
		}
	}
}

// wrong is what is not as it should be at rest.
func (s *sequence) wrong(ctx context.Context) ([]string, error) {
	people, err := s.people(ctx)
	if err != nil {
		return nil, err
	}
	objects, err := s.objects(ctx)
	if err != nil {
		return nil, err
	}
	directory, declared := directoryOf(objects)
	var wrong []string
	for _, o := range objects {
		if observed, _ := o.LifecycleStatus(); *observed != o.GetGeneration() || o.GetDeletionTimestamp() != nil {
			wrong = append(wrong, describe(o)+" is not settled")
		}
	}
	for _, name := range crew {
		stored, there := people[name]
		wrong = append(wrong, wrongOf(name, declared[name], stored, there, directory)...)
		if held := stored.Value.User.Held; held == roster.HeldAsLastAdministrator && !s.isLast(ctx, name, people) {
			wrong = append(wrong, name+" is held as the last Administrator, and is it of no tenant")
		}
	}
	for _, name := range []string{"foreign-two", "foreign-<nil>"} {
		if stored := people[name]; !stored.Value.User.Active || len(stored.Value.Memberships) > 0 {
			wrong = append(wrong, name+" is not the manager's, and was touched")
		}
	}
	return wrong, nil
}

// wrongOf is what is not as it should be of one person.
func wrongOf(name string, o *v1alpha1.Operator, stored store.Stored[roster.Person], there bool, directory *snapshot.Snapshot) []string {
	var wrong []string
	switch {
	case o == nil && there && stored.Value.User.Active && stored.Value.User.Held == "":
		wrong = append(wrong, name+" has no object, and is active in the store and not held")
	case o == nil || o.Spec.Suspend:
	case meta.IsStatusConditionTrue(o.Status.Conditions, v1alpha1.ConditionHeld), meta.IsStatusConditionTrue(o.Status.Conditions, v1alpha1.ConditionConflict):
		return wrong
	case !there:
		wrong = append(wrong, name+" is not stored")
	case len(stored.Marred) > 0:
		// A record that is held from its object, or left alone, stays marred.
		wrong = append(wrong, fmt.Sprintf("%s is marred: %v", name, stored.Marred))
	default:
		want := roster.Want(translate.Operator(o), directory).Person
		if diff := cmp.Diff(want, stored.Value); diff != "" {
			wrong = append(wrong, fmt.Sprintf("the record of %s is not what its object says (-want +got):\n%s\n%+v", name, diff, o.Status.Conditions))
		}
		if stored.ID != o.Status.StoreID {
			wrong = append(wrong, fmt.Sprintf("%s says the ID %s, and has %s", name, o.Status.StoreID, stored.ID))
		}
	}
	return wrong
}

// directoryOf is what objects declare, and who declares whom.
func directoryOf(objects []lifecycle.Object) (*snapshot.Snapshot, map[string]*v1alpha1.Operator) {
	indexers, declared := map[string]toolscache.Indexer{}, map[string]*v1alpha1.Operator{}
	for kind, indexes := range snapshot.Indexes {
		indexers[kind] = toolscache.NewIndexer(toolscache.MetaNamespaceKeyFunc, indexes)
	}
	for _, o := range objects {
		kind := strings.TrimPrefix(fmt.Sprintf("%T", o), "*v1alpha1.")
		_ = indexers[kind].Add(o)
		if operator, is := o.(*v1alpha1.Operator); is && operator.DeletionTimestamp == nil {
			declared[operator.Spec.UserName] = operator
		}
	}
	return snapshot.Over(indexers["Tenant"], indexers["Group"], indexers["Operator"], indexers["ChannelPolicy"]), declared
}

// isLast tells whether nobody but somebody is Administrator of one of the tenants that are there.
func (s *sequence) isLast(ctx context.Context, name string, people map[string]store.Stored[roster.Person]) bool {
	for _, tenant := range []string{"north", "south"} {
		record, err := s.store.Tenants().Get(ctx, roster.TenantKey{Company: s.namespace, Tenant: tenant})
		if err != nil || record.Value.Retired || !people[name].Value.AdministratorOf(tenant) {
			continue
		}
		others := 0
		for other, p := range people {
			if other != name && p.Value.AdministratorOf(tenant) {
				others++
			}
		}
		if others == 0 {
			return true
		}
	}
	return false
}

// restartAPIServer kills the API server and starts it again as it was started, over the same etcd.
func restartAPIServer(t *testing.T) string {
	t.Helper()
	children, err := filepath.Glob("/proc/[0-9]*/cmdline")
	must(t, err)
	for _, path := range children {
		line, err := os.ReadFile(path)
		args := strings.Split(strings.TrimRight(string(line), "\x00"), "\x00")
		if err != nil || filepath.Base(args[0]) != "kube-apiserver" || !isServerOf(args, plane.Config(t).Host) {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		must(t, err)
		must(t, syscall.Kill(pid, syscall.SIGKILL))
		testkit.Eventually(t, "the API server is dead", func(context.Context) (bool, string) {
			_, err := os.Stat(path)
			return err != nil || ended(pid), "it runs"
		})
		again := startAgain(t, args)
		testkit.Eventually(t, "the API server answers again", func(ctx context.Context) (bool, string) {
			err := plane.Client(t).List(ctx, &v1alpha1.TenantList{}, client.Limit(1))
			// Whoever asked meanwhile may have its port, as one to ask from.
			if err != nil && ended(again.Process.Pid) {
				again = startAgain(t, args)
			}
			return err == nil, reportOf(err)
		})
		return ""
	}
	t.Skip("the processes of this machine cannot be seen, so that the API server cannot be restarted")
	return ""
}

func startAgain(t *testing.T, args []string) *exec.Cmd {
	t.Helper()
	again := exec.CommandContext(context.WithoutCancel(t.Context()), args[0], args[1:]...) // #nosec G204 -- it is what ran before
	again.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	must(t, again.Start())
	restarted = append(restarted, again)
	return again
}

// ended tells whether a process is over that nobody has waited for.
func ended(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && bytes.Contains(stat, []byte(") Z "))
}

// restarted are API servers that nobody else ends.
var restarted []*exec.Cmd

func endRestarted() {
	for _, process := range restarted {
		_ = process.Process.Kill()
		_ = process.Wait()
	}
}

func isServerOf(args []string, host string) bool {
	address, err := url.Parse(host)
	return err == nil && slices.Contains(args, "--secure-port="+address.Port())
}
