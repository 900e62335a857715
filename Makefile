# Roster's everyday commands; `make` lists them. Go, make and git are all a machine needs: every other tool is pinned
# in hack/tools/go.mod or hack/controlplane/go.mod and built from there the first time it is asked for.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:

# What a build calls itself, and the image that carries it.
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unversioned)
COMMIT ?= $(shell git rev-parse HEAD 2>/dev/null || echo unknown)
IMAGE ?= ghcr.io/roster-dev/roster:dev

# How the tests run: TEST_ARGS="-run TestName -v", TEST_PACKAGES=./controllers/...
TEST_PACKAGES ?= ./...
TEST_TIMEOUT ?= 20m
TEST_ARGS ?=
BENCH_ARGS ?= -benchmem
BENCH_COMPANY ?= -people 10000 -kept $(CURDIR)/.roster/company
MODEL_ARGS ?=

# What `make demo` and `make run` hand to their programs.
DEMO_ARGS ?=
RUN_ARGS ?= --config=hack/run.yaml --store=sqlite://$(CURDIR)/.roster/roster.db

KUBECTL ?= kubectl

# Tools are kept by the pinned versions' checksum, so another branch's tools never serve this one.
TOOLS := $(CURDIR)/bin/tools-$(shell cksum <hack/tools/go.sum | cut -d' ' -f1)
CONTROLLER_GEN := $(TOOLS)/controller-gen
KUSTOMIZE := $(TOOLS)/kustomize
GOLANGCI_LINT := $(TOOLS)/golangci-lint-kube-api-linter
GOVULNCHECK := $(TOOLS)/govulncheck

MODULES := . hack/tools hack/controlplane
GENERATED := api/v1alpha1/zz_generated.deepcopy.go config/crd/bases

##@ Everyday

.PHONY: help
help: ## List the commands
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z-]+:.*## / { printf "  %-20s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: demo
demo: ## Start a control plane, the manager and the samples, and show the result (DEMO_ARGS)
	go run ./hack/demo $(DEMO_ARGS)

.PHONY: test
test: ## Run every test against a real API server (TEST_PACKAGES, TEST_ARGS, TEST_TIMEOUT)
	assets=$$(hack/controlplane/build.sh); \
	KUBEBUILDER_ASSETS=$$assets go test -timeout $(TEST_TIMEOUT) $(TEST_ARGS) $(TEST_PACKAGES)

.PHONY: bench
bench: ## Run the benchmarks (BENCH_ARGS), plant a bug for every law over the SQL drivers, and measure a company of 10,000 (BENCH_COMPANY)
	assets=$$(hack/controlplane/build.sh); \
	packages=$$({ git grep -lE '^func Benchmark' -- '*_test.go' || true; } | xargs -rn1 dirname | sort -u | sed 's|^|./|'); \
	if [ -z "$$packages" ]; then echo "there are no benchmarks"; exit; fi; \
	KUBEBUILDER_ASSETS=$$assets go test -timeout $(TEST_TIMEOUT) -run '^$$' -bench . $(BENCH_ARGS) $$packages
	ROSTER_PLANT=1 go test -timeout $(TEST_TIMEOUT) -run PlantedBugs ./internal/store/sqlstore/...
	KUBEBUILDER_ASSETS=$$(hack/controlplane/build.sh) go test -timeout 1h -run TestManyPeople ./test/e2e -v $(BENCH_COMPANY)

.PHONY: model
model: ## Try random sequences of what can happen against a model, 2,000 in process and 25 on real servers (MODEL_ARGS="-for 1h")
	go test -timeout $(TEST_TIMEOUT) -run WhateverHappens ./controllers -sequences 2000
	assets=$$(hack/controlplane/build.sh); \
	KUBEBUILDER_ASSETS=$$assets go test -timeout 2h -run TestSequences ./test/e2e -sequences 25 $(MODEL_ARGS)

.PHONY: build
build: ## Build the programs into bin/, rosterctl also as a plugin of kubectl
	CGO_ENABLED=0 go build -trimpath -buildvcs=false -o bin/ \
	  -ldflags "-s -w -X main.version=$(VERSION) -X main.commit=$(COMMIT)" ./cmd/...
	for name in kubectl-roster kubectl_complete-roster; do ln -sf rosterctl bin/$$name; done

.PHONY: generate
generate: $(CONTROLLER_GEN) ## Make deep copies and CRDs from api/
	$(CONTROLLER_GEN) object:headerFile=hack/boilerplate.go.txt paths=./api/...
	$(CONTROLLER_GEN) crd paths=./api/... output:crd:artifacts:config=config/crd/bases

.PHONY: fmt
fmt: $(GOLANGCI_LINT) ## Format the Go code and order its imports
	$(GOLANGCI_LINT) fmt

.PHONY: lint
lint: $(GOLANGCI_LINT) ## Lint the Go code, the API's conventions included
	$(GOLANGCI_LINT) run

.PHONY: clean
clean: ## Remove what these commands made in the tree
	rm -rf bin .roster

##@ Verification

.PHONY: verify
verify: verify-tidy verify-generated verify-format verify-manifests lint ## Check that the tree is tidy, generated, formatted and lint-free

.PHONY: verify-tidy
verify-tidy: ## Check that every go.mod and go.sum is tidy
	for module in $(MODULES); do \
	  (cd $$module && go mod tidy -diff) || { echo "$$module: go.mod or go.sum is not tidy, or cannot be: run 'go mod tidy' there" >&2; exit 1; }; \
	done

.PHONY: verify-generated
verify-generated: generate ## Check that generated files are what api/ says
	git diff --exit-code -- $(GENERATED) || { echo "generated files differ: commit what 'make generate' made" >&2; exit 1; }
	untracked=$$(git ls-files --others --exclude-standard -- $(GENERATED)); \
	if [ -n "$$untracked" ]; then echo "generated, but not in git: $$untracked" >&2; exit 1; fi

.PHONY: verify-format
verify-format: $(GOLANGCI_LINT) ## Check that the Go code is formatted
	$(GOLANGCI_LINT) fmt --diff || { echo "the Go code is not formatted: run 'make fmt'" >&2; exit 1; }

.PHONY: verify-manifests
verify-manifests: $(KUSTOMIZE) ## Check that every kustomization builds
	for folder in $$(git ls-files 'config/**/kustomization.yaml' | xargs -rn1 dirname); do \
	  $(KUSTOMIZE) build $$folder >/dev/null || { echo "$$folder does not build" >&2; exit 1; }; \
	done

.PHONY: vuln
vuln: $(GOVULNCHECK) ## Look for known vulnerabilities (asks vuln.go.dev)
	$(GOVULNCHECK) ./...

##@ Cluster (of the current kubeconfig)

.PHONY: install
install: $(KUSTOMIZE) ## Install the CRDs
	$(KUSTOMIZE) build config/crd | $(KUBECTL) apply --server-side -f -
	$(KUSTOMIZE) build config/crd | $(KUBECTL) wait --for=condition=Established --timeout=60s -f -

# The webhook configuration goes first, so that finalizers can be taken away where no manager runs; one that runs makes it again,
# and not once the CRDs are gone.
UNREGISTER = $(KUBECTL) delete validatingwebhookconfiguration roster-admission --ignore-not-found

.PHONY: uninstall
uninstall: $(KUSTOMIZE) ## Remove the CRDs, and with them every object of the four kinds and the webhook configuration
	$(UNREGISTER)
	$(KUSTOMIZE) build config/crd | $(KUBECTL) delete --ignore-not-found -f -
	$(UNREGISTER)

.PHONY: deploy
deploy: install ## Install everything and run the manager there (IMAGE)
	$(KUSTOMIZE) build config/default | sed 's|image: ghcr.io/roster-dev/roster:dev$$|image: $(IMAGE)|' | $(KUBECTL) apply --server-side -f -

# The objects go first, while the manager is there to take their finalizers away.
.PHONY: undeploy
undeploy: $(KUSTOMIZE) ## Remove everything, the store's volume included
	$(MAKE) uninstall
	$(KUSTOMIZE) build config/default | $(KUBECTL) delete --ignore-not-found -f -

.PHONY: run
run: ## Run the manager here against that cluster, as its service account (RUN_ARGS)
	KUBECTL=$(KUBECTL) hack/run.sh $(RUN_ARGS)

##@ Artefacts

.PHONY: controlplane
controlplane: ## Build kube-apiserver, kube-controller-manager and etcd, and say where they are
	hack/controlplane/build.sh

.PHONY: docker-build
docker-build: ## Build the manager's image (IMAGE)
	docker build --build-arg VERSION=$(VERSION) --build-arg COMMIT=$(COMMIT) --tag $(IMAGE) .

# tool <name> <package>: the rule that builds a pinned tool; beside and moved, so a stopped build leaves nothing half-made.
define tool
$(TOOLS)/$(1):
	@echo "building $(1) (once for these versions)" >&2
	@mkdir -p $(TOOLS)
	@cd hack/tools && CGO_ENABLED=0 go build -o $(TOOLS)/.$(1).partial $(2)
	@mv $(TOOLS)/.$(1).partial $(TOOLS)/$(1)
endef
$(eval $(call tool,controller-gen,sigs.k8s.io/controller-tools/cmd/controller-gen))
$(eval $(call tool,kustomize,sigs.k8s.io/kustomize/kustomize/v5))
$(eval $(call tool,golangci-lint-kube-api-linter,sigs.k8s.io/kube-api-linter/cmd/golangci-lint-kube-api-linter))
$(eval $(call tool,govulncheck,golang.org/x/vuln/cmd/govulncheck))
