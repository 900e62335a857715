// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"fmt"
	"reflect"
	"slices"
	"time"
)

// filled makes a value in which no field is empty, found by reflection: a field a driver forgets is a failure. It is the
// same on each call.
func filled[V any]() V {
	var v V
	serial := 0
	fill(reflect.ValueOf(&v).Elem(), &serial)
	return v
}

func fill(v reflect.Value, serial *int) {
	*serial++
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("Value %d", *serial))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*serial))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), serial)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i), serial)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for _, key := range []string{"first", "second"} {
			v.SetMapIndex(reflect.ValueOf(key), reflect.ValueOf(fmt.Sprintf("%s %d", key, *serial)))
		}
	case reflect.Struct:
		fillStruct(v, serial)
	default:
		panic(fmt.Sprintf("the laws cannot fill a %s", v.Type()))
	}
}

func fillStruct(v reflect.Value, serial *int) {
	if v.Type() == reflect.TypeFor[time.Time]() {
		v.Set(reflect.ValueOf(time.Date(2031, 2, 3, 4, 5, 6, *serial*int(time.Microsecond), time.UTC)))
		return
	}
	for i := range v.NumField() {
		fill(v.Field(i), serial)
	}
}

// edits are all the ways to change one thing of a value in place. What the value shares with copies of it changes there too.
func edits[V any](v *V) []func() { return editsOf(reflect.ValueOf(v).Elem()) }

func editsOf(v reflect.Value) []func() {
	switch v.Kind() {
	case reflect.String:
		return []func(){func() { v.SetString(v.String() + " edited") }}
	case reflect.Bool:
		return []func(){func() { v.SetBool(!v.Bool()) }}
	case reflect.Int, reflect.Int64:
		return []func(){func() { v.SetInt(v.Int() + 1) }}
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return append(editsOf(v.Elem()), v.SetZero)
	case reflect.Slice:
		return append(each(v.Len(), v.Index), func() { shorten(v) })
	case reflect.Map:
		return []func(){func() { v.SetMapIndex(reflect.ValueOf("first"), reflect.ValueOf("edited")) }}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return []func(){func() { v.Set(reflect.ValueOf(v.Interface().(time.Time).Add(time.Microsecond))) }}
		}
		return each(v.NumField(), v.Field)
	}
	panic(fmt.Sprintf("the laws cannot edit a %s", v.Type()))
}

// shorten drops the last element of a list; without any left it is nil.
func shorten(v reflect.Value) {
	if v.Len() < 2 {
		v.SetZero()
		return
	}
	v.Set(v.Slice(0, v.Len()-1))
}

func each(n int, part func(int) reflect.Value) []func() {
	var list []func()
	for i := range n {
		list = slices.Concat(list, editsOf(part(i)))
	}
	return list
}

// reverseLists turns the order of every list of a value around.
func reverseLists[V any](v *V) { reverse(reflect.ValueOf(v).Elem()) }

func reverse(v reflect.Value) {
	switch v.Kind() {
	case reflect.Slice:
		swap := reflect.Swapper(v.Interface())
		for i := range v.Len() / 2 {
			swap(i, v.Len()-1-i)
		}
		for i := range v.Len() {
			reverse(v.Index(i))
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			reverse(v.Field(i))
		}
	}
}
