# Everything that a person or CI runs here. `make` alone lists it.
# Nothing is installed but into .venv and .local, save what `make system` takes from Debian's archive as root.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ROOT := $(filter 0,$(shell id -u))
# Archive that the Debian root is taken from; empty: debootstrap's own default.
export DEBIAN_MIRROR ?=
# Handed on to `commune demo`, such as "--seconds 60 --json".
DEMO_ARGUMENTS ?=
# Handed on to pytest, such as "-k registry".
TEST_ARGUMENTS ?=
# Processes that share the tests, each with servers of its own; "0" runs them in one, as a debugger needs it.
TEST_PROCESSES ?= logical

PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
# Each process begins with a stretch of its own, so that servers of a module are started once; then it helps the others.
SHARED := --numprocesses $(TEST_PROCESSES) --dist worksteal
PARALLEL := $(MAKE) --no-print-directory --jobs=2

SHELL := /bin/bash
.SHELLFLAGS := -e -o pipefail -c
# Turns pip's many lines into one for every tenth package.
TELL := awk '/^Collecting / && ++n % 10 == 1 {print "venv: package " n ", " $$2; fflush()}' >&2

.DEFAULT_GOAL := help
.PHONY: help system system-for-tests venv venv-dev timescaledb timescaledb-if-possible demo test lint types laws clean lock

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

system: ## install what the machine must have (root, Debian or Ubuntu), else say what to install
	@$(PYTHON) -m commune.stack.machine

system-for-tests: ## the same, and the browser that the tests of the pages drive
	@$(PYTHON) -m commune.stack.machine --tests

venv: $(VENV)/.running ## make .venv with what the system needs to run

venv-dev: $(VENV)/.testing ## make .venv with what tests, lint and types need too

timescaledb: system ## unpack PostgreSQL 17 with TimescaleDB, and Mosquitto, into .local/debian (root)
	@$(PYTHON) -m commune.stack.debian .local/debian

demo: system ## run everything on this machine with a simulated commune (Ctrl-C ends it)
	@$(PARALLEL) venv timescaledb-if-possible
	@exec $(BIN)/commune demo $(DEMO_ARGUMENTS)

test: system-for-tests ## lint, types, laws of imports, and the whole suite on TimescaleDB, then storage and API on plain PostgreSQL
	@$(PARALLEL) venv-dev $(if $(ROOT),timescaledb,timescaledb-if-possible)
	@$(MAKE) --no-print-directory lint types laws
	$(BIN)/pytest --edition $(or $(COMMUNE_TEST_EDITION),$(if $(or $(ROOT),$(filter true,$(CI))),timescaledb,auto)) $(SHARED) $(TEST_ARGUMENTS)
	$(BIN)/pytest --edition plain tests/storage tests/api $(SHARED) $(TEST_ARGUMENTS)

lint: venv-dev ## ruff, on rules and on format
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: venv-dev ## mypy --strict, tests included
	$(BIN)/mypy

laws: venv-dev ## rooms import downward only
	$(BIN)/lint-imports

lock: venv-dev ## resolve the dependencies of pyproject.toml anew into the lock files
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet --upgrade pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet --upgrade pyproject.toml --group dev -o requirements-dev.lock

clean: ## remove .venv, .local and every cache (stop demos and tests first)
	rm -rf $(VENV) .local build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Without it the plain PostgreSQL of a wheel serves, and the demo says so.
timescaledb-if-possible:
	@if [ -n "$(ROOT)" ]; then \
	    $(PYTHON) -m commune.stack.debian .local/debian || echo "timescaledb: going on without it" >&2; \
	else \
	    echo "timescaledb: not root, so it is used only if this machine has it" >&2; \
	fi

# A stamp is newer than what it was made from, so a second call does nothing. The build tools come from a lock too:
# nothing is built in isolation, because isolation would fetch tools that no lock names.
$(VENV)/.running: requirements.lock requirements-build.lock pyproject.toml
	@echo "venv: making $(VENV) with $$($(PYTHON) --version)" >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --quiet --require-hashes --requirement requirements-build.lock
	@echo "venv: installing $$(grep -c '==' requirements.lock) locked packages" >&2
	@$(PIP) install --require-hashes --no-build-isolation --use-pep517 --progress-bar off --requirement requirements.lock | $(TELL)
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
	@echo "venv: ready" >&2

$(VENV)/.testing: requirements-dev.lock $(VENV)/.running
	@echo "venv: installing $$(grep -c '==' requirements-dev.lock) locked packages, those for tests among them" >&2
	@$(PIP) install --require-hashes --no-build-isolation --use-pep517 --progress-bar off --requirement requirements-dev.lock | $(TELL)
	@touch $@
	@echo "venv: ready for tests" >&2
