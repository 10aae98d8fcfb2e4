# What one runs here. `make` alone lists it.

PNPM  := npx --yes pnpm@12.21.0
NODE  := node_modules/.bin/node
STAMP := node_modules/.installed

# What the demo reads: files of one's own, and how it runs.
export EVENTS CAMPAIGN TEMPLATES KEEP DEMO_SECONDS

.DEFAULT_GOAL := help
.PHONY: help install demo dev up down test faults bench check fix replay clean

help: ## List what can be run (the default)
	@echo 'make TARGET, where TARGET is one of:'
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo 'A campaign of your own:  make demo EVENTS=my.jsonl CAMPAIGN=my.yaml [TEMPLATES=dir]'
	@echo 'Some of the tests only:  make test ONLY=libs/domain'

install: $(STAMP) ## Install what is needed, Node 24 included; needs Node 20.19 or later and npm

demo: $(STAMP) ## See two weeks of campaigns in about half a minute, checked at the end (KEEP=1 keeps the data)
	@$(NODE) tools/demo/src/main.ts

dev: $(STAMP) ## Run Herald in one process on ./data, starting again on each change of the code
	@$(NODE) tools/demo/src/dev.ts

up: $(STAMP) ## Run the four services on RabbitMQ and MongoDB, found or started, in the background
	@$(NODE) tools/up/src/up.ts

down: $(STAMP) ## End what `make up` started
	@$(NODE) tools/up/src/down.ts

test: $(STAMP) ## Run the checks and all tests (ONLY=path: the tests under a path, no checks)
	@$(NODE) tools/test/src/main.ts $(ONLY)

bench: $(STAMP) ## Measure, into .tmp/bench.json; about ten minutes (ONLY=send: one of them; QUICK=1: all, short)
	@ONLY=$(ONLY) QUICK=$(QUICK) $(NODE) tools/bench/src/main.ts

faults: $(STAMP) ## Put the four services through faults under load, and account for every message (SHORT=1: about two minutes; ONLY=word: some)
	@SHORT='$(SHORT)' ONLY='$(ONLY)' $(NODE) tools/faults/src/main.ts

check: $(STAMP) ## Check types, lint and unused code
	@$(PNPM) run check

fix: $(STAMP) ## Format the code, and mend what the linter can mend
	@$(PNPM) run fix

replay: $(STAMP) ## Compare all projections of ./data with its event log (REPAIR=1: rebuild what differs; stop `make dev` first)
	@DATA_DIR=data $(NODE) apps/all-in-one/src/replay.ts $(if $(REPAIR),,--verify)

clean: ## Remove what was installed, built or stored here, ./data included
	rm -rf node_modules apps/*/node_modules libs/*/node_modules tools/*/node_modules tests/node_modules data .tmp coverage

$(STAMP): package.json pnpm-lock.yaml pnpm-workspace.yaml $(wildcard */package.json */*/package.json)
	@command -v node >/dev/null && command -v npx >/dev/null || \
	  { echo 'Herald needs Node.js 20.19 or later, with npm: see https://nodejs.org/en/download' >&2; exit 1; }
	@node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' || \
	  { echo "Herald needs Node.js 20.19 or later; this is $$(node --version). See https://nodejs.org/en/download" >&2; exit 1; }
	@echo 'Installing (a minute or so the first time) ...'
	@log=$$(mktemp) && if $(PNPM) install --frozen-lockfile >"$$log" 2>&1; then rm -f "$$log"; \
	  else cat "$$log" >&2; rm -f "$$log"; echo 'The installation failed; what it said is above.' >&2; exit 1; fi
	@touch $@
