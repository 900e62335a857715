// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package testkit

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/roster-dev/roster/api/v1alpha1"
)

// FillFields gives every field of a spec a value: one element to each list and map, and something behind each pointer. Spec is a
// pointer.
func FillFields(spec any) { fill(reflect.ValueOf(spec).Elem()) }

// Fields are the paths of all plain fields of a filled spec, such as "Profile.Email"; a list's element is written as index 0.
func Fields(spec any) []string {
	var paths []string
	for _, path := range leaves(reflect.ValueOf(spec).Elem(), "") {
		paths = append(paths, strings.TrimPrefix(path, "."))
	}
	return paths
}

// ChangeField gives the field at a path of a filled spec another value, one of the vocabulary where that is small.
func ChangeField(t testing.TB, spec any, path string) {
	t.Helper()
	v := reflect.ValueOf(spec).Elem()
	for _, step := range strings.Split(path, ".") {
		switch v = pointedAt(v); v.Kind() {
		case reflect.Slice:
			v = v.Index(0)
		default:
			v = v.FieldByName(step)
		}
	}
	switch v = pointedAt(v); v.Kind() {
	case reflect.String:
		v.SetString(otherWord(v))
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{"key": "another"}))
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(v.Int() * 2)
	default:
		t.Fatalf("do not know how to change a %s; teach ChangeField", v.Kind())
	}
}

func pointedAt(v reflect.Value) reflect.Value {
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	return v
}

func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{"key": "value"}))
	case reflect.String:
		v.SetString("value")
	case reflect.Int64:
		v.SetInt(int64(time.Hour))
	case reflect.Int, reflect.Int32:
		v.SetInt(1)
	}
}

func leaves(v reflect.Value, path string) []string {
	var found []string
	switch v.Kind() {
	case reflect.Pointer:
		return leaves(v.Elem(), path)
	case reflect.Struct:
		for i := range v.NumField() {
			found = append(found, leaves(v.Field(i), path+"."+v.Type().Field(i).Name)...)
		}
		return found
	case reflect.Slice:
		return leaves(v.Index(0), path+".0")
	}
	return []string{path}
}

// otherWord is another word, of the same vocabulary where rules know only some of it.
func otherWord(v reflect.Value) string {
	switch v.Interface().(type) {
	case v1alpha1.AvailabilityRule:
		return string(v1alpha1.AvailabilityDenied)
	case v1alpha1.TenantDeletionPolicy:
		return string(v1alpha1.TenantDeletionPolicyDelete)
	case v1alpha1.MessageVisibility:
		return string(v1alpha1.MessageVisibilityDenied)
	case v1alpha1.UnassignedScope:
		return string(v1alpha1.UnassignedScopeAll)
	case v1alpha1.DriftPolicy:
		return string(v1alpha1.DriftPolicyReport)
	case v1alpha1.RolePolicy:
		return string(v1alpha1.RolePolicyAdditive)
	}
	return "another"
}
