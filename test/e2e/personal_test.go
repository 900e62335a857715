// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/internal/testkit"
)

// neverTold are what no log of a manager holds, whichever test runs it: the domain of every address of the tests, and passwords.
var neverTold = []string{"@example.com", firstPassword, "$argon2id$"}

// personalIn is the first of some texts that is in what was told; empty is none.
func personalIn(told string, canaries ...string) string {
	for _, canary := range canaries {
		if canary != "" && strings.Contains(strings.ToLower(told), strings.ToLower(canary)) {
			return canary
		}
	}
	return ""
}

// TestNothingPersonalIsTold goes the ways of a person, the wrong ones too, and looks for what is his in everything the manager tells: logs,
// which every test looks through, and events, statuses, metrics and answers here.
func TestNothingPersonalIsTold(t *testing.T) {
	t.Parallel()
	m := newMailing(t)
	o := testkit.Operator(m.namespace, "worker", testkit.InTenant("north"))
	o.Spec.UserName = "canary.login"
	o.Spec.Profile.GivenName, o.Spec.Profile.FamilyName, o.Spec.Profile.PhoneNumber = "Canarygiven", "Canaryfamily", "+420999888777"
	o.Spec.Profile.Email = "canary.address@example.com"
	m.create(testkit.Tenant(m.namespace, "north"), o)
	link := m.mailed(1).link
	token := link[strings.LastIndex(link, "/")+1:]
	m.sets(link+"x", firstPassword)
	m.sets(link, "canary.login")
	m.sets(link, firstPassword)
	m.sets(link, firstPassword)
	b := browser(t)
	wrong := "canary of a wrong password"
	for _, password := range []string{wrong, firstPassword} {
		_, _ = m.posts(b, "/"+m.namespace+"/login", url.Values{"login": {"canary.login"}, "password": {password}})
		m.authenticates("canary.login", password, "192.0.2.44")
	}
	_, _ = m.posts(b, "/"+m.namespace+"/account/password", url.Values{"current": {wrong}, "new": {wrong}, "repeat": {wrong}})
	_, _ = m.posts(b, "/"+m.namespace+"/forgot", url.Values{"login": {"canary.address@example.com"}})
	response, err := http.Get("http://" + m.page + "/activate/" + token)
	must(t, err)
	must(t, response.Body.Close())
	edit(m.company, o, func(o *v1alpha1.Operator) {
		metav1.SetMetaDataAnnotation(&o.ObjectMeta, v1alpha1.AnnotationResetPasswordAt, "now")
	})
	again := m.mailed(2).link
	edit(m.company, o, func(o *v1alpha1.Operator) { o.Spec.Profile.Email = "not-taken@example.com" })
	m.mailed(3)
	m.tells(o, v1alpha1.OperatorStateInvited, v1alpha1.ReasonInvited)

	canaries := append([]string{
		token, again[strings.LastIndex(again, "/")+1:], wrong, "canarygiven", "canaryfamily", "canary.address", "canary.login", "999888777", "192.0.2.44",
	}, neverTold...)
	status, err := json.Marshal(o.Status)
	must(t, err)
	told := map[string]string{"the status": string(status)}
	var events eventsv1.EventList
	must(t, m.List(t.Context(), &events, client.InNamespace(m.namespace)))
	for i, e := range events.Items {
		told[fmt.Sprint("event ", i)] = e.Note + e.Reason
	}
	told["the metrics"] = scraped(t)
	told["the log of accounts"] = m.logged()
	for what, text := range told {
		if canary := personalIn(text, canaries...); canary != "" {
			t.Errorf("%s holds %q; expected nothing of a person:\n%.2000s", what, canary, text)
		}
	}
	if !strings.Contains(told["the log of accounts"], "Authenticated") {
		t.Errorf("the log has no line of a login; expected one without names:\n%s", told["the log of accounts"])
	}
}

// scraped is everything the managers of this process tell in metrics.
func scraped(t *testing.T) string {
	t.Helper()
	recorded := httptest.NewRecorder()
	promhttp.HandlerFor(metrics.Registry, promhttp.HandlerOpts{}).ServeHTTP(recorded, httptest.NewRequest(http.MethodGet, "/metrics", http.NoBody))
	if recorded.Code != http.StatusOK {
		t.Fatalf("the metrics are answered by %d; expected 200", recorded.Code)
	}
	return recorded.Body.String()
}
