# The commands of this repository. `make` alone lists them.

PNPM  := npx --yes pnpm@12.21.0
NODE  := node_modules/.bin/node
STAMP := node_modules/.installed

# Variables of the demo: your own files, and how it runs.
export EVENTS CAMPAIGN TEMPLATES KEEP DEMO_SECONDS

.DEFAULT_GOAL := help
.PHONY: help install demo dev up down test faults bench check fix replay clean images kind-up kind-down deps-up charts-up charts-test monitoring-up charts-check charts-cluster charts-golden

##@ Here, with Node alone

help: ## List the targets (the default)
	@echo 'make TARGET, where TARGET is one of:'
	@awk -F ':.*## ' '/^##@ / { printf "\n%s\n", substr($$0, 5) } /^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo 'A campaign of your own:  make demo EVENTS=my.jsonl CAMPAIGN=my.yaml [TEMPLATES=dir]'
	@echo 'Some of the tests only:  make test ONLY=libs/domain'

install: $(STAMP) ## Install all dependencies, Node 24 included; needs Node 20.19 or later and npm

demo: $(STAMP) ## Run two weeks of campaigns in about half a minute and check the result (KEEP=1 keeps the data)
	@$(NODE) tools/demo/src/main.ts

dev: $(STAMP) ## Run Herald in one process on ./data (or MONGODB_URI and AMQP_URL); restarts on each change of the code
	@$(NODE) tools/demo/src/dev.ts

up: $(STAMP) ## Run the four services in the background, on RabbitMQ and MongoDB (found or started)
	@$(NODE) tools/up/src/up.ts

down: $(STAMP) ## Stop what `make up` started
	@$(NODE) tools/up/src/down.ts

test: $(STAMP) ## Run the checks and all tests (ONLY=path: only the tests under a path, no checks)
	@$(NODE) tools/test/src/main.ts $(ONLY)

bench: $(STAMP) ## Run the benchmarks into .tmp/bench.json; about ten minutes (ONLY=send: one of them; QUICK=1: all, short)
	@ONLY=$(ONLY) QUICK=$(QUICK) $(NODE) tools/bench/src/main.ts

faults: $(STAMP) ## Cause faults under load and account for every message (SHORT=1: about two minutes; ONLY=word: some)
	@SHORT='$(SHORT)' ONLY='$(ONLY)' $(NODE) tools/faults/src/main.ts

check: $(STAMP) ## Check types, lint and unused code
	@$(PNPM) run check

fix: $(STAMP) ## Format the code, apply lint fixes, renew generated files
	@$(PNPM) run fix

replay: $(STAMP) ## Compare all projections of ./data with its event log (REPAIR=1: rebuild what differs; stop `make dev` first)
	@DATA_DIR=data $(NODE) apps/all-in-one/src/replay.ts $(if $(REPAIR),,--verify)

charts-check: $(STAMP) ## Check the charts: lint, render by Helm 4 and 3, schemas, policies, golden manifests (part of make test)
	@$(NODE) tools/test/src/main.ts tools/charts

charts-cluster: $(STAMP) ## Install, upgrade and remove the charts on a real API server (the first build, with Go, takes some ten minutes)
	@$(NODE) tools/charts/src/cluster/main.ts

charts-golden: $(STAMP) ## Renew the charts' values.yaml, schemas, tables and golden manifests from their source
	@$(PNPM) --filter @herald/charts run golden

clean: ## Remove everything installed, built or stored here, ./data included
	rm -rf node_modules apps/*/node_modules libs/*/node_modules tools/*/node_modules tests/node_modules data .tmp coverage

##@ In a cluster, with Docker, kind, kubectl and Helm (skaffold.yaml does all of it, on each change)

# Fails with a hint if a program is missing.
needs = command -v $(1) >/dev/null || { echo 'make $@ needs $(1): $(2)' >&2; exit 1; }
DOCKER  = $(call needs,docker,https://docs.docker.com/get-docker/)
KIND    = $(call needs,kind,https://kind.sigs.k8s.io/docs/user/quick-start/)
KUBECTL = $(call needs,kubectl,https://kubernetes.io/docs/tasks/tools/)
HELM    = $(call needs,helm,https://helm.sh/docs/intro/install/)

SERVICES := ingest event-handler campaign-runner messaging
IMAGES   := $(SERVICES) all-in-one
# Registry and tag of the images: make images REGISTRY=registry.example/herald TAG=1.2.3
REGISTRY ?= localhost/herald
TAG      ?= dev
CLUSTER  ?= herald

images: ## Build the image of each app as localhost/herald/NAME:dev (REGISTRY=localhost/herald TAG=dev ONLY=name: one of them)
	@$(DOCKER)
	@docker buildx version >/dev/null 2>&1 || { echo 'make images needs BuildKit: https://docs.docker.com/go/buildx/' >&2; exit 1; }
	@for name in $(or $(ONLY),$(IMAGES)); do \
	  docker build --target $$name --tag $(REGISTRY)/$$name:$(TAG) --build-arg VERSION=$(TAG) \
	    --build-arg REVISION=$$(git rev-parse HEAD) . || exit 1; done

kind-up: ## Create a cluster in Docker
	@$(DOCKER) && $(KIND)
	@kind get clusters | grep -qx $(CLUSTER) || kind create cluster --name $(CLUSTER) --wait 3m

kind-down: ## Remove the cluster and everything in it
	@$(KIND)
	@kind delete cluster --name $(CLUSTER)

deps-up: ## Start RabbitMQ, MongoDB and a mail server in the cluster
	@$(KUBECTL)
	@kubectl --context kind-$(CLUSTER) apply --kustomize k8s/dependencies
	@for what in statefulset/rabbitmq statefulset/mongodb deployment/mailpit; do \
	  kubectl --context kind-$(CLUSTER) --namespace herald rollout status $$what --timeout 10m || exit 1; done

charts-up: ## Install or upgrade Herald in the cluster (after images, kind-up and deps-up; SET=key=value)
	@$(KIND) && $(HELM)
	@kind load docker-image --name $(CLUSTER) $(SERVICES:%=$(REGISTRY)/%:$(TAG))
	@helm dependency build charts/herald >/dev/null
	@helm upgrade --install herald charts/herald --kube-context kind-$(CLUSTER) --namespace herald \
	  --values k8s/environments/dev/values.yaml $(SET:%=--set %) --wait --timeout 10m

charts-test: ## Test the installed charts (helm test)
	@$(HELM)
	@helm test herald --kube-context kind-$(CLUSTER) --namespace herald --timeout 5m --logs

$(STAMP): package.json pnpm-lock.yaml pnpm-workspace.yaml $(wildcard */package.json */*/package.json)
	@command -v node >/dev/null && command -v npx >/dev/null || \
	  { echo 'Herald needs Node.js 20.19 or later, with npm: see https://nodejs.org/en/download' >&2; exit 1; }
	@node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' || \
	  { echo "Herald needs Node.js 20.19 or later; this is $$(node --version). See https://nodejs.org/en/download" >&2; exit 1; }
	@echo 'Installing (a minute or so the first time) ...'
	@log=$$(mktemp) && if $(PNPM) install --frozen-lockfile >"$$log" 2>&1; then rm -f "$$log"; \
	  else cat "$$log" >&2; rm -f "$$log"; echo 'The installation failed; see its output above.' >&2; exit 1; fi
	@touch $@

# Applies a ConfigMap with this name and these files; each key is the file's path.
files = kubectl --namespace herald create configmap $(1) $(foreach file,$(2),--from-file=$(subst /,.,$(file))=$(file)) \
  --dry-run=client --output yaml | kubectl --context kind-$(CLUSTER) apply --server-side --force-conflicts --filename -

monitoring-up: ## Start Prometheus and Grafana with Herald's alerts and dashboards in the cluster
	@$(KUBECTL)
	@kubectl --context kind-$(CLUSTER) apply --kustomize k8s/observability
	@$(call files,herald-dashboards,$(wildcard charts/*/dashboards/*.json))
	@$(call files,herald-rules,$(wildcard charts/*/rules/*.yaml))
	@kubectl --context kind-$(CLUSTER) --namespace herald rollout restart deployment/prometheus deployment/grafana
	@echo 'kubectl --context kind-$(CLUSTER) --namespace herald port-forward service/grafana 3000   then http://localhost:3000'
