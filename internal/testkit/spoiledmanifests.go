// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package testkit

import "strings"

// spoil makes a manifest break a rule, as far as it has the part.
func (d drawing) spoil(object map[string]any) {
	spec := object["spec"].(map[string]any)
	switch object["kind"] {
	case "Operator":
		d.spoilOperator(object["metadata"].(map[string]any), spec)
	case "Tenant":
		for field, value := range one(d,
			map[string]any{"groupPolicy": map[string]any{"maxPerOperator": int64(0)}}, map[string]any{"consoleURL": "ftp://example.com"},
			map[string]any{"offboarding": map[string]any{"retention": "900000h"}}, map[string]any{"rolePolicy": "Lax"},
			map[string]any{"channels": []any{"Chat", "Chat"}}, map[string]any{"colour": "red"}, map[string]any{"locale": "english, please"},
			map[string]any{"chat": map[string]any{"appearance": map[string]any{"accentColor": "blue"}}}, map[string]any{"offboarding": map[string]any{"retention": int64(7)}},
		) {
			spec[field] = value
		}
	case "Group":
		for field, value := range one(d,
			map[string]any{"tenant": "North!"}, map[string]any{"channels": []any{}}, map[string]any{"description": strings.Repeat("x", 1025)},
			map[string]any{"routing": map[string]any{"strategy": "Whoever"}}, map[string]any{"routing": map[string]any{"maxConcurrentPerOperator": int64(-1)}},
			map[string]any{"tenant": nil}, map[string]any{"displayName": "a\nb"},
		) {
			spec[field] = value
		}
	default:
		for field, value := range one(d,
			map[string]any{"channels": []any{}}, map[string]any{"channels": []any{"Telex"}}, map[string]any{"capacity": map[string]any{"maxConcurrent": int64(26)}},
			map[string]any{"subjects": []any{map[string]any{"role": "Worker", "group": "group-3"}}}, map[string]any{"subjects": []any{map[string]any{}}},
			map[string]any{"subjects": []any{map[string]any{"operator": "No Body"}}}, map[string]any{"subjects": "everybody"},
		) {
			spec[field] = value
		}
	}
}

func (d drawing) spoilOperator(meta, spec map[string]any) {
	profile := spec["profile"].(map[string]any)
	switch d.IntN(10) {
	case 0:
		profile[one(d, "email", "phoneNumber")] = one(d, "nowhere", "+420 123", "")
	case 1:
		delete(profile, one(d, "givenName", "email"))
	case 2:
		spec[one(d, "userName", "homeTenant")] = one(d, "", "no login!", "elsewhere")
	case 3:
		profile[one(d, "timeZone", "locale")] = one(d, "Local", "Middle/Of/No/Where", "?")
	case 4:
		spec["credential"] = one(d, map[string]any{"mode": "IdentityProvider"}, map[string]any{"identityProvider": "sso"}, map[string]any{"mode": "Guess"})
	case 5:
		spec["notifications"] = map[string]any{"conversations": []any{"Sound", "Sound"}}
	case 6:
		meta["labels"] = map[string]any{"shift": "no value!"}
	default:
		d.spoilEntries(meta, spec)
	}
}

func (d drawing) spoilEntries(meta, spec map[string]any) {
	for _, e := range spec["tenants"].([]any) {
		entry := e.(map[string]any)
		for field, value := range one(d,
			map[string]any{"role": "Manger"}, map[string]any{"rolle": "Manager"}, map[string]any{"team": []any{"person-5"}, "role": "Worker"},
			map[string]any{"role": "Manager", "team": []any{meta["name"]}}, map[string]any{"visibility": map[string]any{"liveVisitors": false, "liveVisitorPreview": true}},
			map[string]any{"role": "Administrator", "visibility": map[string]any{"othersArchivedCalls": false}}, map[string]any{"channels": []any{"Chat", "Chat"}},
			map[string]any{"offlineMessages": false, "visibility": map[string]any{"othersOfflineMessages": true}, "role": "Worker"}, map[string]any{"permissions": []any{"Everything"}},
			map[string]any{"groups": []any{map[string]any{"name": "group-3"}, map[string]any{"name": "group-3"}}}, map[string]any{"tenant": "north"},
			map[string]any{"active": "yes"}, map[string]any{"profile": map[string]any{"phoneNumber": "123"}},
		) {
			entry[field] = value
		}
	}
}
