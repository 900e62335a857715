// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// The limits of a folder of templates.
const (
	maxFiles = 4096
	// maxDepth is <company>/<tenant>/<locale>/<file>.
	maxDepth = 4
)

// read answers the texts of a folder by path, each parsed and tried. Its errors are one sentence that names the file.
func read(folder fs.FS) (map[string]*text, error) {
	paths, err := walk(folder, ".", 1)
	if err != nil {
		return nil, err
	}
	if len(paths) > maxFiles {
		return nil, fmt.Errorf("the folder of mail templates has %d files and may have %d", len(paths), maxFiles)
	}
	texts := map[string]*text{}
	for _, path := range paths {
		if texts[path], err = readText(folder, path); err != nil {
			return nil, fmt.Errorf("the mail template %s %w", path, err)
		}
	}
	return texts, nil
}

// walk answers the paths of all files in a folder. It follows links, since a mounted ConfigMap consists of them, and passes over
// names that begin with a dot, where a mounted ConfigMap keeps what they lead to.
func walk(tree fs.FS, folder string, depth int) ([]string, error) {
	entries, err := fs.ReadDir(tree, folder)
	if err != nil {
		return nil, fmt.Errorf("the folder of mail templates cannot be read: %w", err)
	}
	var paths []string
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		path := strings.TrimPrefix(folder+"/"+entry.Name(), "./")
		info, err := fs.Stat(tree, path)
		if err != nil {
			return nil, fmt.Errorf("the folder of mail templates cannot be read: %w", err)
		}
		if !info.IsDir() {
			paths = append(paths, path)
			continue
		}
		if depth == maxDepth {
			return nil, fmt.Errorf("the folder %s of mail templates lies too deep: <company>/<tenant>/<locale>/ is the deepest there is", path)
		}
		below, err := walk(tree, path, depth+1)
		if err != nil {
			return nil, err
		}
		if paths = append(paths, below...); len(paths) > maxFiles {
			return paths, nil
		}
	}
	return paths, nil
}

// readText answers the text of a file. Its errors go on the sentence "the mail template x".
func readText(folder fs.FS, path string) (*text, error) {
	purpose, part, err := placed(path)
	if err != nil {
		return nil, err
	}
	source, err := readBounded(folder, path)
	if err != nil {
		return nil, err
	}
	parsed, err := newText(path, source)
	if err != nil {
		return nil, fmt.Errorf("is no template: %w", err)
	}
	tag := language.MustParse(localeOf(path))
	tried := sample
	tried.Purpose = purpose
	for _, tried := range []Letter{tried, bare(tried)} {
		if _, err := printed(parsed, part, wordsOf(tried, tag)); err != nil {
			return nil, fmt.Errorf("cannot be filled in: %w", err)
		}
	}
	return parsed, nil
}

// bare is a letter with nothing in it that may be missing, since a template must do without as well.
func bare(l Letter) Letter {
	l.Name, l.Tenant, l.TenantName, l.Locale, l.TimeZone = "", "", "", "", ""
	return l
}

// placed tells what a file is for by its path. A file that nothing would ever read is refused: it is a slip of somebody who
// believes it in use.
func placed(path string) (purpose Purpose, part string, err error) {
	if !strings.Contains(path, "/") {
		return "", "", fmt.Errorf("is in no folder of a locale: <locale>/%s is right", path)
	}
	locale := localeOf(path)
	if tag, err := language.Parse(locale); err != nil || tag == language.Und {
		return "", "", fmt.Errorf("is not in the folder of a locale: %q is no BCP 47 tag such as de or de-AT", locale)
	} else if tag.String() != locale {
		return "", "", fmt.Errorf("is in the folder of a locale that is written %s, not %s", tag, locale)
	}
	name := path[strings.LastIndex(path, "/")+1:]
	for purpose, stem := range stems {
		for _, part := range []string{partSubject, partText, partHTML} {
			if name == stem+"."+part {
				return purpose, part, nil
			}
		}
	}
	return "", "", fmt.Errorf("has a name that means nothing: activation or reset followed by .subject.txt, .txt or .html is right")
}

// localeOf answers the folder that a file lies in.
func localeOf(path string) string {
	folders := strings.Split(path, "/")
	return folders[len(folders)-2]
}

// folderOf answers the folder that the folder of the file's locale lies in; "" is the top.
func folderOf(path string) string {
	folders := strings.Split(path, "/")
	return strings.Join(folders[:len(folders)-2], "/")
}

func readBounded(folder fs.FS, path string) (string, error) {
	file, err := folder.Open(path)
	if err != nil {
		return "", fmt.Errorf("cannot be read: %w", err)
	}
	defer func() { _ = file.Close() }()
	content, err := io.ReadAll(io.LimitReader(file, maxTemplate+1))
	if err != nil {
		return "", fmt.Errorf("cannot be read: %w", err)
	}
	if len(content) > maxTemplate {
		return "", fmt.Errorf("is larger than %d KiB", maxTemplate>>10)
	}
	return string(content), nil
}

// choose finds which languages there are in every folder, and refuses those that lack a part of a letter: it would be in two
// languages.
func (l *library) choose() error {
	folders := map[string]bool{"": true}
	for path := range l.texts {
		folder := folderOf(path)
		company, _, _ := strings.Cut(folder, "/")
		folders[folder], folders[company] = true, true
	}
	// All are there before one is chosen in: find looks through them. A tenant's are chosen in after its company's.
	for folder := range folders {
		l.choices[folder] = map[Purpose]choice{}
	}
	for _, folder := range slices.Sorted(maps.Keys(folders)) {
		for purpose := range stems {
			tags, err := l.languages(folder, purpose)
			if err != nil {
				return err
			}
			l.choices[folder][purpose] = newChoice(tags)
		}
	}
	return nil
}

// languages answers those with texts for a purpose in a folder or above it, the built-in ones first.
func (l *library) languages(folder string, purpose Purpose) ([]language.Tag, error) {
	company, tenant, _ := strings.Cut(folder, "/")
	visible := l.folders(company, tenant)
	tags := slices.Clone(builtIn)
	for _, path := range slices.Sorted(maps.Keys(l.texts)) {
		tag := language.MustParse(localeOf(path))
		serves, _, err := placed(path)
		if err != nil || serves != purpose || !slices.Contains(visible, folderOf(path)) || slices.Contains(tags, tag) {
			continue
		}
		for _, part := range []string{partSubject, partText, partHTML} {
			if l.find(visible, tag, purpose, part) == nil {
				return nil, fmt.Errorf("the mail template %s is not enough for a letter in %s: %s.%s is missing beside it",
					path, tag, stems[purpose], part)
			}
		}
		tags = append(tags, tag)
	}
	return tags, nil
}
