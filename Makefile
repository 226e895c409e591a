PYTHON ?= python3
BIN := .venv/bin
BACKEND ?= embedded
# tests run in two lots, each with servers of its own; servers that were given are shared by none
WORKERS ?= $(if $(filter external,$(BACKEND)),0,2)
SERVICES := intake routing supervision reporting
FRONTENDS := console
DEPLOYED := $(SERVICES:%=services/%) $(FRONTENDS:%=frontends/%)
PAGES := libs/pagekit/npm
VENDOR := libs/pagekit/src/pagekit/vendor
PACKAGES := contracts libs/eventkit libs/pagekit $(DEPLOYED) infra bench
OWN := bugle-contracts bugle-eventkit bugle-pagekit bugle-reporting
COMPILE := $(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-header \
	--no-emit-index-url --no-emit-find-links $(OWN:%=--no-emit-package %)

.PHONY: help setup lint format test faults containers scale kustomize browser sbom demo lock clean

help:            ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile

setup: .venv/stamp $(VENDOR)/stamp ## the virtual environment and the pages' scripts, from their locks

.venv/stamp: requirements.lock $(PACKAGES:%=%/pyproject.toml)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Bugle needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12" >&2; exit 1; }
	@echo "Making the virtual environment from the lock, 1 to 4 minutes the first time"
	@$(PYTHON) -m venv .venv || { echo "No virtual environment: install your system's python3-venv package." >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation $(PACKAGES:%=-e ./%)
	@touch $@

$(VENDOR)/stamp: $(PAGES)/fetch $(PAGES)/package-lock.json $(PAGES)/node.lock | .venv/stamp
	@PYTHON=$(CURDIR)/$(BIN)/python $(PAGES)/fetch
	@touch $@

lint: setup      ## ruff, mypy strict, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: setup    ## what ruff can mend by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

test: setup      ## every test, on real servers; BACKEND=containers or external: servers that are not embedded
	BUGLE_BACKEND=$(BACKEND) $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

faults: setup    ## every fault on a running system, and the table of invariants; ten to fifteen minutes
	BUGLE_BACKEND=embedded $(BIN)/python -m pytest --numprocesses $(WORKERS) tests/faults

containers: setup ## images under docker compose, and the integration tests on servers in containers
	tests/containers/run

scale: setup     ## three brokers and two of each process under docker compose, of which some die: 12 GiB, 20 minutes
	BUGLE_SCALE=1 tests/containers/run tests/containers/test_scale.py

kustomize: $(BIN)/kustomize ## what renders infra/ for the tests of tests/deployment; needs Go

$(BIN)/kustomize: | setup
	@command -v go >/dev/null || { echo "kustomize is built by Go, which is not here; tests of rendered manifests are skipped" >&2; exit 1; }
	GOBIN=$(abspath $(BIN)) go install sigs.k8s.io/kustomize/kustomize/v5@v5.8.0

browser: setup   ## the pages in a real browser (Chromium), with screenshots under build/screenshots
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/browser/requirements.lock
	$(BIN)/python -m pytest tests/browser

sbom: setup      ## what each service's image holds, as CycloneDX under build/sbom
	@mkdir -p build/sbom
	for deployed in $(DEPLOYED); do $(BIN)/cyclonedx-py requirements $$deployed/requirements.lock --output-reproducible \
	  --pyproject $$deployed/pyproject.toml --mc-type application --of JSON -o build/sbom/$${deployed#*/}.cdx.json || exit 1; done

demo: setup      ## the five programmes on a running system; CHECK=1 compares the figures and ends
	$(BIN)/bugle demo $(if $(CHECK),--check)

lock: setup      ## the locks anew from what the packages ask for (UPGRADE=1: newest versions)
	$(COMPILE) $(if $(UPGRADE),--upgrade) requirements.in $(PACKAGES:%=%/pyproject.toml) -o requirements.lock
	$(COMPILE) infra/build.in -c requirements.lock -o infra/build.lock
	$(COMPILE) tests/browser/requirements.in -c requirements.lock -o tests/browser/requirements.lock
	$(COMPILE) $(PAGES)/node.in -o $(PAGES)/node.lock
	for deployed in $(DEPLOYED); do $(COMPILE) $$deployed/pyproject.toml \
	  -c requirements.lock -o $$deployed/requirements.lock || exit 1; done

clean:           ## the environment and the tools' caches (never the data in .bugle)
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
