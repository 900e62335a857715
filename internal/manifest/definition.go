// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package manifest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"sync"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structural "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	metadata "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celbudget "k8s.io/apiserver/pkg/apis/cel"
	"sigs.k8s.io/yaml"

	"github.com/roster-dev/roster/api/v1alpha1"
	"github.com/roster-dev/roster/config/crd"
)

// definition is what the API server knows of a kind: fields, defaults, and rules about the values of one object.
type definition struct {
	fields *structural.Structural
	values validation.SchemaValidator
	rules  *cel.Validator
}

// definitions are the definitions by kind. Making them takes some 50 ms, so it is done once and only where there is a manifest.
var definitions = sync.OnceValues(func() (map[string]*definition, error) {
	files, err := fs.Glob(crd.Bases, "bases/*.yaml")
	if err != nil {
		return nil, err
	}
	byKind := map[string]*definition{}
	for _, file := range files {
		kind, made, err := readDefinition(file)
		if err != nil {
			return nil, fmt.Errorf("config/crd/%s: %w", file, err)
		}
		byKind[kind] = made
	}
	return byKind, nil
})

func readDefinition(file string) (kind string, made *definition, err error) {
	content, err := crd.Bases.ReadFile(file)
	if err != nil {
		return "", nil, err
	}
	var read apiextensionsv1.CustomResourceDefinition
	if err := yaml.UnmarshalStrict(content, &read); err != nil {
		return "", nil, err
	}
	i := slices.IndexFunc(read.Spec.Versions, func(v apiextensionsv1.CustomResourceDefinitionVersion) bool {
		return v.Name == v1alpha1.GroupVersion.Version
	})
	if i < 0 {
		return "", nil, fmt.Errorf("it has no version %s", v1alpha1.GroupVersion.Version)
	}
	var internal apiextensions.CustomResourceValidation
	if err := apiextensionsv1.Convert_v1_CustomResourceValidation_To_apiextensions_CustomResourceValidation(read.Spec.Versions[i].Schema, &internal, nil); err != nil {
		return "", nil, err
	}
	fields, err := structural.NewStructural(internal.OpenAPIV3Schema)
	if err != nil {
		return "", nil, err
	}
	values, _, err := validation.NewSchemaValidator(internal.OpenAPIV3Schema)
	if err != nil {
		return "", nil, err
	}
	return read.Spec.Names.Kind, &definition{fields: fields, values: values, rules: cel.NewValidator(fields, true, celbudget.PerCallLimit)}, nil
}

// admit does to an object what the API server does with one that is created: it refuses fields the kind does not have, gives
// absent fields their defaults, and judges every value. It changes the object.
func (d *definition) admit(object map[string]any) []Problem {
	meta, unknown, problem := metadataOf(object)
	if problem != nil {
		return []Problem{*problem}
	}
	tracked := structural.UnknownFieldPathOptions{TrackUnknownFieldPaths: true}
	unknown = append(unknown, pruning.PruneWithOptions(object, d.fields, true, tracked)...)
	defaulting.PruneNonNullableNullsWithoutDefaults(object, d.fields)
	defaulting.Default(object, d.fields)
	var problems []Problem
	for _, path := range unknown {
		problems = append(problems, Problem{Rule: RuleUnknownField, Path: path, Message: "there is no such field; see 'kubectl explain'"})
	}
	return append(problems, d.judge(object, meta)...)
}

// typeWords are what JSON calls types of Go.
var typeWords = map[reflect.Kind]string{reflect.Struct: "object", reflect.Map: "object", reflect.Slice: "array", reflect.Bool: "bool", reflect.Int64: "number"}

// metadataOf is the standard part of an object, which the schema of a kind does not describe.
func metadataOf(object map[string]any) (meta *metav1.ObjectMeta, unknown []string, problem *Problem) {
	meta, found, unknown, err := objectmeta.GetObjectMetaWithOptions(object, objectmeta.ObjectMetaOptions{ReturnUnknownFieldPaths: true})
	wrong, isType := errors.AsType[*json.UnmarshalTypeError](err)
	switch {
	case isType:
		return nil, nil, &Problem{
			Rule: RuleSchema, Path: strings.TrimSuffix("metadata."+wrong.Field, "."),
			Message: fmt.Sprintf("Invalid value: it must be of type %s, and is of type %s", cmp.Or(typeWords[wrong.Type.Kind()], wrong.Type.String()), wrong.Value),
		}
	case err != nil:
		return nil, nil, &Problem{Rule: RuleSchema, Path: "metadata", Message: err.Error()}
	case !found || meta.Name == "":
		return nil, nil, &Problem{Rule: RuleSchema, Path: "metadata.name", Message: "Required value: an object has a name"}
	}
	if err := objectmeta.SetObjectMeta(object, meta); err != nil {
		return nil, nil, &Problem{Rule: RuleSchema, Path: "metadata", Message: err.Error()}
	}
	return meta, unknown, nil
}

// judge is the API server's order: rules that span fields are not asked where a field is missing, of another type or none of its values.
func (d *definition) judge(object map[string]any, meta *metav1.ObjectMeta) []Problem {
	faults := metadata.ValidateObjectMeta(meta, true, metadata.NameIsDNSSubdomain, field.NewPath("metadata"))
	faults = append(faults, validation.ValidateCustomResource(nil, object, d.values)...)
	faults = append(faults, listtype.ValidateListSetsAndMaps(nil, d.fields, object)...)
	problems := problemsOf(RuleSchema, faults)
	if slices.ContainsFunc(faults, blocking) {
		return problems
	}
	broken, _ := d.rules.Validate(context.Background(), nil, d.fields, object, nil, celbudget.RuntimeCELCostBudget)
	return append(problems, problemsOf(RuleCEL, broken)...)
}

// blocking tells whether the API server asks no rules in CEL because of a fault.
func blocking(fault *field.Error) bool {
	return slices.Contains([]field.ErrorType{
		field.ErrorTypeNotSupported, field.ErrorTypeRequired, field.ErrorTypeTooLong, field.ErrorTypeTooMany, field.ErrorTypeTypeInvalid,
	}, fault.Type)
}

func problemsOf(rule string, faults field.ErrorList) []Problem {
	var problems []Problem
	for _, fault := range faults {
		// At the root of an object a path is written "<nil>".
		path := strings.TrimPrefix(strings.TrimPrefix(fault.Field, "<nil>"), ".")
		problems = append(problems, Problem{Rule: rule, Path: path, Message: fault.ErrorBody()})
	}
	return problems
}
