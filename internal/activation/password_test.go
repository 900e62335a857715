// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package activation

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"golang.org/x/text/unicode/norm"

	"github.com/roster-dev/roster/internal/roster"
)

// whoGuesses is somebody whose names others know.
var whoGuesses = roster.User{
	Company: "acme", UserName: "anezka.holmova", Profile: roster.Profile{
		GivenName: "Anežka Marie", FamilyName: "Wintersberg-Holmová", PublicName: "Brumlíková", Email: "kralovna@zeppelinwerk.example",
	},
}

func TestWhichPasswordsAreRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		reason, password, want string
	}{
		{"four words", "correct horse battery staple", ""},
		{"a sentence", own, ""},
		{"random letters", "xq7vRk2mPz", ""},
		{"in another script", "жираф читает газету", ""},
		{"nothing", "", "TooShort"},
		{"nine characters", "xq7vRk2mP", "TooShort"},
		{"ten characters of more bytes", "žščřďťňěáé", ""},
		{"nine characters of more bytes", "žščřďťňěá", "TooShort"},
		{"ten code points that are five characters", strings.Repeat("e\u0301", 5), "TooShort"},
		{"everybody's", "password123", "Common"},
		{"everybody's, disguised", "P@ssw0rd1234", "Common"},
		{"everybody's, in wide letters", "ｐａｓｓｗｏｒｄ１２３", "Common"},
		{"a walk over the keyboard", "qwertyuiop", "Common"},
		{"one letter again and again", strings.Repeat("a", 40), "Common"},
		{"signs, more than are judged", signs, ""},
		{"one letter, longer than is judged", strings.Repeat("a", judgedRunes+20), "Common"},
		{"a date", "12/11/2003", "Common"},
		{"it is no text", "xq7vRk2mPz\xff\xfe", "Common"},
		{"the given name", "anežka1984x", "LikeYou"},
		{"the given name without accents", "Anezka1984x", "LikeYou"},
		{"a part of the family name", "Wintersberg1", "LikeYou"},
		{"the other part, without accents", "holmova-2024", "LikeYou"},
		{"the user name", "anezka.holmova", "LikeYou"},
		{"the name others see", "brumlikova99", "LikeYou"},
		{"the e-mail address", "kralovna2024", "LikeYou"},
		{"the address's host", "zeppelinwerk1", "LikeYou"},
		{"the tenant", "Nordlichtbank7", "LikeYou"},
		{"the longest", long(LongestPassword), ""},
		{"a byte longer", long(LongestPassword + 1), "TooLong"},
		{"much longer", strings.Repeat("long ", 1<<20), "TooLong"},
	} {
		err := CheckPassword(c.password, whoGuesses, "Nordlichtbank")
		if got := refusal(err); got != c.want {
			t.Errorf("%s: %.40q should be refused as %q, it is as %q", c.reason, c.password, c.want, got)
		}
	}
	if err := CheckGiven("password123"); refusal(err) != "Common" {
		t.Errorf("a Secret's password is judged, too, got %v", err)
	}
	if err := CheckGiven("Wintersberg1"); err != nil {
		t.Errorf("a Secret's password is judged without the person, got %v", err)
	}
}

// long is a sound password of so many bytes.
func long(bytes int) string { return strings.Repeat(own+", ", bytes/len(own)+1)[:bytes] }

// refusal is why a password is refused.
func refusal(err error) string {
	weak := (*WeakError)(nil)
	if !errors.As(err, &weak) {
		return ""
	}
	for name, is := range map[string]bool{"TooShort": weak.TooShort, "TooLong": weak.TooLong, "Common": weak.Common, "LikeYou": weak.LikeYou} {
		if is {
			return name
		}
	}
	return "nothing"
}

func FuzzCheckPassword(f *testing.F) {
	for _, seed := range []string{"", "password123", own, "\xff\xfe", strings.Repeat("é", 200), "2003-11-12 qwertz", "\ufdfa\ufdfa\ufdfa", "Wintersberg1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, password string) {
		err := CheckPassword(password, whoGuesses)
		if err != nil && refusal(err) == "nothing" {
			t.Errorf("a refusal should say why, got %+v", err)
		}
		if err != nil {
			return
		}
		if n := utf8.RuneCountInString(norm.NFKC.String(password)); n < ShortestPassword || len(password) > LongestPassword || !utf8.ValidString(password) {
			t.Errorf("%q with %d characters should be refused", password, n)
		}
	})
}

func newHasher(t testing.TB, cost Cost, atOnce int) *Hasher {
	t.Helper()
	h, err := NewHasher(cost, atOnce)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// verifies compares a password, with nobody to ask or tell.
func verifies(t testing.TB, h *Hasher, password, hash string) (right, outdated bool) {
	t.Helper()
	right, outdated, err := h.Verify(t.Context(), password, hash, func() error { return nil }, func(bool) {})
	if err != nil {
		t.Errorf("comparing should work, got %v", err)
	}
	return right, outdated
}

func TestAHashIsInThePHCFormat(t *testing.T) {
	t.Parallel()
	h := newHasher(t, Cost{Memory: 64, Iterations: 2, Parallelism: 3}, 1)
	hash, err := h.Hash(t.Context(), own)
	parts := regexp.MustCompile(`^\$argon2id\$v=19\$m=64,t=2,p=3\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})$`).FindStringSubmatch(hash)
	if err != nil || parts == nil {
		t.Fatalf("a hash should be argon2id in the PHC string format, with its cost, got %q, %v", hash, err)
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[1])
	if err != nil || len(salt) != 16 {
		t.Errorf("a salt should have 128 bits, it has %d bytes, %v", len(salt), err)
	}
	if key, err := base64.RawStdEncoding.DecodeString(parts[2]); err != nil || len(key) != 32 {
		t.Errorf("a key should have 256 bits, it has %d bytes, %v", len(key), err)
	}
	if again, err := h.Hash(t.Context(), own); err != nil || again == hash {
		t.Errorf("each hash should have a salt of its own, %v", err)
	}
	// This one was made by the reference implementation: echo -n "password" | argon2 somesalt -id -t 2 -m 16 -p 1.
	const reference = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	if right, outdated := verifies(t, h, "password", reference); !right || !outdated {
		t.Errorf("a hash of the reference implementation should be right, and outdated by its cost: %t, %t", right, outdated)
	}
}

func TestAPasswordIsComparedAsAPersonSeesIt(t *testing.T) {
	t.Parallel()
	h := newHasher(t, cheap, 1)
	for _, c := range []struct {
		reason, set, typed string
		right              bool
	}{
		{"the same", own, own, true},
		{"another one", own, another, false},
		{"letters' case counts", own, strings.ToUpper(own), false},
		{"blanks count", own, own + " ", false},
		{"accents in one piece and in two", "žluťoučký kůň pěl", norm.NFD.String("žluťoučký kůň pěl"), true},
		{"wide letters", "ｗｉｄｅ letters", "wide letters", true},
		{"a ligature", "ﬁnal oﬀer", "final offer", true},
		{"nothing", "", "", true},
		{"no text is itself", "a\xff", "a\xff", true},
	} {
		hash, err := h.Hash(t.Context(), c.set)
		if err != nil {
			t.Fatal(err)
		}
		if right, outdated := verifies(t, h, c.typed, hash); right != c.right || outdated {
			t.Errorf("%s: %q for %q should be right: %t, got %t, outdated %t", c.reason, c.typed, c.set, c.right, right, outdated)
		}
	}
}

// TestAnAbsurdHashCostsNoMoreThanAnother has hashes in the store that no manager wrote.
func TestAnAbsurdHashCostsNoMoreThanAnother(t *testing.T) {
	t.Parallel()
	h := newHasher(t, cheap, 1)
	good, err := h.Hash(t.Context(), own)
	if err != nil {
		t.Fatal(err)
	}
	made := func(keyLength uint32) string {
		params := cheap.params()
		params.KeyLength = keyLength
		hash, err := argon2id.CreateHash(own, params)
		if err != nil {
			t.Fatal(err)
		}
		return hash
	}
	tail := good[strings.Index(good, "p=1")+3:]
	with := func(m, i, p string) string { return fmt.Sprintf("$argon2id$v=19$m=%s,t=%s,p=%s%s", m, i, p, tail) }
	for _, c := range []struct{ reason, hash string }{
		{"none", ""},
		{"the memory of the world", with("4294967295", "1", "1")},
		{"a KiB more than a manager takes", with(strconv.Itoa(mostMemory+1), "1", "1")},
		{"no memory", with("0", "1", "1")},
		{"no iterations", with("8", "0", "1")},
		{"for ever", with("8", "4294967295", "1")},
		{"much memory, often", with(strconv.Itoa(mostMemory), "9", "1")},
		{"no lanes", with("8", "1", "0")},
		{"more lanes than memory", with("8", "1", "2")},
		{"many lanes", with("1048576", "1", "255")},
		{"more lanes than there are", with("8", "1", "256")},
		{"less than nothing", with("-8", "1", "1")},
		{"the right one with a short key", made(8)},
		{"the right one with a long key", made(1 << 10)},
		{"no key", "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$"},
		{"a key of a mebibyte", "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$" + strings.Repeat("AAAA", 1<<18)},
		{"another kind", strings.Replace(good, "argon2id", "argon2i", 1)},
		{"another version", strings.Replace(good, "v=19", "v=16", 1)},
		{"bcrypt", "$2y$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"},
		{"the password itself", own},
		{"dollars", strings.Repeat("$", 100)},
	} {
		var costs []Cost
		h.counted = func(cost Cost) { costs = append(costs, cost) }
		for _, password := range []string{own, ""} {
			if right, _ := verifies(t, h, password, c.hash); right {
				t.Errorf("%s: %q should not be right", c.reason, password)
			}
		}
		if len(costs) != 2 || costs[0] != cheap || costs[1] != cheap {
			t.Errorf("%s: to compare should cost what it does with nobody, %v, it cost %v", c.reason, cheap, costs)
		}
	}
}

func TestACostIsBounded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		reason string
		cost   Cost
		right  bool
	}{
		{"the default", DefaultCost, true},
		{"the least", cheap, true},
		{"as much memory as may be", Cost{mostMemory, 1, 1}, true},
		{"as often as may be", Cost{leastMemory, mostIterations, 1}, true},
		{"nothing", Cost{}, false},
		{"less than each lane needs", Cost{8, 1, 2}, false},
		{"too often", Cost{8, mostIterations + 1, 1}, false},
		{"too many lanes", Cost{1 << 10, 1, mostLanes + 1}, false},
		{"no lane", Cost{8, 1, 0}, false},
		{"for minutes", Cost{mostMemory, mostIterations, 1}, false},
	} {
		if err := c.cost.Check(); (err == nil) != c.right {
			t.Errorf("%s: %+v should be right: %t, got %v", c.reason, c.cost, c.right, err)
		}
		if c.right {
			continue
		}
		if _, err := NewHasher(c.cost, 1); err == nil {
			t.Errorf("%s: no hasher should be made of %+v", c.reason, c.cost)
		}
	}
}

func TestNoMorePasswordsAreHashedAtOnceThanMayBe(t *testing.T) {
	t.Parallel()
	h := newHasher(t, cheap, 2)
	hash, err := h.Hash(t.Context(), own)
	if err != nil {
		t.Fatal(err)
	}
	began, goOn, ended := make(chan struct{}), make(chan struct{}), make(chan error)
	for range 2 {
		go func() {
			_, _, err := h.Verify(context.Background(), own, hash, func() error { began <- struct{}{}; <-goOn; return nil }, func(bool) {})
			ended <- err
		}()
		<-began
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.Hash(ctx, own); !errors.Is(err, ErrBusy) {
		t.Errorf("a third password should wait, and be told that it did in vain, got %v", err)
	}
	refused := errors.New("refused")
	go func() {
		_, _, err := h.Verify(context.Background(), own, hash, func() error { return refused }, func(bool) {})
		ended <- err
	}()
	close(goOn)
	results := map[error]int{}
	for range 3 {
		select {
		case err := <-ended:
			results[err]++
		case <-time.After(10 * time.Second):
			t.Fatal("whoever waits should have a turn once others are done")
		}
	}
	if results[nil] != 2 || results[refused] != 1 {
		t.Errorf("two should have been compared, and one refused at its turn, got %v", results)
	}
}
