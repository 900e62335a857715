#!/usr/bin/env bash
# Prints the folder that holds kube-apiserver, kube-controller-manager, etcd and kubectl, and nothing else, on standard
# output. The programs are built from their Go modules (go.mod beside this file pins them) the first time they are
# asked for, into a cache keyed by their versions; from then on this is a no-op. KUBEBUILDER_ASSETS, where set, wins.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

say() { printf 'controlplane: %s\n' "$*" >&2; }

if [ -n "${KUBEBUILDER_ASSETS:-}" ]; then
  for program in kube-apiserver etcd; do
    [ -x "$KUBEBUILDER_ASSETS/$program" ] || { say "KUBEBUILDER_ASSETS=$KUBEBUILDER_ASSETS holds no $program; unset it to build one, or name a folder that does"; exit 1; }
  done
  echo "$KUBEBUILDER_ASSETS"
  exit
fi

version_of() { awk -v module="$1" '$1 == module && $2 ~ /^v/ { print $2; exit }' go.mod; }
kubernetes=$(version_of k8s.io/kubernetes)
etcd=$(version_of go.etcd.io/etcd/server/v3)
bin="${ROSTER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/roster}/controlplane/kubernetes-$kubernetes-etcd-$etcd-$(go env GOOS)-$(go env GOARCH)"
mkdir -p "$bin"

# Two callers at once (two test packages, a demo beside a test) wait for one build instead of making two.
if command -v flock >/dev/null; then
  exec 9>"$bin/.lock"
  flock 9
fi

package=k8s.io/component-base/version
minor=${kubernetes#v*.}
stamp="-X $package.gitVersion=$kubernetes -X $package.gitMajor=1 -X $package.gitMinor=${minor%%.*} -X $package.gitTreeState=clean"

# build <program> <package> <how long it usually takes>: written beside and moved, so a stopped build leaves nothing half-made.
build() {
  [ -x "$bin/$1" ] && return
  say "building $1 from $2 (once for this machine; usually $3 on 2 cores)"
  CGO_ENABLED=0 GOFLAGS=-mod=readonly go build -trimpath -buildvcs=false -ldflags "-s -w $stamp" -o "$bin/.$1.partial" "$2"
  mv "$bin/.$1.partial" "$bin/$1"
}

build etcd go.etcd.io/etcd/server/v3 "1 minute"
build kube-apiserver k8s.io/kubernetes/cmd/kube-apiserver "6 minutes"
build kube-controller-manager k8s.io/kubernetes/cmd/kube-controller-manager "2 minutes"
if ! [ -e "$bin/kubectl" ]; then
  if found=$(command -v kubectl); then ln -s "$found" "$bin/kubectl"; else build kubectl k8s.io/kubernetes/cmd/kubectl "30 seconds"; fi
fi
echo "$bin"
