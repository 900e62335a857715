// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package manager

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"

	yamldocuments "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// load takes over what a configuration file says. An error is one line that names the file, and the key where there is one.
func (o *Options) load(path string) error {
	content, err := os.ReadFile(path) //nolint:gosec // which file to read is what the flag is for
	if err != nil {
		return fmt.Errorf("read the configuration: %w", err)
	}
	if err := o.take(content); err != nil {
		return fmt.Errorf("configuration %s: %w", path, err)
	}
	return nil
}

// take takes over what a configuration says, a key at a time, so that whatever is wrong has the name of its key.
func (o *Options) take(content []byte) error {
	document, err := only(content)
	if err != nil {
		return err
	}
	var said map[string]any
	if err := json.Unmarshal(document, &said); err != nil {
		return errors.New("it must hold keys and their values")
	}
	known := keys(reflect.TypeFor[Options](), "")
	if key := unknown(said, "", known); key != "" {
		return fmt.Errorf("unknown key %q; the keys are %s", key, strings.Join(known, ", "))
	}
	for _, key := range slices.Sorted(maps.Keys(said)) {
		value, err := json.Marshal(map[string]any{key: said[key]})
		if err != nil {
			return fmt.Errorf("key %q: %w", key, err)
		}
		if err := json.Unmarshal(value, o); err != nil {
			return wrongValue(key, err)
		}
	}
	return nil
}

// only is the one YAML document of a file as JSON; that of a file that says nothing is null.
func only(content []byte) ([]byte, error) {
	found := []byte("null")
	documents := yamldocuments.NewYAMLReader(bufio.NewReader(bytes.NewReader(content)))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, fmt.Errorf("it is no valid YAML: %w", err)
		}
		asJSON, err := yaml.YAMLToJSONStrict(document)
		switch {
		case err != nil:
			return nil, fmt.Errorf("it is no valid YAML: %s", strings.Join(strings.Fields(err.Error()), " "))
		case string(asJSON) == "null":
		case string(found) != "null":
			return nil, errors.New("it holds more than one YAML document, and the manager reads one")
		default:
			found = asJSON
		}
	}
}

// keys are the keys of the configuration file, those of a section with the section's name before them.
func keys(t reflect.Type, section string) []string {
	var found []string
	for i := range t.NumField() {
		key := section + t.Field(i).Tag.Get("json")
		if t.Field(i).Type.Kind() == reflect.Struct && t.Field(i).Type.PkgPath() == reflect.TypeFor[Options]().PkgPath() {
			found = append(found, keys(t.Field(i).Type, key+".")...)
			continue
		}
		found = append(found, key)
	}
	return found
}

// unknown is the first key said that is none of the known, or empty.
func unknown(said map[string]any, section string, known []string) string {
	for _, name := range slices.Sorted(maps.Keys(said)) {
		key := section + name
		isSection := slices.ContainsFunc(known, func(k string) bool { return strings.HasPrefix(k, key+".") })
		// A key is listed with its section and a dot, and not written so.
		if strings.Contains(name, ".") || (!isSection && !slices.Contains(known, key)) {
			return key
		}
		if within, ok := said[name].(map[string]any); ok {
			if found := unknown(within, key+".", known); found != "" {
				return found
			}
		}
	}
	return ""
}

func wrongValue(key string, err error) error {
	wrongType, ok := errors.AsType[*json.UnmarshalTypeError](err)
	if !ok {
		return fmt.Errorf("key %q: %w", key, err)
	}
	takes := map[reflect.Kind]string{
		reflect.String:  "text",
		reflect.Bool:    "true or false",
		reflect.Int:     "a whole number",
		reflect.Float32: "a number",
		reflect.Struct:  "keys of its own",
	}[wrongType.Type.Kind()]
	return fmt.Errorf("key %q takes %s, not a value of type %s", cmp.Or(wrongType.Field, key), takes, wrongType.Value)
}
