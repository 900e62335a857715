// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package snapshot

import (
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
)

// Holding is the snapshot of some objects, as if a cache held them and nothing else. Objects of other kinds are passed over.
func Holding(objects []client.Object) *Snapshot {
	indexers := map[string]toolscache.Indexer{}
	for kind, indexes := range Indexes {
		indexers[kind] = toolscache.NewIndexer(toolscache.MetaNamespaceKeyFunc, indexes)
	}
	for _, o := range objects {
		if indexer, known := indexers[kindOf(o)]; known {
			// The only error of Add is an object without metadata.
			_ = indexer.Add(o)
		}
	}
	return Over(indexers["Tenant"], indexers["Group"], indexers["Operator"], indexers["ChannelPolicy"])
}

// kindOf is the kind of an object; empty for another's.
func kindOf(o client.Object) string {
	switch o.(type) {
	case *v1alpha1.Tenant:
		return "Tenant"
	case *v1alpha1.Group:
		return "Group"
	case *v1alpha1.Operator:
		return "Operator"
	case *v1alpha1.ChannelPolicy:
		return "ChannelPolicy"
	}
	return ""
}
