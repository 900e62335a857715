// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"context"
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// writeStatus makes the stored status equal to that of after, in at most one write and in none if before had it
// already. It fails with a conflict if the object was written since before was read: a status computed from another
// state of the object must not stand, since nothing would wake the object to mend it.
func writeStatus(ctx context.Context, c client.Client, before, after client.Object) error {
	if equality.Semantic.DeepEqual(before, after) {
		return nil
	}
	patch, err := statusPatch(before, after)
	if err != nil || patch == nil {
		return err
	}
	return c.Status().Patch(ctx, after, patch)
}

// statusPatch returns nil if the statuses are equal. A kind that touches anything but the status of its copy changes
// nothing and costs no write.
func statusPatch(before, after client.Object) (client.Patch, error) {
	whole, err := client.MergeFrom(before).Data(after)
	if err != nil {
		return nil, fmt.Errorf("compare the status with the one read: %w", err)
	}
	var difference struct {
		Status json.RawMessage `json:"status"`
	}
	if err := json.Unmarshal(whole, &difference); err != nil {
		return nil, fmt.Errorf("compare the status with the one read: %w", err)
	}
	if difference.Status == nil {
		return nil, nil
	}
	body, err := json.Marshal(map[string]any{
		"metadata": map[string]string{"resourceVersion": before.GetResourceVersion()},
		"status":   difference.Status,
	})
	if err != nil {
		return nil, fmt.Errorf("encode the status: %w", err)
	}
	return client.RawPatch(types.MergePatchType, body), nil
}
