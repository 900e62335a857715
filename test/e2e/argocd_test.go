// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	lua "github.com/yuin/gopher-lua"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/testkit"
)

// healthScripts are those of config/argocd, by kind.
var healthScripts = sync.OnceValues(func() (map[string]string, error) {
	root, err := testkit.Root()
	if err != nil {
		return nil, err
	}
	content, err := os.ReadFile(filepath.Join(root, "config", "argocd", "argocd-cm.yaml"))
	if err != nil {
		return nil, err
	}
	var patch struct {
		Data map[string]string `json:"data"`
	}
	if err := yaml.UnmarshalStrict(content, &patch); err != nil {
		return nil, err
	}
	scripts := map[string]string{}
	for _, kind := range kinds {
		scripts[kind] = patch.Data["resource.customizations.health."+v1alpha1.GroupVersion.Group+"_"+kind]
	}
	return scripts, nil
})

// argoHealth is what Argo CD makes of an object: it runs the script with these libraries of Lua and no others.
func argoHealth(object *unstructured.Unstructured) (string, error) {
	scripts, err := healthScripts()
	if err != nil {
		return "", err
	}
	script := scripts[object.GetKind()]
	if script == "" {
		return "", fmt.Errorf("config/argocd has no script for %s", object.GetKind())
	}
	l := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer l.Close()
	for name, open := range map[string]lua.LGFunction{lua.LoadLibName: lua.OpenPackage, lua.BaseLibName: lua.OpenBase, lua.TabLibName: lua.OpenTable, lua.StringLibName: lua.OpenString} {
		l.Push(l.NewFunction(open))
		l.Push(lua.LString(name))
		l.Call(1, 0)
	}
	l.SetGlobal("obj", luaOf(l, object.Object))
	if err := l.DoString(script); err != nil {
		return "", err
	}
	answer, is := l.Get(-1).(*lua.LTable)
	if !is {
		return "", fmt.Errorf("the script answers %s; expected a table", l.Get(-1).Type())
	}
	return answer.RawGetString("status").String(), nil
}

// luaOf is a value of JSON in Lua.
func luaOf(l *lua.LState, value any) lua.LValue {
	switch value := value.(type) {
	case map[string]any:
		table := l.NewTable()
		for key, v := range value {
			table.RawSetString(key, luaOf(l, v))
		}
		return table
	case []any:
		table := l.NewTable()
		for _, v := range value {
			table.Append(luaOf(l, v))
		}
		return table
	case string:
		return lua.LString(value)
	case bool:
		return lua.LBool(value)
	case int64:
		return lua.LNumber(value)
	case float64:
		return lua.LNumber(value)
	}
	return lua.LNil
}

// argoSays are what Argo CD is to make of what kstatus, and with it Flux, says.
var argoSays = map[status.Status]string{
	status.InProgressStatus: "Progressing", status.CurrentStatus: "Healthy", status.FailedStatus: "Degraded", status.TerminatingStatus: "Progressing",
}

// agree expects that Argo CD makes of an object what Flux does; only of what is suspended and otherwise in effect it says that.
func agree(t *testing.T, object *unstructured.Unstructured, flux status.Status) {
	t.Helper()
	argo, err := argoHealth(object)
	if err != nil {
		t.Errorf("Argo CD's health of %s %s should be computed: %v", object.GetKind(), object.GetName(), err)
		return
	}
	want := argoSays[flux]
	if flux == status.CurrentStatus && isSuspended(object) {
		want = "Suspended"
	}
	if argo != want {
		t.Errorf("Argo CD takes %s %s for %s, Flux for %s; expected %s", object.GetKind(), object.GetName(), argo, flux, want)
	}
}

func isSuspended(object *unstructured.Unstructured) bool {
	var common struct {
		Status v1alpha1.CommonStatus `json:"status"`
	}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &common); err != nil {
		return false
	}
	return meta.IsStatusConditionPresentAndEqual(common.Status.Conditions, v1alpha1.ConditionSuspended, metav1.ConditionTrue)
}
