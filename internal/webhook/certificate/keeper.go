// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package certificate

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/utils/clock"
)

// retry is how soon the keyring is looked at again after that failed.
const retry = time.Second

// errNone is the answer while there is nothing to serve under.
var errNone = errors.New("there is no serving certificate yet")

// Options are what a Keeper is told.
type Options struct {
	// Vault is where the keyring is kept.
	Vault Vault
	// Names are the host names and IP addresses by which API servers reach this.
	Names []string
	// Published is the bundle API servers are told to trust, as far as is known; nil is none.
	Published func() []byte
	Lifetimes Lifetimes
	Clock     clock.Clock
	Log       logr.Logger
}

// Keeper keeps a serving certificate that API servers trust: it looks after the keyring in the vault, and signs for itself. It is
// a runnable of a manager, on every replica, and safe for concurrent use once made by NewKeeper.
type Keeper struct {
	options Options
	held    atomic.Pointer[held]
	changed chan struct{}
	said    string
}

// held is what a keeper serves under and what signs it.
type held struct {
	ring    Keyring
	bundle  []byte
	serving *tls.Certificate
}

// NewKeeper is a keeper that holds nothing yet.
func NewKeeper(options Options) *Keeper {
	return &Keeper{options: options, changed: make(chan struct{}, 1)}
}

// Start looks after the keyring until ctx ends.
func (k *Keeper) Start(ctx context.Context) error {
	for {
		wait := k.options.Lifetimes.Look
		if err := k.look(ctx); err != nil {
			k.complain(ctx, err)
			wait = min(wait, retry)
		} else {
			k.said = ""
		}
		timer := k.options.Clock.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C():
		}
	}
}

// NeedLeaderElection is false: every replica serves.
func (*Keeper) NeedLeaderElection() bool { return false }

// GetCertificate is what a TLS server serves under now.
func (k *Keeper) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	held := k.held.Load()
	if held == nil {
		return nil, errNone
	}
	return held.serving, nil
}

// Bundle is what API servers must trust for this replica, and for those it shares a vault with, in PEM form; nil while there is
// nothing to serve under.
func (k *Keeper) Bundle() []byte {
	held := k.held.Load()
	if held == nil {
		return nil
	}
	return held.bundle
}

// Changed is signalled, with room for one signal, when the bundle or the serving certificate changed.
func (k *Keeper) Changed() <-chan struct{} { return k.changed }

// Check is an error while there is nothing to serve under.
func (k *Keeper) Check(*http.Request) error {
	if k.held.Load() == nil {
		return errNone
	}
	return nil
}

// complain logs a cause once, however often it is met in a row.
func (k *Keeper) complain(ctx context.Context, err error) {
	if cause := err.Error(); cause != k.said && ctx.Err() == nil {
		k.said = cause
		k.options.Log.Info("the certificate authorities of admission are not looked after, and it is tried again", "cause", cause)
	}
}

// look brings the keyring and the serving certificate to what is due now. Where the vault is out of reach, what is held goes on
// signing.
func (k *Keeper) look(ctx context.Context) error {
	ring, err := k.settle(ctx)
	if err != nil {
		if former := k.held.Load(); former != nil {
			return errors.Join(err, k.hold(former.ring))
		}
		return err
	}
	return k.hold(ring)
}

// settle is the keyring in the vault, turned to what is due. Whoever is overtaken takes what the other one kept.
func (k *Keeper) settle(ctx context.Context) (Keyring, error) {
	for {
		texts, version, err := k.options.Vault.Load(ctx)
		if err != nil {
			return Keyring{}, err
		}
		ring, isNew, err := k.read(texts)
		if err != nil {
			return Keyring{}, err
		}
		turned, isTurned, err := ring.Turn(k.options.Clock.Now(), k.options.Published(), k.options.Lifetimes)
		if err != nil || !isNew && !isTurned {
			return turned, err
		}
		if texts, err = turned.encode(); err != nil {
			return Keyring{}, err
		}
		if err = k.options.Vault.Save(ctx, texts, version); err == nil || !errors.Is(err, ErrOvertaken) {
			return turned, err
		}
	}
}

// read is the keyring that texts hold. Where they hold none, or one that is spoilt, it is the one in use, so that what was lost is
// put back and nothing becomes distrusted; a new one where none is in use.
func (k *Keeper) read(texts map[string][]byte) (ring Keyring, isNew bool, err error) {
	if len(texts) > 0 {
		ring, err := decodeKeyring(texts)
		if err == nil {
			return ring, false, nil
		}
		k.options.Log.Info("the kept certificate authorities cannot be read and are replaced", "cause", err.Error())
	}
	if former := k.held.Load(); former != nil {
		return former.ring, true, nil
	}
	ring, err = newKeyring(k.options.Clock.Now(), k.options.Lifetimes)
	return ring, true, err
}

// hold takes up a keyring and serves under it.
func (k *Keeper) hold(ring Keyring) error {
	former := k.held.Load()
	serving, err := k.servingUnder(ring, former)
	if err != nil {
		return err
	}
	next := &held{ring: ring, bundle: ring.Bundle(), serving: serving}
	k.held.Store(next)
	if former == nil || former.serving != next.serving || !bytes.Equal(former.bundle, next.bundle) {
		signal(k.changed)
	}
	return nil
}

// servingUnder is the serving certificate in use, or a new one where there is none, it wears out, or another authority signs now.
func (k *Keeper) servingUnder(ring Keyring, former *held) (*tls.Certificate, error) {
	now := k.options.Clock.Now()
	if former != nil && former.ring.issuing.certificate.Equal(ring.issuing.certificate) {
		if leaf := former.serving.Leaf; !wearsOut(now, leaf.NotBefore.Add(backdate), leaf.NotAfter) {
			return former.serving, nil
		}
	}
	return ring.issuing.sign(now, k.options.Lifetimes.Serving, k.options.Names)
}

// signal leaves a signal unless one is waiting already.
func signal(to chan<- struct{}) {
	select {
	case to <- struct{}{}:
	default:
	}
}
