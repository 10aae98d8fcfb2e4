# The commands of this repository. `make` alone lists them.

PNPM  := npx --yes pnpm@12.21.0
NODE  := node_modules/.bin/node
STAMP := node_modules/.installed

# Variables of the demo: your own files, and how it runs.
export EVENTS CAMPAIGN TEMPLATES KEEP DEMO_SECONDS

.DEFAULT_GOAL := help
.PHONY: help install demo dev up down test faults bench check fix replay clean images images-load rabbitmq-delayed servers-up servers-logs helm kind-up kind-down keda-up deps-up charts-up charts-test charts-live cluster-logs monitoring-up charts-check charts-cluster charts-golden

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

# What `make helm` brought is taken first.
export PATH := $(CURDIR)/.tmp/bin:$(PATH)

SERVICES := ingest event-handler campaign-runner messaging
IMAGES   := $(SERVICES) all-in-one
# Registry and tag of the images: make images REGISTRY=registry.example/herald TAG=1.2.3
REGISTRY ?= localhost/herald
TAG      ?= dev
CLUSTER  ?= herald
# Another RabbitMQ for the tests or in the cluster: RABBITMQ_IMAGE=$(DELAYED), after `make rabbitmq-delayed`.
RABBITMQ_IMAGE ?= rabbitmq:4.3.5-management
MONGODB_IMAGE  := mongo:8.0.29
DELAYED        := localhost/herald/rabbitmq-delayed:dev
KEDA           := v2.21.0
# For charts-live: kubectl's context, files of values with commas between, and which Helm.
CONTEXT ?= kind-$(CLUSTER)
VALUES  ?= k8s/environments/dev/values.yaml
HELM_MAJOR ?= 4

rabbitmq-delayed: ## Build the image of the last RabbitMQ that runs the delayed-message plugin, with the plugin
	@$(DOCKER)
	@docker build --tag $(DELAYED) k8s/images/rabbitmq-delayed

servers-up: ## Start RabbitMQ and a MongoDB replica set in Docker, for `make test` (RABBITMQ_IMAGE=another)
	@$(DOCKER)
	@docker run --detach --name herald-rabbitmq --hostname rabbitmq --publish 127.0.0.1:5672:5672 \
	  --volume "$(CURDIR)/k8s/dependencies/rabbitmq/advanced.config:/etc/rabbitmq/advanced.config:ro" $(RABBITMQ_IMAGE)
	@docker run --detach --name herald-mongodb --publish 127.0.0.1:27017:27017 $(MONGODB_IMAGE) --replSet rs0 --bind_ip_all
	@timeout 120 sh -c 'until docker exec herald-rabbitmq rabbitmq-diagnostics -q check_port_connectivity; do sleep 2; done'
	@timeout 120 sh -c 'until docker exec herald-mongodb mongosh --quiet --eval "$$0"; do sleep 2; done' \
	  'try { rs.status() } catch { rs.initiate({ _id: "rs0", members: [{ _id: 0, host: "127.0.0.1:27017" }] }) } quit(db.hello().isWritablePrimary ? 0 : 1)'

servers-logs: ## Show the end of their logs
	@docker logs --tail 200 herald-rabbitmq; docker logs --tail 100 herald-mongodb

helm: $(STAMP) ## Get Helm and kubectl into .tmp/bin, where the targets here find them (HELM_MAJOR=3: Helm 3)
	@HELM_MAJOR=$(HELM_MAJOR) $(NODE) tools/charts/src/helm/main.ts

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

keda-up: ## Install KEDA in the cluster
	@$(KUBECTL)
	@kubectl --context $(CONTEXT) apply --server-side --filename \
	  https://github.com/kedacore/keda/releases/download/$(KEDA)/keda-$(KEDA:v%=%).yaml
	@for what in keda-operator keda-metrics-apiserver keda-admission; do \
	  kubectl --context $(CONTEXT) --namespace keda rollout status deployment/$$what --timeout 5m || exit 1; done

deps-up: ## Start RabbitMQ, MongoDB and a mail server in the cluster (RABBITMQ_IMAGE=another)
	@$(KUBECTL)
	@case $(RABBITMQ_IMAGE) in localhost/*) kind load docker-image --name $(CLUSTER) $(RABBITMQ_IMAGE);; esac
	@kubectl kustomize k8s/dependencies | sed 's|image: rabbitmq:.*|image: $(RABBITMQ_IMAGE)|' | \
	  kubectl --context kind-$(CLUSTER) apply --filename -
	@for what in statefulset/rabbitmq statefulset/mongodb deployment/mailpit; do \
	  kubectl --context kind-$(CLUSTER) --namespace herald rollout status $$what --timeout 10m || exit 1; done

images-load: ## Load the images into the cluster
	@$(KIND)
	@kind load docker-image --name $(CLUSTER) $(SERVICES:%=$(REGISTRY)/%:$(TAG))

charts-up: images-load ## Install or upgrade Herald in the cluster (after images, kind-up and deps-up; SET=key=value)
	@$(HELM)
	@helm dependency build charts/herald >/dev/null
	@helm upgrade --install herald charts/herald --kube-context kind-$(CLUSTER) --namespace herald \
	  --values k8s/environments/dev/values.yaml $(SET:%=--set %) --wait --timeout 10m

charts-test: ## Test the installed charts (helm test)
	@$(HELM)
	@helm test herald --kube-context kind-$(CLUSTER) --namespace herald --timeout 5m --logs

charts-live: $(STAMP) ## Try the charts on a cluster that runs pods: migration, install, tests, rolling, eviction, scalers (CONTEXT=another)
	@CONTEXT='$(CONTEXT)' VALUES='$(VALUES)' HELM_MAJOR='$(HELM_MAJOR)' $(NODE) tools/charts/src/live/main.ts

cluster-logs: ## Show the state of the cluster, and the end of Herald's logs
	@kubectl --context $(CONTEXT) --namespace herald get pods,jobs,events
	@kubectl --context $(CONTEXT) --namespace herald logs --all-containers --prefix --tail 50 --selector app.kubernetes.io/part-of=herald

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
