# Two commands are all a newcomer needs: `make storm` and `make test`. `make help` lists the rest.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python -m
PIP := $(VENV)/bin/pip --disable-pip-version-check -qq
DASHBOARD_SOURCES := $(shell find dashboards -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
ARGS ?=
# The files that have such tests: reading all others only to leave them out takes longer than a start of the platform.
OUTSIDE_TESTS = $(sort $(shell grep -rlE --include='test_*.py' 'mark\.(system|browser)' tests))

.PHONY: help storm up test quick-test lint types layout format setup setup-dev lock screenshots audit clean soak load
.DEFAULT_GOAL := help

help: ## List what can be made
	@grep -hE '^[a-z%-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 20

storm: setup ## The demo city under a storm, live in the browser (ARGS="--finish" plays it to its end)
	@$(RUN) stormops storm $(ARGS)

up: setup ## The platform alone, on the demo city, without a storm
	@$(RUN) stormops up $(ARGS)

setup: $(VENV)/.run dashboards/dist/.built

setup-dev: $(VENV)/.dev dashboards/dist/.built $(VENV)/.browser $(VENV)/.nginx

$(VENV)/.run: requirements/run.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: set PYTHON=/path/to/python3.11")'
	@echo "Setting up Python in $(VENV) (once, about a minute)…"
	@[ -x $(VENV)/bin/pip ] || $(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing: install python3-venv"; exit 1; }
	@$(PIP) install --require-hashes -r requirements/run.lock
	@$(PIP) install --no-deps --no-build-isolation --no-index -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.lock
	@echo "Setting up what tests need (once)…"
	@$(PIP) install --require-hashes -r requirements/dev.lock
	@touch $@

dashboards/node_modules/.installed: dashboards/package-lock.json
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || { echo "Node.js 20 or newer is needed"; exit 1; }
	@echo "Setting up the dashboards (once)…"
	@cd dashboards && npm ci --silent --no-audit --no-fund
	@touch $@

dashboards/dist/.built: dashboards/node_modules/.installed $(DASHBOARD_SOURCES)
	@cd dashboards && npm run --silent build -- --logLevel error
	@touch $@

$(VENV)/.browser: deploy/browser.sh
	@bash deploy/browser.sh > $@.draft && mv $@.draft $@

$(VENV)/.nginx: deploy/nginx.sh
	@bash deploy/nginx.sh > $@.draft && mv $@.draft $@

# Kept compiled even where the environment says otherwise: every worker and every process would compile all anew.
test quick-test: export PYTHONDONTWRITEBYTECODE :=

# Browser tests have one worker, the other tests with processes the other (tests/conftest.py); what is timed runs alone.
test: setup-dev ## Set up what tests need and pass them all
	@$(RUN) pytest -n 2 --dist worksteal -m "not system and not browser" $(ARGS)
	@cd dashboards && npm test --silent
	@$(RUN) pytest -n 2 --dist loadfile -m "(system or browser) and not alone" $(OUTSIDE_TESTS) $(ARGS)
	@$(RUN) pytest -m alone $(OUTSIDE_TESTS) $(ARGS)

quick-test: $(VENV)/.dev ## The tests that need no processes and no browser
	@$(RUN) pytest -n 2 --dist worksteal -m "not system and not browser" $(ARGS)

lint: $(VENV)/.dev dashboards/node_modules/.installed ## Style, with a reason beside each exception
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .

types: $(VENV)/.dev dashboards/node_modules/.installed ## Types, strict, Python and TypeScript
	@$(VENV)/bin/mypy
	@cd dashboards && npm run --silent check

layout: $(VENV)/.dev ## Which package may import which
	@$(VENV)/bin/lint-imports --no-cache

format: $(VENV)/.dev ## Format the Python code
	@$(VENV)/bin/ruff format . && $(VENV)/bin/ruff check --fix .

bench-%: setup $(VENV)/.dev ## Measure one thing against its bars: matching, clustering, inference, replay, city, accounts, durability, desk, public, feed
	@$(RUN) $(if $(wildcard tests/bench/$*.py),tests.bench,loadtests).$* $(ARGS)

load: setup $(VENV)/.dev ## A storm's people against the whole platform, with a report (ARGS="--shape michael --minutes 2")
	@$(RUN) loadtests.storm $(ARGS)

soak: setup $(VENV)/.dev ## A million reports while every process is killed in turn (ARGS=--quick, --postgres)
	@$(RUN) loadtests.soak $(ARGS)

lock: $(VENV)/.dev ## Lock the dependencies again after editing requirements/*.in
	@cd requirements && for n in dev run; do ../$(VENV)/bin/uv pip compile -q --python-version 3.11 --universal --generate-hashes \
	  --no-header --no-emit-index-url --no-emit-find-links --no-annotate $$n.in -o $$n.lock $$([ $$n = run ] && echo -c dev.lock); done

clean: ## Remove what was set up and built (data in var/ stays)
	rm -rf $(VENV) dashboards/node_modules dashboards/dist
