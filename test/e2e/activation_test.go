// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/http"
	"net/http/cookiejar"
	netmail "net/mail"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/controllers"
	"github.com/roster-dev/roster/internal/authentication"
	"github.com/roster-dev/roster/internal/roster"
	"github.com/roster-dev/roster/internal/testkit"
)

// mailing is what a company's manager needs to let people in: a key, a folder for mails, its pages and an answer for platforms.
type mailing struct {
	*company
	folder, page, platform string
}

const (
	platformToken = "a-token-of-the-platform-of-a-test"
	firstPassword = "plum gravel orbit seventeen"
)

// activating has the manager of a company send links into a folder, serve pages and answer platforms.
func (m *mailing) activating(c *company) {
	t := c.t
	m.company, m.folder = c, t.TempDir()
	m.page, m.platform = freeAddress(t), freeAddress(t)
	folder := t.TempDir()
	key, tokens := filepath.Join(folder, "key"), filepath.Join(folder, "tokens")
	must(t, os.WriteFile(key, bytes.Repeat([]byte("k"), 32), 0o600))
	must(t, os.WriteFile(tokens, []byte(platformToken+"\n"), 0o600))
	c.options.Activation.KeyFile, c.options.Activation.PageURL, c.options.Activation.BindAddress = key, "http://"+m.page, m.page
	c.options.Mail.From, c.options.Mail.Folder, c.options.Mail.PerMinute = "people@roster.example", m.folder, 100_000
	c.options.Passwords.Memory = 8
	c.options.Authentication.BindAddress, c.options.Authentication.TokenFile = m.platform, tokens
}

func newMailing(t *testing.T, changes ...func(*company)) *mailing {
	t.Helper()
	m := &mailing{}
	newCompany(t, append([]func(*company){m.activating}, changes...)...)
	return m
}

// letter is a mail as it was dropped.
type letter struct {
	to, id, link, text string
}

var linkIn = regexp.MustCompile(`https?://\S+/activate/[A-Za-z0-9_-]+`)

// letters are the mails so far, the oldest first.
func (m *mailing) letters() []letter {
	m.t.Helper()
	names, err := filepath.Glob(filepath.Join(m.folder, "*.eml"))
	must(m.t, err)
	slices.Sort(names)
	var all []letter
	for _, name := range names {
		content, err := os.ReadFile(name)
		must(m.t, err)
		all = append(all, parsed(m.t, content))
	}
	return all
}

func parsed(t *testing.T, content []byte) letter {
	t.Helper()
	message, err := netmail.ReadMessage(bytes.NewReader(content))
	must(t, err)
	_, parameters, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	must(t, err)
	parts := multipart.NewReader(message.Body, parameters["boundary"])
	part, err := parts.NextRawPart()
	must(t, err)
	var body io.Reader = part
	if part.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
		body = quotedprintable.NewReader(part)
	}
	text, err := io.ReadAll(body)
	must(t, err)
	return letter{to: message.Header.Get("To"), id: message.Header.Get("Message-Id"), link: linkIn.FindString(string(text)), text: string(text)}
}

// mailed waits until so many mails were sent, and is the last of them.
func (m *mailing) mailed(n int) letter {
	m.t.Helper()
	testkit.Eventually(m.t, fmt.Sprintf("%d mails are sent", n), func(context.Context) (bool, string) {
		sent := len(m.letters())
		return sent >= n, fmt.Sprintf("%d are", sent)
	})
	all := m.letters()
	if len(all) != n || all[n-1].link == "" {
		m.t.Fatalf("%d mails were sent, the last with the link %q; expected %d, each with a link", len(all), all[len(all)-1].link, n)
	}
	return all[n-1]
}

// tells waits until a person's status says a state, and the condition Activated a reason.
func (m *mailing) tells(o *v1alpha1.Operator, state v1alpha1.OperatorState, reason string) {
	m.t.Helper()
	settled(m.company, o, fmt.Sprintf("is %s, and Activated says %s", state, reason), func(o *v1alpha1.Operator) bool {
		condition := meta.FindStatusCondition(o.Status.Conditions, v1alpha1.ConditionActivated)
		return o.Status.State == state && condition != nil && condition.Reason == reason
	})
}

// browser follows redirects and keeps cookies, as a person's does.
func browser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	must(t, err)
	return &http.Client{Jar: jar}
}

// posts sends a form as the page at that address does, and is the status of what comes of it, redirects included.
func (m *mailing) posts(b *http.Client, path string, values url.Values) (status int, page string) {
	m.t.Helper()
	request, err := http.NewRequestWithContext(m.t.Context(), http.MethodPost, "http://"+m.page+path, strings.NewReader(values.Encode()))
	must(m.t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	response, err := b.Do(request)
	must(m.t, err)
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	must(m.t, err)
	return response.StatusCode, string(text)
}

// sets sets a password by a link, and is the status of the answer.
func (m *mailing) sets(link, password string) int {
	m.t.Helper()
	token := link[strings.LastIndex(link, "/")+1:]
	status, _ := m.posts(browser(m.t), "/activate", url.Values{"token": {token}, "new": {password}, "repeat": {password}})
	return status
}

func (m *mailing) expectSet(what, link, password string, want int) {
	m.t.Helper()
	if status := m.sets(link, password); status != want {
		m.t.Errorf("%s is answered by %d; expected %d", what, status, want)
	}
}

// authenticates asks as a platform does.
func (m *mailing) authenticates(login, password, client string) authentication.Response {
	m.t.Helper()
	body, err := json.Marshal(authentication.Request{Company: m.namespace, Login: login, Password: password, Client: client})
	must(m.t, err)
	request, err := http.NewRequestWithContext(m.t.Context(), http.MethodPost, "http://"+m.platform+authentication.Path, bytes.NewReader(body))
	must(m.t, err)
	request.Header.Set("Authorization", "Bearer "+platformToken)
	response, err := http.DefaultClient.Do(request)
	must(m.t, err)
	defer func() { _ = response.Body.Close() }()
	var answer authentication.Response
	must(m.t, json.NewDecoder(response.Body).Decode(&answer))
	return answer
}

func (m *mailing) expectLogin(when, login, password string, want bool) {
	m.t.Helper()
	if answer := m.authenticates(login, password, "192.0.2.1"); answer.Authenticated != want {
		m.t.Errorf("%s: authenticate says %+v; expected %t", when, answer, want)
	}
}

func TestFromAManifestToAFirstLogin(t *testing.T) {
	t.Parallel()
	m := newMailing(t)
	o := testkit.Operator(m.namespace, "anna", testkit.InTenant("north", testkit.On(v1alpha1.ChannelChat)))
	o.Spec.Profile.Locale = "cs-CZ"
	m.create(testkit.Tenant(m.namespace, "north"), o)
	m.tells(o, v1alpha1.OperatorStateInvited, v1alpha1.ReasonInvited)
	first := m.mailed(1)
	if !strings.Contains(first.to, string(o.Spec.Profile.Email)) || !strings.Contains(first.text, "Dobrý den") {
		t.Errorf("the mail goes to %q and begins %.40q; expected the person's address, and Czech", first.to, first.text)
	}
	if a := o.Status.Activation; a == nil || a.SentTime == nil || a.ExpiresTime == nil || a.ExpiresTime.Sub(a.SentTime.Time) != 72*time.Hour || a.Attempts != 1 {
		t.Errorf("status.activation is %+v; expected a link that was sent once and works for 72h", a)
	}
	m.expectLogin("before a password is set", "anna", firstPassword, false)
	m.expectSet("a common password", first.link, "password", http.StatusUnprocessableEntity)
	m.expectSet("a good password", first.link, firstPassword, http.StatusOK)
	m.expectLogin("once it is set", "anna", firstPassword, true)
	m.expectLogin("by the e-mail address, in capitals", strings.ToUpper(string(o.Spec.Profile.Email)), firstPassword, true)
	m.expectLogin("with another password", "anna", "another password of nobody", false)
	m.tells(o, v1alpha1.OperatorStateActive, v1alpha1.ReasonPasswordSet)
	if o.Status.Activation.UsedTime == nil {
		t.Errorf("status.activation is %+v; expected when the link was used", o.Status.Activation)
	}
	m.expectSet("the link, used again", first.link, "yet another long password", http.StatusGone)
	settled(m.company, testkit.Tenant(m.namespace, "north"), "counts one active operator", func(tenant *v1alpha1.Tenant) bool {
		return tenant.Status.Operators != nil && tenant.Status.Operators.Active == 1
	})

	edit(m.company, o, func(o *v1alpha1.Operator) { o.Spec.Active = new(false) })
	m.tells(o, v1alpha1.OperatorStateDeactivated, v1alpha1.ReasonDeactivated)
	m.expectLogin("once he is deactivated", "anna", firstPassword, false)
	edit(m.company, o, func(o *v1alpha1.Operator) { o.Spec.Active = new(true) })
	m.tells(o, v1alpha1.OperatorStateActive, v1alpha1.ReasonPasswordSet)
	m.expectLogin("once he is active again", "anna", firstPassword, true)
	if n := len(m.letters()); n != 1 {
		t.Errorf("%d mails were sent; expected that who has a password gets no other", n)
	}
}

func TestLinksAreSentAnewAndPasswordsVoidedOncePerRequest(t *testing.T) {
	t.Parallel()
	m := newMailing(t)
	o := testkit.Operator(m.namespace, "ben", testkit.InTenant("north"))
	m.create(testkit.Tenant(m.namespace, "north"), o)
	m.tells(o, v1alpha1.OperatorStateInvited, v1alpha1.ReasonInvited)
	first := m.mailed(1)
	annotate := func(name, value string) {
		edit(m.company, o, func(o *v1alpha1.Operator) { metav1.SetMetaDataAnnotation(&o.ObjectMeta, name, value) })
	}
	annotate(v1alpha1.AnnotationResendActivationAt, "now")
	second := m.mailed(2)
	if first.link == second.link || first.id == second.id {
		t.Error("the second mail has the first one's link or Message-ID; expected another link")
	}
	m.expectSet("the link before it, which is void", first.link, firstPassword, http.StatusGone)
	annotate("example.com/unrelated", "x")
	m.restart()
	m.tells(o, v1alpha1.OperatorStateInvited, v1alpha1.ReasonInvited)
	edit(m.company, o, func(o *v1alpha1.Operator) { o.Spec.Profile.Email = "ben.elsewhere@example.com" })
	third := m.mailed(3)
	if !strings.Contains(third.to, "ben.elsewhere@example.com") {
		t.Errorf("the third mail goes to %q; expected the address he has now", third.to)
	}
	m.expectSet("a link that went to the former address", second.link, firstPassword, http.StatusGone)
	m.expectSet("the latest link", third.link, firstPassword, http.StatusOK)
	m.tells(o, v1alpha1.OperatorStateActive, v1alpha1.ReasonPasswordSet)
	annotate(v1alpha1.AnnotationResetPasswordAt, "today")
	fourth := m.mailed(4)
	m.tells(o, v1alpha1.OperatorStateInvited, v1alpha1.ReasonInvited)
	m.expectLogin("once the password is voided", "ben", firstPassword, false)
	m.expectSet("the link to set another password", fourth.link, "a different long password", http.StatusOK)
	m.tells(o, v1alpha1.OperatorStateActive, v1alpha1.ReasonPasswordSet)
	m.restart()
	edit(m.company, o, func(o *v1alpha1.Operator) { o.Spec.Profile.Title = "Agent" })
	m.tells(o, v1alpha1.OperatorStateActive, v1alpha1.ReasonPasswordSet)
	m.expectLogin("after another edit", "ben", "a different long password", true)

	if status, _ := m.posts(browser(t), "/"+m.namespace+"/forgot", url.Values{"login": {"ben"}}); status != http.StatusOK {
		t.Errorf("a forgotten password is answered by %d; expected 200", status)
	}
	if n := len(m.letters()); n != 4 {
		t.Errorf("%d mails were sent; expected 4, as a link was made just now", n)
	}
}

func TestAFirstPasswordComesFromALabelledSecret(t *testing.T) {
	t.Parallel()
	m := newMailing(t, func(c *company) {
		c.options.Activation.InitialPasswords = true
		mustKubectl(c.t, "apply", "--server-side", "-f", "config/initial-passwords/role.yaml")
		c.create(&rbacv1.RoleBinding{
			ObjectMeta: metav1.ObjectMeta{Namespace: c.namespace, Name: "initial-passwords"},
			RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "roster-manager-initial-passwords"},
			Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: "roster-system", Name: "roster-manager"}},
		})
	})
	o := testkit.Operator(m.namespace, "cleo", testkit.InTenant("north"))
	o.Spec.Credential = v1alpha1.Credential{Mode: v1alpha1.CredentialModeInitialPassword, PasswordSecretRef: &v1alpha1.SecretKeyRef{Name: "cleo-first", Key: "password"}}
	m.create(testkit.Tenant(m.namespace, "north"), o)
	m.tells(o, v1alpha1.OperatorStateInvited, v1alpha1.ReasonSecretMissing)
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: m.namespace, Name: "cleo-first", Labels: map[string]string{controllers.LabelInitialPassword: "true"}},
		StringData: map[string]string{"password": firstPassword},
	}
	m.create(secret)
	m.tells(o, v1alpha1.OperatorStateActive, v1alpha1.ReasonInitialPassword)
	if answer := m.authenticates("cleo", firstPassword, "192.0.2.7"); !answer.Authenticated || !answer.MustChangePassword {
		t.Errorf("authenticate says %+v; expected yes, and that the password must be changed", answer)
	}
	rotate := func(password string) {
		edit(m.company, secret, func(s *corev1.Secret) { s.StringData = map[string]string{"password": password} })
	}
	rotate("another first password given")
	testkit.Eventually(t, "the Secret's other password is the person's", func(context.Context) (bool, string) {
		answer := m.authenticates("cleo", "another first password given", "192.0.2.8")
		return answer.Authenticated, fmt.Sprintf("%+v", answer)
	})
	b := browser(t)
	if status, _ := m.posts(b, "/"+m.namespace+"/login", url.Values{"login": {"cleo"}, "password": {"another first password given"}}); status != http.StatusOK {
		t.Fatalf("logging in is answered by %d; expected 200", status)
	}
	mine := "lantern moss quarter fiddle"
	if status, page := m.posts(b, "/"+m.namespace+"/account/password", url.Values{
		"current": {"another first password given"}, "new": {mine}, "repeat": {mine},
	}); status != http.StatusOK {
		t.Fatalf("changing the password is answered by %d; expected 200: %.300s", status, page)
	}
	m.tells(o, v1alpha1.OperatorStateActive, v1alpha1.ReasonPasswordSet)
	rotate("a third first password given")
	edit(m.company, o, func(o *v1alpha1.Operator) { o.Spec.Profile.Title = "Agent" })
	m.tells(o, v1alpha1.OperatorStateActive, v1alpha1.ReasonPasswordSet)
	m.expectLogin("by the Secret, once he set his own", "cleo", "a third first password given", false)
	m.expectLogin("by his own", "cleo", mine, true)
	edit(m.company, o, func(o *v1alpha1.Operator) {
		metav1.SetMetaDataAnnotation(&o.ObjectMeta, v1alpha1.AnnotationResetPasswordAt, "now")
	})
	m.tells(o, v1alpha1.OperatorStateActive, v1alpha1.ReasonInitialPassword)
	m.expectLogin("by the Secret, once that is asked for", "cleo", "a third first password given", true)
	if n := len(m.letters()); n != 0 {
		t.Errorf("%d mails were sent; expected none to who is given a password", n)
	}
}

func TestWhoIsVouchedForGetsNeitherMailNorPassword(t *testing.T) {
	t.Parallel()
	m := newMailing(t)
	o := testkit.Operator(m.namespace, "dora", testkit.InTenant("north"))
	o.Spec.Credential = v1alpha1.Credential{Mode: v1alpha1.CredentialModeIdentityProvider, IdentityProvider: "corporate"}
	after := testkit.Operator(m.namespace, "emil", testkit.InTenant("north"))
	m.create(testkit.Tenant(m.namespace, "north"), o, after)
	m.tells(o, v1alpha1.OperatorStateActive, v1alpha1.ReasonIdentityProvider)
	if link := m.mailed(1); !strings.Contains(link.to, string(after.Spec.Profile.Email)) {
		t.Errorf("a mail goes to %q; expected one to who sets a password alone", link.to)
	}
	_, page := m.posts(browser(t), "/"+m.namespace+"/forgot", url.Values{"login": {"dora"}})
	_, same := m.posts(browser(t), "/"+m.namespace+"/forgot", url.Values{"login": {"nobody"}})
	if page != same {
		t.Error("the page tells somebody known from nobody; expected the same page")
	}
	is, err := m.store.Accounts().Get(t.Context(), roster.NewPersonKey(m.namespace, "dora"))
	must(t, err)
	if is.Account.HasPassword() || len(is.Account.Links) > 0 {
		t.Errorf("the account is %+v; expected neither a password nor a link", is.Account)
	}
}
