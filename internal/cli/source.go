// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/roster-dev/roster/internal/manifest"
)

// source is where the objects come from: manifests, or else a cluster.
type source struct {
	files     []string
	namespace string
	cluster   clusterFlags
}

func (s *source) bind(c *cobra.Command) {
	flags := c.PersistentFlags()
	flags.StringArrayVarP(&s.files, "filename", "f", nil, "file or folder of manifests, or - for stdin; may be repeated. Without it the cluster is asked")
	flags.StringVarP(&s.namespace, "namespace", "n", "", "the company; for manifests also the namespace of objects that name none")
	s.cluster.bind(flags)
	completed(c, "namespace", cobra.NoFileCompletions)
}

// read reads the objects.
func (s *source) read(ctx context.Context, stdin io.Reader) (*world, error) {
	if len(s.files) == 0 {
		return s.cluster.read(ctx, s.namespace)
	}
	if flag := s.cluster.given(); flag != "" {
		return nil, usageError{fmt.Errorf("--filename reads manifests and --%s asks a cluster: give one of the two", flag)}
	}
	objects, err := manifest.Source{Paths: s.files, Stdin: stdin, Namespace: s.namespace}.Read()
	if err != nil {
		return nil, err
	}
	if objects.Count() == 0 {
		return nil, errors.New("the manifests hold no Tenant, Group, ChannelPolicy or Operator; name others with --filename")
	}
	return newWorld(objects, s.namespace), nil
}
