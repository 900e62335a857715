// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/pflag"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	_ "k8s.io/client-go/plugin/pkg/client/auth" // whoever kubectl can log in as, we can
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/pager"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/manifest"
)

// pageSize is how many objects are asked for at a time.
const pageSize = 500

// Requests a second; there are four, and one more for every page.
const (
	requestRate  = 100
	requestBurst = 100
)

// clusterFlags choose a cluster and who asks it, as those of kubectl do.
type clusterFlags struct {
	kubeconfig string
	overrides  clientcmd.ConfigOverrides
	flags      *pflag.FlagSet
}

// clusterFlagNames are the names of the flags in the order they are looked at.
var clusterFlagNames = []string{"kubeconfig", clientcmd.FlagContext, clientcmd.FlagImpersonate, clientcmd.FlagImpersonateGroup, clientcmd.FlagTimeout}

func (c *clusterFlags) bind(flags *pflag.FlagSet) {
	c.flags = flags
	flags.StringVar(&c.kubeconfig, "kubeconfig", "", "`path` of the kubeconfig; absent: KUBECONFIG, else ~/.kube/config")
	all := clientcmd.RecommendedConfigOverrideFlags("")
	clientcmd.BindOverrideFlags(&c.overrides, flags, clientcmd.ConfigOverrideFlags{
		CurrentContext: all.CurrentContext,
		Timeout:        all.Timeout,
		AuthOverrideFlags: clientcmd.AuthOverrideFlags{
			Impersonate:       all.AuthOverrideFlags.Impersonate,
			ImpersonateGroups: all.AuthOverrideFlags.ImpersonateGroups,
		},
	})
}

// given is the first flag given; empty is none.
func (c *clusterFlags) given() string {
	for _, name := range clusterFlagNames {
		if c.flags.Changed(name) {
			return name
		}
	}
	return ""
}

// connect is a client of the cluster, and the company that is meant. The error of a cluster that nobody named says what may be named.
func (c *clusterFlags) connect(namespace, unnamed string) (client rest.Interface, company string, err error) {
	if _, err := clientcmd.ParseTimeout(c.overrides.Timeout); err != nil {
		return nil, "", fmt.Errorf("--request-timeout: %q is no duration, such as 30s", c.overrides.Timeout)
	}
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = c.kubeconfig
	c.overrides.Context.Namespace = namespace
	loader := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &c.overrides)
	config, err := loader.ClientConfig()
	switch {
	case clientcmd.IsEmptyConfig(err):
		return nil, "", errors.New(unnamed)
	case err != nil:
		return nil, "", fmt.Errorf("the kubeconfig: %w", err)
	}
	company, _, err = loader.Namespace()
	if err != nil {
		return nil, "", fmt.Errorf("the namespace of the kubeconfig: %w", err)
	}
	client, err = clientOf(config)
	return client, company, err
}

// read lists the objects of one company. It needs the right to list the four kinds there, and no other.
func (c *clusterFlags) read(ctx context.Context, namespace string) (*world, error) {
	client, company, err := c.connect(namespace,
		"there is nothing to read: name manifests with --filename, or a cluster with --kubeconfig, --context or KUBECONFIG")
	if err != nil {
		return nil, err
	}
	objects, err := listAll(ctx, client, company)
	if err != nil {
		return nil, err
	}
	if objects.Count() == 0 {
		return nil, fmt.Errorf("there is no Tenant, Group, ChannelPolicy or Operator in namespace %q; name another with --namespace", company)
	}
	return newWorld(objects, company), nil
}

// listAll lists the objects of one company.
func listAll(ctx context.Context, client rest.Interface, company string) (*manifest.Objects, error) {
	objects := &manifest.Objects{}
	for _, list := range []func() error{
		func() error { return list(ctx, client, company, "tenants", &v1alpha1.TenantList{}, &objects.Tenants) },
		func() error { return list(ctx, client, company, "groups", &v1alpha1.GroupList{}, &objects.Groups) },
		func() error {
			return list(ctx, client, company, "channelpolicies", &v1alpha1.ChannelPolicyList{}, &objects.Policies)
		},
		func() error {
			return list(ctx, client, company, "operators", &v1alpha1.OperatorList{}, &objects.Operators)
		},
	} {
		if err := list(); err != nil {
			return nil, err
		}
	}
	return objects, nil
}

// clientOf is a client that knows where our kinds are without asking what kinds there are.
func clientOf(config *rest.Config) (rest.Interface, error) {
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		return nil, err
	}
	config.GroupVersion = &v1alpha1.GroupVersion
	config.APIPath = "/apis"
	config.NegotiatedSerializer = serializer.NewCodecFactory(scheme).WithoutConversion()
	config.UserAgent = programName
	config.QPS, config.Burst = requestRate, requestBurst
	client, err := rest.RESTClientFor(config)
	if err != nil {
		return nil, fmt.Errorf("the kubeconfig: %w", err)
	}
	return client, nil
}

// list appends the objects of one kind, page by page. Page is an empty list of the kind.
func list[T any, L runtime.Object](ctx context.Context, client rest.Interface, namespace, resource string, page L, to *[]*T) error {
	pages := pager.New(func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
		next := page.DeepCopyObject()
		err := client.Get().Namespace(namespace).Resource(resource).VersionedParams(&options, metav1.ParameterCodec).Do(ctx).Into(next)
		return next, err
	})
	pages.PageSize = pageSize
	// It begins again, without pages, where a page has expired.
	whole, _, err := pages.List(ctx, metav1.ListOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return fmt.Errorf("the cluster knows no %s of %s: install the CRDs, or name another cluster with --context", resource, v1alpha1.GroupVersion)
	case err != nil:
		return fmt.Errorf("list the %s of namespace %q: %w", resource, namespace, err)
	}
	return meta.EachListItem(whole, func(o runtime.Object) error {
		*to = append(*to, any(o).(*T))
		return nil
	})
}
