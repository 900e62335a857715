// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package activation

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"github.com/trustelem/zxcvbn"
	"golang.org/x/text/unicode/norm"

	"github.com/roster-dev/roster/internal/roster"
)

// The bounds of a password: characters at least, and bytes at most.
const (
	ShortestPassword = 10
	LongestPassword  = 1024
)

// strongEnough is the least score of zxcvbn, of 0 to 4: to guess it takes more than 10^8 tries.
const strongEnough = 3

// judgedRunes is how much of a password is judged, its beginning. Of one with many signs that stand for letters, judging 40 takes 16 ms, 64 takes
// 600 ms and 100 takes seconds, which anybody with a link could have the manager do.
const judgedRunes = 40

// WeakError says why a password is refused.
type WeakError struct {
	// TooShort, TooLong, Common and LikeYou are what is wrong with it; one is true at least. Common is that it is soon guessed, LikeYou that it
	// is so by who the person is.
	TooShort, TooLong, Common, LikeYou bool
	// MinLength is how many characters it must have.
	MinLength int
}

func (e *WeakError) Error() string {
	switch {
	case e.TooShort:
		return fmt.Sprintf("the password is too short: at least %d characters are right", e.MinLength)
	case e.TooLong:
		return fmt.Sprintf("the password is too long: at most %d bytes are right", LongestPassword)
	case e.LikeYou:
		return "the password is soon guessed by who knows the person: one without names is right"
	}
	return "the password is soon guessed: a longer one, such as four words that have nothing to do with each other, is right"
}

// CheckPassword is a WeakError where a password is refused for somebody. It is judged in the form in which it is hashed: what looks rare on the
// keyboard may be another way to write a common word.
func CheckPassword(password string, u roster.User, tenants ...string) error {
	weak := &WeakError{MinLength: ShortestPassword}
	if len(password) > LongestPassword {
		weak.TooLong = true
		return weak
	}
	judged := []rune(canonical(password))
	beginning := string(judged[:min(len(judged), judgedRunes)])
	switch {
	case len(judged) < ShortestPassword:
		weak.TooShort = true
	case !utf8.ValidString(password):
		weak.Common = true
	case zxcvbn.PasswordStrength(beginning, nil).Score < strongEnough:
		weak.Common = true
	case zxcvbn.PasswordStrength(beginning, namesOf(u, tenants)).Score < strongEnough:
		weak.LikeYou = true
	default:
		return nil
	}
	return weak
}

// CheckGiven is an error where a password is refused that somebody else gives a person for the first login.
func CheckGiven(password string) error {
	weak := CheckPassword(password, roster.User{})
	if weak != nil {
		return fmt.Errorf("the first password is refused: %w", weak)
	}
	return nil
}

// shortestName is how many letters a part of a name has at least to be looked for in a password.
const shortestName = 3

// namesOf is what somebody who knows the person would try: names and their parts, as they are written and without accents.
func namesOf(u roster.User, tenants []string) []string {
	local, domain, _ := strings.Cut(u.Profile.Email, "@")
	host, _, _ := strings.Cut(domain, ".")
	all := append([]string{u.UserName, u.Profile.GivenName, u.Profile.FamilyName, u.Profile.PublicName, local, host, u.Company, "roster"}, tenants...)
	var names []string
	for _, name := range all {
		parts := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
		for _, part := range append(parts, name) {
			part = strings.ToLower(canonical(part))
			if utf8.RuneCountInString(part) >= shortestName {
				names = append(names, part, unaccented(part))
			}
		}
	}
	return names
}

// unaccented is a text as somebody types it who has no accents on the keyboard.
func unaccented(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsMark(r) {
			return -1
		}
		return r
	}, norm.NFKD.String(text))
}

// Cost is how much work a password hash is.
type Cost struct {
	// Memory is in KiB, Iterations how often it is gone over, and Parallelism in how many lanes.
	Memory, Iterations uint32
	Parallelism        uint8
}

// DefaultCost takes about 27 ms on one core of a server (BenchmarkHash): 46 MiB, gone over once, as OWASP has it.
var DefaultCost = Cost{Memory: 47104, Iterations: 1, Parallelism: 1}

// The bounds of a cost, that of a hash in the store included: one that another program wrote must not stop the manager.
const (
	leastMemory    = 8
	mostMemory     = 1 << 20
	mostIterations = 100
	mostLanes      = 16
	// mostWork is in KiB that are gone over, some ten seconds of one core.
	mostWork = 8 << 20
	// longestHash is more than any hash has: one with a salt and a key of mebibytes is none of ours.
	longestHash = 512
)

// Check is an error where a cost is out of bounds.
func (c Cost) Check() error {
	switch {
	case c.Memory < leastMemory*uint32(max(c.Parallelism, 1)) || c.Memory > mostMemory:
		return fmt.Errorf("the memory of a password hash is %d KiB: 8 for each lane to %d are right", c.Memory, mostMemory)
	case c.Iterations < 1 || c.Iterations > mostIterations:
		return fmt.Errorf("the iterations of a password hash are %d: 1 to %d are right", c.Iterations, mostIterations)
	case uint64(c.Memory)*uint64(c.Iterations) > mostWork:
		return fmt.Errorf("a password hash goes %d times over %d KiB: %d KiB in all are right, more takes too long", c.Iterations, c.Memory, mostWork)
	case c.Parallelism < 1 || c.Parallelism > mostLanes:
		return fmt.Errorf("the lanes of a password hash are %d: 1 to %d are right", c.Parallelism, mostLanes)
	}
	return nil
}

func (c Cost) params() *argon2id.Params {
	return &argon2id.Params{Memory: c.Memory, Iterations: c.Iterations, Parallelism: c.Parallelism, SaltLength: 16, KeyLength: 32}
}

// Hasher hashes passwords by argon2id, a few at a time, so that many who log in at once take no more memory than that.
type Hasher struct {
	cost  Cost
	turns chan struct{}
	// nobody is the hash that is compared where there is no person.
	nobody string
	// counted is told of each hash that is computed, with its cost.
	counted func(Cost)
}

// ErrBusy says that too many passwords are being checked: the same may succeed later.
var ErrBusy = errors.New("too many passwords are being checked at once")

// NewHasher hashes with a cost, so many at a time.
func NewHasher(cost Cost, atOnce int) (*Hasher, error) {
	if err := cost.Check(); err != nil {
		return nil, err
	}
	nobody, err := argon2id.CreateHash("", cost.params())
	if err != nil {
		return nil, fmt.Errorf("make the hash of nobody: %w", err)
	}
	return &Hasher{cost: cost, turns: make(chan struct{}, max(atOnce, 1)), nobody: nobody, counted: func(Cost) {}}, nil
}

// canonical is the one form of a password, whichever way a keyboard made its characters.
func canonical(password string) string { return norm.NFKC.String(password) }

// Hash is the hash of a password in the PHC string format. ErrBusy: ctx ended before it was its turn.
func (h *Hasher) Hash(ctx context.Context, password string) (hash string, err error) {
	return hash, h.turn(ctx, func() error {
		h.counted(h.cost)
		hash, err = argon2id.CreateHash(canonical(password), h.cost.params())
		return err
	})
}

// Verify tells whether a password is that of a hash, and whether the hash is of another cost than new ones are. No hash is that of nobody,
// which takes as long and is never right. Once it is the password's turn, may says whether to go on, and was is told what came of it before the
// next has its turn: of many guesses at once each is answered by what is known of those before. ErrBusy as for Hash; the error of may.
func (h *Hasher) Verify(ctx context.Context, password, hash string, may func() error, was func(right bool)) (right, outdated bool, err error) {
	compared, cost := h.compared(hash)
	err = h.turn(ctx, func() error {
		if err := may(); err != nil {
			return err
		}
		h.counted(cost)
		equal, err := argon2id.ComparePasswordAndHash(canonical(password), compared)
		if err != nil {
			return fmt.Errorf("compare a password: %w", err)
		}
		right = equal && compared == hash
		was(right)
		return nil
	})
	return right, cost != h.cost, err
}

// compared is the hash that is compared with, and its cost: that of nobody where there is none or it is none of ours.
func (h *Hasher) compared(hash string) (string, Cost) {
	if len(hash) > longestHash {
		return h.nobody, h.cost
	}
	params, _, key, err := argon2id.DecodeHash(hash)
	if err != nil || len(key) < 16 {
		return h.nobody, h.cost
	}
	cost := Cost{Memory: params.Memory, Iterations: params.Iterations, Parallelism: params.Parallelism}
	if cost.Check() != nil {
		return h.nobody, h.cost
	}
	return hash, cost
}

func (h *Hasher) turn(ctx context.Context, do func() error) error {
	select {
	case h.turns <- struct{}{}:
	case <-ctx.Done():
		return ErrBusy
	}
	defer func() { <-h.turns }()
	return do()
}
