// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"bytes"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"
)

func TestHowTheManagerLogsIn(t *testing.T) {
	tests := map[string]struct {
		reason     string
		mechanisms []string
		server     postOptions
		tls        TLSMode
		password   string
		want       []string
		fails      Reason
	}{
		"SCRAM first": {
			reason: "SCRAM never shows the password, not even to the server", mechanisms: []string{"PLAIN", "LOGIN", "SCRAM-SHA-256"},
			password: "right", want: []string{"SCRAM-SHA-256"},
		},
		"PLAIN": {
			reason: "over TLS the password may be sent", mechanisms: []string{"LOGIN", "PLAIN"}, password: "right", want: []string{"PLAIN"},
		},
		"PLAIN over implicit TLS": {
			reason: "TLS from the first byte is TLS as well", mechanisms: []string{"PLAIN"}, server: postOptions{implicit: true},
			tls: ImplicitTLS, password: "right", want: []string{"PLAIN"},
		},
		"LOGIN": {
			reason: "some servers know nothing else", mechanisms: []string{"LOGIN"}, password: "right", want: []string{"LOGIN"},
		},
		"line end": {
			reason: "editors end files with one", mechanisms: []string{"PLAIN"}, password: "right\r\n", want: []string{"PLAIN"},
		},
		"wrong password": {
			reason: "the server refuses it", mechanisms: []string{"PLAIN"}, password: "wrong", want: []string{"PLAIN"}, fails: AuthenticationFailed,
		},
		"wrong password, SCRAM": {
			reason: "the server refuses the proof", mechanisms: []string{"SCRAM-SHA-256"}, password: "wrong",
			want: []string{"SCRAM-SHA-256"}, fails: AuthenticationFailed,
		},
		"wrong password, LOGIN": {
			reason: "the server refuses it", mechanisms: []string{"LOGIN"}, password: "wrong", want: []string{"LOGIN"}, fails: AuthenticationFailed,
		},
		"no login offered": {
			reason: "who is to log in does not send as nobody", password: "right", fails: AuthenticationFailed,
		},
		"broken mechanisms": {
			reason: "CRAM-MD5 and NTLM protect no password", mechanisms: []string{"CRAM-MD5", "NTLM"}, password: "right",
			fails: AuthenticationFailed,
		},
		"clear text": {
			reason: "not even on the same host is a password sent in clear text", mechanisms: []string{"PLAIN", "LOGIN"},
			server: postOptions{clear: true, insecureLogin: true}, tls: NoTLS, password: "right", fails: AuthenticationFailed,
		},
		"clear text, SCRAM": {
			reason: "SCRAM sends no password", mechanisms: []string{"PLAIN", "SCRAM-SHA-256"},
			server: postOptions{clear: true, insecureLogin: true}, tls: NoTLS, password: "right", want: []string{"SCRAM-SHA-256"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := (&post{mechanisms: test.mechanisms, password: "right"}).start(t, test.server)
			o := p.options()
			o.TLS, o.Username, o.PasswordFile = test.tls, "roster", file(t, "password", test.password)
			err := mailer(t, smtpTransport(t, o), Options{}).Send(t.Context(), ordinary())
			switch {
			case test.fails == "" && err != nil:
				t.Errorf("the letter was not accepted: %v; expected that it is, because %s", err, test.reason)
			case test.fails != "":
				if own := reasonOf(t, err); own.Reason != test.fails || own.Permanent {
					t.Errorf("the letter failed for %s (permanent: %t); expected %s, not permanent, because %s", own.Reason, own.Permanent, test.fails, test.reason)
				}
			}
			if diff := cmp.Diff(test.want, p.logins); diff != "" {
				t.Errorf("because %s, the ways to log in differ (-want +got):\n%s", test.reason, diff)
			}
		})
	}
}

func TestARotatedPasswordCounts(t *testing.T) {
	p := (&post{mechanisms: []string{"PLAIN"}, password: "new"}).start(t, postOptions{})
	o := p.options()
	o.Username, o.PasswordFile = "roster", file(t, "password", "old")
	m := mailer(t, smtpTransport(t, o), Options{})
	if own := reasonOf(t, m.Send(t.Context(), ordinary())); own.Reason != AuthenticationFailed {
		t.Errorf("the letter with the old password failed for %s; expected AuthenticationFailed", own.Reason)
	}
	if err := os.WriteFile(o.PasswordFile, []byte("new"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := m.Send(t.Context(), ordinary()); err != nil {
		t.Errorf("the letter after the password's file changed: %v; expected that the new password is used", err)
	}
	if err := os.Remove(o.PasswordFile); err != nil {
		t.Fatal(err)
	}
	own := reasonOf(t, m.Send(t.Context(), ordinary()))
	if own.Reason != AuthenticationFailed || !errors.Is(own, os.ErrNotExist) {
		t.Errorf("the letter without a password's file failed with %v; expected AuthenticationFailed and that the file is missing", own)
	}
}

func TestAServerCannotAskForEndlessWork(t *testing.T) {
	tests := map[string]struct {
		reason, asks string
		refused      bool
	}{
		"usual":     {reason: "servers ask for some thousands", asks: "r=x,s=eA==,i=4096"},
		"endless":   {reason: "no timeout would end the work", asks: "r=x,s=eA==,i=2000000000", refused: true},
		"no number": {reason: "what is no number is not worked on", asks: "r=x,s=eA==,i=many", refused: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			reached := &recorder{}
			_, err := patient{reached}.Next([]byte(test.asks), true)
			if refused := err != nil; refused != test.refused || reached.asked == test.refused {
				t.Errorf("refused: %t, worked on: %t; expected refused: %t, because %s", refused, reached.asked, test.refused, test.reason)
			}
		})
	}
}

// loginServer is LOGIN as servers do it.
type loginServer struct {
	judge    func(username, password string) error
	username string
	step     int
}

func (s *loginServer) Next(response []byte) (challenge []byte, done bool, err error) {
	s.step++
	switch s.step {
	case 1:
		return []byte("Username:"), false, nil
	case 2:
		s.username = string(response)
		return []byte("Password:"), false, nil
	}
	return nil, true, s.judge(s.username, string(response))
}

// scramServer is SCRAM-SHA-256 (RFC 5802, RFC 7677) as a server does it.
type scramServer struct {
	password string

	step               int
	clientFirst, first string
	nonce              string
}

func (s *scramServer) Next(response []byte) (challenge []byte, done bool, err error) {
	s.step++
	switch s.step {
	case 1:
		return nil, false, nil
	case 2:
		s.clientFirst = strings.TrimPrefix(string(response), "n,,")
		_, nonce, _ := strings.Cut(s.clientFirst, ",r=")
		s.nonce = nonce + "server"
		s.first = fmt.Sprintf("r=%s,s=%s,i=4096", s.nonce, base64.StdEncoding.EncodeToString([]byte("salt")))
		return []byte(s.first), false, nil
	case 3:
		signature, err := s.judge(string(response))
		return []byte("v=" + signature), false, err
	}
	return nil, true, nil
}

// judge looks at the client's proof and answers the server's own.
func (s *scramServer) judge(final string) (string, error) {
	without, proof, _ := strings.Cut(final, ",p=")
	if !strings.HasSuffix(without, ",r="+s.nonce) {
		return "", smtp.ErrAuthFailed
	}
	salted, err := pbkdf2.Key(sha256.New, s.password, []byte("salt"), 4096, sha256.Size)
	if err != nil {
		return "", err
	}
	message := []byte(s.clientFirst + "," + s.first + "," + without)
	key := keyed(salted, []byte("Client Key"))
	stored := sha256.Sum256(key)
	want := keyed(stored[:], message)
	for i := range want {
		want[i] ^= key[i]
	}
	got, err := base64.StdEncoding.DecodeString(proof)
	if err != nil || !bytes.Equal(want, got) {
		return "", smtp.ErrAuthFailed
	}
	return base64.StdEncoding.EncodeToString(keyed(keyed(salted, []byte("Server Key")), message)), nil
}

func keyed(key, message []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write(message)
	return mac.Sum(nil)
}
