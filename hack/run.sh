#!/usr/bin/env bash
# Copyright The Roster Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Runs the manager on this machine against the cluster of the current kubeconfig, with the arguments given. It runs as the service account
# it has in a cluster, with a token for a day: whoever the manager runs as is not asked about changes, so that must not be you.
set -euo pipefail
cd "$(dirname "$0")/.."

kubectl=${KUBECTL:-kubectl}
kubeconfig=.roster/manager.kubeconfig
mkdir -p .roster
umask 077

"$kubectl" apply --server-side -f config/manager/namespace.yaml >/dev/null
"$kubectl" apply --server-side -k config/rbac >/dev/null
token=$("$kubectl" create token roster-manager --namespace=roster-system --duration=24h)
"$kubectl" config view --raw --minify --flatten >"$kubeconfig"
"$kubectl" --kubeconfig="$kubeconfig" config unset users >/dev/null
"$kubectl" --kubeconfig="$kubeconfig" config set-credentials roster-manager --token="$token" >/dev/null
"$kubectl" --kubeconfig="$kubeconfig" config set-context --current --user=roster-manager >/dev/null

exec go run ./cmd/manager --kubeconfig="$kubeconfig" "$@"
