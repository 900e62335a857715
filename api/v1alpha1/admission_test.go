// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/internal/testkit"
)

var plane = testkit.NewControlPlane()

func TestMain(m *testing.M) { plane.Main(m) }

// cause is one thing an answer of the API server objects to.
type cause struct {
	// field is the path, as the server prints it.
	field string
	// says is how the server's sentence ends.
	says string
}

// creation is a base object with a change, and what the API server should object to; nothing means that it admits it.
type creation[T any] struct {
	reason string
	change func(*T)
	want   []cause
}

// update is an object that exists, a change of it, and what the API server should object to.
type update[T any] struct {
	reason string
	before func(*T)
	after  func(*T)
	want   []cause
}

// object is a pointer to an API type.
type object[T any] interface {
	*T
	client.Object
}

func testCreations[T any, P object[T]](t *testing.T, base func(namespace string) P, cases []creation[T]) {
	t.Helper()
	t.Parallel()
	c, namespace := plane.Client(t), plane.Namespace(t)
	for _, tc := range cases {
		t.Run(tc.reason, func(t *testing.T) {
			t.Parallel()
			o := base(namespace)
			tc.change(o)
			expect(t, tc.want, c.Create(t.Context(), o, client.DryRunAll))
		})
	}
}

func testUpdates[T any, P object[T]](t *testing.T, base func(namespace string) P, cases []update[T]) {
	t.Helper()
	t.Parallel()
	c, namespace := plane.Client(t), plane.Namespace(t)
	for i, tc := range cases {
		t.Run(tc.reason, func(t *testing.T) {
			t.Parallel()
			o := base(namespace)
			o.SetName(fmt.Sprintf("%s-%d", o.GetName(), i))
			if tc.before != nil {
				tc.before(o)
			}
			if err := c.Create(t.Context(), o); err != nil {
				t.Fatalf("the object to be changed should be admitted: %v", err)
			}
			tc.after(o)
			expect(t, tc.want, c.Update(t.Context(), o, client.DryRunAll))
		})
	}
}

// expect compares the API server's answer with all that is wanted, and nothing else.
func expect(t *testing.T, want []cause, err error) {
	t.Helper()
	got := causesOf(t, err)
	var unmet []string
	for _, w := range want {
		i := slices.IndexFunc(got, func(c metav1.StatusCause) bool {
			return c.Field == w.field && strings.HasSuffix(c.Message, w.says)
		})
		if i < 0 {
			unmet = append(unmet, w.field+": "+w.says)
			continue
		}
		got = slices.Delete(got, i, i+1)
	}
	var unwanted []string
	for _, c := range got {
		unwanted = append(unwanted, c.Field+": "+c.Message)
	}
	if diff := cmp.Diff(unmet, unwanted); diff != "" {
		t.Errorf("the API server should object to exactly what is wanted (- expected and not said, + said and not expected):\n%s", diff)
	}
}

func causesOf(t *testing.T, err error) []metav1.StatusCause {
	t.Helper()
	if err == nil {
		return nil
	}
	var answer apierrors.APIStatus
	if !errors.As(err, &answer) || !apierrors.IsInvalid(err) {
		t.Fatalf("the API server should admit the object or answer 422 Invalid, answered: %v", err)
	}
	// Where the schema objects the server skips CEL and notes that, without a field.
	return slices.DeleteFunc(slices.Clone(answer.Status().Details.Causes), func(c metav1.StatusCause) bool {
		return c.Field == "<nil>"
	})
}
