// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/manifest"
	"github.com/roster-dev/roster/internal/snapshot"
)

// world is all objects that were read, of one company or of several.
type world struct {
	directory *snapshot.Snapshot
	companies map[string]*company
	// namespace is the company that was asked for; empty is none.
	namespace string
}

// company is the part of a world that lies in one namespace.
type company struct {
	name      string
	directory *snapshot.Snapshot
	// tenants are names of Tenants, and operators people, both in the order of names and without what is being deleted.
	tenants   []string
	operators []*v1alpha1.Operator
}

func newWorld(objects *manifest.Objects, namespace string) *world {
	w := &world{companies: map[string]*company{}, namespace: namespace}
	w.directory = snapshot.Over(
		indexer(w, "Tenant", objects.Tenants), indexer(w, "Group", objects.Groups),
		indexer(w, "Operator", objects.Operators), indexer(w, "ChannelPolicy", objects.Policies),
	)
	for _, t := range objects.Tenants {
		if t.DeletionTimestamp == nil {
			c := w.of(t.Namespace)
			c.tenants = append(c.tenants, t.Name)
		}
	}
	for _, o := range objects.Operators {
		if o.DeletionTimestamp == nil {
			c := w.of(o.Namespace)
			c.operators = append(c.operators, o)
		}
	}
	for _, c := range w.companies {
		c.directory = w.directory
		slices.Sort(c.tenants)
		slices.SortFunc(c.operators, func(a, b *v1alpha1.Operator) int { return cmp.Compare(a.Name, b.Name) })
	}
	return w
}

// indexer holds the objects of one kind as the manager's cache does, and notes their companies.
func indexer[T client.Object](w *world, kind string, objects []T) toolscache.Indexer {
	index := toolscache.NewIndexer(toolscache.MetaNamespaceKeyFunc, snapshot.Indexes[kind])
	for _, o := range objects {
		w.of(o.GetNamespace())
		// The only error of Add is an object without metadata.
		_ = index.Add(o)
	}
	return index
}

func (w *world) of(namespace string) *company {
	c, known := w.companies[namespace]
	if !known {
		c = &company{name: namespace}
		w.companies[namespace] = c
	}
	return c
}

// sought is what a question is about, as far as it tells which company is meant.
type sought struct {
	// kind and name are what to look for; an empty name is that nothing tells.
	kind, name string
	// has tells whether a company has it, and names are what there is of the kind in one.
	has   func(*company) bool
	names func(*company) []string
}

// company is the company that was asked for, or the only one, or the only one that has what is sought.
func (w *world) company(what sought) (*company, error) {
	names := slices.Sorted(maps.Keys(w.companies))
	if w.namespace != "" {
		c, known := w.companies[w.namespace]
		if !known {
			return nil, fmt.Errorf("--namespace: nothing is of company %q; there is %s%s", w.namespace, strings.Join(names, ", "), didYouMean(w.namespace, names))
		}
		return c, nil
	}
	if len(names) == 1 {
		return w.companies[names[0]], nil
	}
	var found, near []string
	for _, name := range names {
		if what.has(w.companies[name]) {
			found = append(found, name)
		}
		near = append(near, what.names(w.companies[name])...)
	}
	switch {
	case len(found) == 1:
		return w.companies[found[0]], nil
	case len(found) == 0 && what.name != "":
		return nil, fmt.Errorf("there is no %s %q in the companies %s%s", what.kind, what.name, strings.Join(names, ", "), didYouMean(what.name, near))
	}
	return nil, fmt.Errorf("the manifests are of the companies %s: choose one with --namespace", strings.Join(names, ", "))
}

// operator is the person of that object name, or of that user name where one person alone has it.
func (c *company) operator(name string) (*v1alpha1.Operator, error) {
	var byUserName []*v1alpha1.Operator
	for _, o := range c.operators {
		switch {
		case o.Name == name:
			return o, nil
		case strings.EqualFold(o.Spec.UserName, name):
			byUserName = append(byUserName, o)
		}
	}
	switch len(byUserName) {
	case 1:
		return byUserName[0], nil
	case 0:
		return nil, fmt.Errorf("there is no Operator %q in company %q%s", name, c.name, didYouMean(name, c.people()))
	}
	return nil, fmt.Errorf("the user name %q is that of the Operators %q and %q: give the name of one", name, byUserName[0].Name, byUserName[1].Name)
}

// people are the names of the operators.
func (c *company) people() []string {
	names := make([]string, 0, len(c.operators))
	for _, o := range c.operators {
		names = append(names, o.Name)
	}
	return names
}

// tenant is the tenant of a question: the one named, else the only candidate. Whose begins the sentence that says which there are. A
// tenant that is named exists, or is a candidate.
func (c *company) tenant(named string, candidates []string, whose string) (string, error) {
	switch {
	case named == "" && len(candidates) == 1:
		return candidates[0], nil
	case named == "":
		return "", fmt.Errorf("--tenant is required: %s %s", whose, cmp.Or(strings.Join(candidates, ", "), "none"))
	case slices.Contains(c.tenants, named) || slices.Contains(candidates, named):
		return named, nil
	}
	return "", fmt.Errorf("--tenant: there is no Tenant %q in company %q%s", named, c.name, didYouMean(named, c.tenants))
}
