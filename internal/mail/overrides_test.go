// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// marked answers a folder of templates, each of which says only its path.
func marked(paths ...string) fstest.MapFS {
	tree := fstest.MapFS{}
	for _, path := range paths {
		tree[path] = &fstest.MapFile{Data: []byte(path)}
	}
	return tree
}

func TestWhichTemplateIsUsed(t *testing.T) {
	all := func(folder string) []string {
		return []string{folder + "/activation.subject.txt", folder + "/activation.txt", folder + "/activation.html"}
	}
	const builtInEnglish, builtInGerman = "Set your password for Acme Berlin", "Passwort festlegen: Acme Berlin"
	tests := map[string]struct {
		reason string
		files  []string
		change func(*Letter)
		// subject is the whole one, text what the text begins with.
		subject, text string
	}{
		"none": {reason: "the built-in ones are there", subject: builtInEnglish, text: "Hello"},
		"for all": {
			reason: "a file for all replaces the built-in one, and only that", files: []string{"en/activation.txt"},
			subject: builtInEnglish, text: "en/activation.txt",
		},
		"company": {
			reason: "a company's goes before one for all", files: []string{"en/activation.txt", "acme/en/activation.txt"},
			subject: builtInEnglish, text: "acme/en/activation.txt",
		},
		"tenant": {
			reason:  "a tenant's goes before its company's, file by file",
			files:   []string{"acme/en/activation.txt", "acme/en/activation.subject.txt", "acme/berlin/en/activation.txt"},
			subject: "acme/en/activation.subject.txt", text: "acme/berlin/en/activation.txt",
		},
		"another tenant": {
			reason: "what is another's is not used", files: []string{"acme/prague/en/activation.txt", "globex/en/activation.txt"},
			subject: builtInEnglish, text: "Hello",
		},
		"no tenant": {
			reason: "a person without a home tenant is the company's", files: []string{"acme/en/activation.txt", "acme/berlin/en/activation.txt"},
			change:  func(l *Letter) { l.Tenant = "" },
			subject: builtInEnglish, text: "acme/en/activation.txt",
		},
		"another purpose": {
			reason: "a file is for one purpose", files: []string{"en/reset.txt"}, subject: builtInEnglish, text: "Hello",
		},
		"another language": {
			reason: "a file is for one language", files: []string{"de/activation.txt"}, subject: builtInEnglish, text: "Hello",
		},
		"region": {
			reason: "a region's goes before its language's, file by file", files: []string{"de-AT/activation.txt", "acme/de/activation.txt"},
			change:  func(l *Letter) { l.Locale = "de-AT" },
			subject: builtInGerman, text: "de-AT/activation.txt",
		},
		"other region": {
			reason: "a region's is for that region", files: []string{"de-AT/activation.txt", "acme/de/activation.txt"},
			change:  func(l *Letter) { l.Locale = "de-DE" },
			subject: builtInGerman, text: "acme/de/activation.txt",
		},
		"new language": {
			reason: "a language that is not built in is one as well", files: all("fr"),
			change:  func(l *Letter) { l.Locale = "fr-CA" },
			subject: "fr/activation.subject.txt", text: "fr/activation.txt",
		},
		"new language of a company": {
			reason: "only that company has it", files: all("globex/fr"),
			change:  func(l *Letter) { l.Locale = "fr-CA" },
			subject: builtInEnglish, text: "Hello",
		},
		"new language, completed above": {
			reason: "a tenant may change a part of it", files: append(all("fr"), "acme/berlin/fr/activation.txt"),
			change:  func(l *Letter) { l.Locale = "fr" },
			subject: "fr/activation.subject.txt", text: "acme/berlin/fr/activation.txt",
		},
		"company called like a language": {
			reason: "how deep a folder lies says what it is", files: []string{"de/en/activation.txt"},
			change:  func(l *Letter) { l.Company = "de" },
			subject: builtInEnglish, text: "de/en/activation.txt",
		},
		"company with a path for a name": {
			reason: "a name never leads elsewhere", files: []string{"globex/en/activation.txt"},
			change:  func(l *Letter) { l.Company, l.Tenant = "acme/../globex", ".." },
			subject: builtInEnglish, text: "Hello",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			l := ordinary()
			if test.change != nil {
				test.change(&l)
			}
			read := composed(t, Options{Templates: marked(test.files...)}, l)
			if read.subject != test.subject || !strings.HasPrefix(read.text, test.text) {
				t.Errorf("the subject is %q and the text %q; expected %q and %q, because %s", read.subject, read.text, test.subject, test.text, test.reason)
			}
		})
	}
}

func TestWhatATemplateCanSay(t *testing.T) {
	const source = "{{.UserName}}|{{.Name}}|{{.Company}}|{{.Tenant}}|{{.TenantName}}|{{.Place}}|{{.Link}}|{{.Expires}}|{{.Purpose}}|{{.Language}}|{{.To}}"
	l := ordinary()
	l.Locale = "de-DE"
	read := composed(t, Options{Templates: fstest.MapFS{"de/activation.txt": {Data: []byte(source)}}}, l)
	want := canaryUser + "|" + canaryName + "|acme|berlin|Acme Berlin|Acme Berlin|" + canaryLink +
		"|2. Oktober 2026, 15:04 Uhr (Europe/Prague, UTC+2)|Activation|de|" + canaryAddress
	if read.text != want {
		t.Errorf("the text is %q; expected %q", read.text, want)
	}
}

func TestTemplatesThatAreRefused(t *testing.T) {
	one := func(path, source string) fstest.MapFS { return fstest.MapFS{path: {Data: []byte(source)}} }
	tests := map[string]struct {
		reason string
		tree   fstest.MapFS
		says   string
	}{
		"no template":      {reason: "it cannot be parsed", tree: one("acme/en/reset.txt", "{{.Link"), says: "the mail template acme/en/reset.txt is no template"},
		"no HTML template": {reason: "it cannot be parsed", tree: one("en/reset.html", "{{end}}"), says: "the mail template en/reset.html is no template"},
		"unknown field":    {reason: "a letter has no such field", tree: one("en/reset.txt", "{{.Password}}"), says: "the mail template en/reset.txt cannot be filled in"},
		"without a name":   {reason: "not everybody has what may be missing", tree: one("en/reset.txt", "{{slice .Name 0 1}}"), says: "en/reset.txt cannot be filled in"},
		"HTML that is torn": {
			reason: "it cannot be escaped", tree: one("en/reset.html", `<a href="{{if .Name}}">{{end}}{{.Link}}`), says: "en/reset.html cannot be filled in",
		},
		"empty":           {reason: "nobody wants an empty letter", tree: one("en/reset.txt", " \n"), says: "makes an empty text"},
		"too large":       {reason: "files are bounded", tree: one("en/reset.txt", strings.Repeat("x", maxTemplate+1)), says: "en/reset.txt is larger than 64 KiB"},
		"too long":        {reason: "texts are bounded", tree: one("en/reset.txt", `{{define "x"}}{{template "x"}}xxxxxxxxxxxxxxxxxxxx{{end}}`+`{{range 30000}}xxxxxxxxxx{{end}}`), says: "longer than 256 KiB"},
		"no locale":       {reason: "the folder is none of a locale", tree: one("acme/activation.txt", "x"), says: `the mail template acme/activation.txt is not in the folder of a locale`},
		"locale misspelt": {reason: "it would be looked for under its right name", tree: one("de_at/activation.txt", "x"), says: "written de-AT, not de_at"},
		"no folder":       {reason: "the language is not said", tree: one("activation.txt", "x"), says: "<locale>/activation.txt is right"},
		"name misspelt":   {reason: "nothing would ever read it", tree: one("en/activation.text", "x"), says: "the mail template en/activation.text has a name that means nothing"},
		"too deep":        {reason: "nothing would ever read it", tree: one("a/b/c/en/activation.txt", "x"), says: "a/b/c/en of mail templates lies too deep"},
		"half a language": {reason: "the rest would be in another language", tree: marked("fr/activation.txt", "fr/activation.html"), says: "fr/activation.html is not enough for a letter in fr: activation.subject.txt is missing"},
		"half a language, of a tenant": {
			reason: "what another has does not complete it",
			tree:   marked("acme/berlin/fr/reset.txt", "globex/fr/reset.txt", "globex/fr/reset.html", "globex/fr/reset.subject.txt"),
			says:   "acme/berlin/fr/reset.txt is not enough for a letter in fr",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := New(&kept{}, Options{From: "roster@example.com", Templates: test.tree})
			if err == nil || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "\n") {
				t.Errorf("New answers %v; expected one line with %q, because %s", err, test.says, test.reason)
			}
		})
	}
}

func TestTooManyTemplates(t *testing.T) {
	tree := fstest.MapFS{}
	for i := range maxFiles + 1 {
		tree["en/"+strings.Repeat("x", 1+i/26)+string(rune('a'+i%26))] = &fstest.MapFile{}
	}
	if _, err := New(&kept{}, Options{From: "roster@example.com", Templates: tree}); err == nil || !strings.Contains(err.Error(), "may have 4096") {
		t.Errorf("New answers %v; expected the number of files to be refused", err)
	}
}

// TestAMountedConfigMap plays what the kubelet makes of a ConfigMap: links to a folder whose name begins with dots.
func TestAMountedConfigMap(t *testing.T) {
	mount := t.TempDir()
	data := filepath.Join(mount, "..2026_09_30", "acme", "en")
	if err := os.MkdirAll(data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "activation.txt"), []byte("from a ConfigMap"), 0o600); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{"..data": "..2026_09_30", "acme": "..data/acme"} {
		if err := os.Symlink(target, filepath.Join(mount, link)); err != nil {
			t.Fatal(err)
		}
	}
	if read := composed(t, Options{Templates: os.DirFS(mount)}, ordinary()); read.text != "from a ConfigMap" {
		t.Errorf("the text is %q; expected that of the ConfigMap's file", read.text)
	}
}

func TestAFolderOfTemplatesThatIsMissing(t *testing.T) {
	_, err := New(&kept{}, Options{From: "roster@example.com", Templates: os.DirFS("/nowhere")})
	if err == nil || !strings.Contains(err.Error(), "the folder of mail templates cannot be read") {
		t.Errorf("New answers %v; expected that the folder cannot be read", err)
	}
}
