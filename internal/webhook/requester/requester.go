// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

// Package requester tells who asks for a change and what that requester may do: by Kubernetes RBAC, which is asked with
// SubjectAccessReviews and remembered for seconds, and as the person who claims to be that user.
package requester

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	"k8s.io/apimachinery/pkg/util/cache"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/translate"
)

const (
	// Remembered is how long an answer of the API server is believed: so long a right that was withdrawn may still count, and one
	// that was given may not.
	Remembered = 5 * time.Second
	// rememberedAtMost is how many answers are kept, the latest used.
	rememberedAtMost = 4096
)

// Verb is the virtual verb by which Kubernetes RBAC grants authority over tenants and companies.
const Verb = "administer"

// People are where a requester is looked up as a person.
type People interface {
	// OperatorsByKubernetesUser are the operators who claim to be a user of Kubernetes.
	OperatorsByKubernetesUser(company, user string) []*v1alpha1.Operator
}

// Desk tells who requesters are. It is safe for concurrent use.
type Desk struct {
	client  client.Client
	people  People
	answers *cache.LRUExpireCache
}

// NewDesk is a desk that asks the API server by a client, which need not have a cache, and looks people up.
func NewDesk(c client.Client, people People, clock clock.PassiveClock) *Desk {
	return &Desk{client: c, people: people, answers: cache.NewLRUExpireCacheWithClock(rememberedAtMost, clock)}
}

// Requester is who a user is in a company. Its powers are asked while ctx lasts.
func (d *Desk) Requester(ctx context.Context, company string, user authenticationv1.UserInfo) roster.Requester {
	requester := roster.Requester{User: user.Username, Powers: powers{desk: d, ctx: ctx, company: company, user: user}}
	for _, o := range d.people.OperatorsByKubernetesUser(company, user.Username) {
		requester.Claimants = append(requester.Claimants, translate.Operator(o))
	}
	return requester
}

// powers are what one user may do in one company, for the time of one request.
type powers struct {
	desk    *Desk
	ctx     context.Context //nolint:containedctx // it is that of the one request this is made for
	company string
	user    authenticationv1.UserInfo
}

// AdministersCompany is the verb administer on companies in the namespace.
func (p powers) AdministersCompany() (bool, error) {
	return p.may(authorizationv1.ResourceAttributes{Verb: Verb, Group: v1alpha1.GroupVersion.Group, Resource: "companies"})
}

// AdministersTenant is the verb administer on the tenant of that name.
func (p powers) AdministersTenant(tenant string) (bool, error) {
	return p.may(authorizationv1.ResourceAttributes{Verb: Verb, Group: v1alpha1.GroupVersion.Group, Resource: "tenants", Name: tenant})
}

// ReadsSecret is the verb get on the Secret of that name.
func (p powers) ReadsSecret(name string) (bool, error) {
	return p.may(authorizationv1.ResourceAttributes{Verb: "get", Version: "v1", Resource: "secrets", Name: name})
}

func (p powers) may(attributes authorizationv1.ResourceAttributes) (bool, error) {
	attributes.Namespace = p.company
	spec := authorizationv1.SubjectAccessReviewSpec{
		ResourceAttributes: &attributes, User: p.user.Username, UID: p.user.UID, Groups: p.user.Groups,
	}
	for key, values := range p.user.Extra {
		if spec.Extra == nil {
			spec.Extra = map[string]authorizationv1.ExtraValue{}
		}
		spec.Extra[key] = authorizationv1.ExtraValue(values)
	}
	return p.desk.review(p.ctx, spec)
}

// review is whether the API server allows something, as it says now or said a moment ago. What is remembered is known by the whole
// question, so that no two users share an answer.
func (d *Desk) review(ctx context.Context, spec authorizationv1.SubjectAccessReviewSpec) (bool, error) {
	text, err := json.Marshal(spec)
	if err != nil {
		return false, fmt.Errorf("write down the question: %w", err)
	}
	question := sha256.Sum256(text)
	if answer, found := d.answers.Get(question); found {
		return answer.(bool), nil
	}
	review := &authorizationv1.SubjectAccessReview{Spec: spec}
	if err := d.client.Create(ctx, review); err != nil {
		return false, fmt.Errorf("ask the API server: %w", err)
	}
	allowed := review.Status.Allowed && !review.Status.Denied
	d.answers.Add(question, allowed, Remembered)
	return allowed, nil
}
