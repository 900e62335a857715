// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

// The sentences of rules that stand in several places of the schemas.
const (
	saysObjectName  = "must be the name of an object: lower-case letters, digits, '-' and '.', beginning and ending with a letter or digit"
	saysDisplayText = "must be one line of text with at least one visible character"
	saysEmail       = "must be an e-mail address in ASCII, such as name@example.com"
	saysPhone       = "must be a phone number in E.164 form: '+', country code and number, digits only, such as +420123456789"
	saysSecretKey   = "must be a key of a Secret: letters, digits, '-', '_' and '.'"
	saysDuration    = "must be a duration in hours, minutes and seconds, such as 72h or 1h30m, more than 0s and at most 87600h (10 years)"
)
