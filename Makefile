# The commands of the project. Each sets up what it needs: a fresh Debian machine with Python 3.11 and make is enough.
#
#   make demo    build Ekby kommun, analyse it, start the site (under 5 minutes, set-up included)
#   make check   format, lint, types, import rules, licences
#   make test    the tests, and the site's again on a PostgreSQL of its own (PYTEST_ARGS="…": some, on SQLite only)
#   make test-postgresql  the second half alone
#   make fix     format and mend what can be mended by a machine
#   make bench   speed and memory beside a bare GROUP BY CUBE
#   make prove   the full counts: coverage, fuzz, 200 draws (long)
#   make docs    regenerate docs/reference
#   make lock    resolve the dependencies again (UPGRADE=1 takes newer versions)
#   make clean   remove everything that make made

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PYTEST_ARGS ?=
# Whether make test runs the site's tests on PostgreSQL too: yes, but for a narrow run that does not ask for it.
POSTGRESQL ?= $(if $(strip $(PYTEST_ARGS)),no,yes)

# A stamp is named by what was installed, so a changed lock installs again and an unchanged one costs nothing.
KEY := $(shell cat requirements/*.txt pyproject.toml scripts/system_packages.sh tests/browser/package-lock.json 2>/dev/null | sha256sum | cut -c1-12)
RUNTIME := .venv/.installed-$(KEY)-runtime
DEV := .venv/.installed-$(KEY)-dev

.PHONY: help demo check test test-postgresql fix bench prove docs lock clean setup

help:
	@sed -n '3,12s/^# \{0,1\}//p' Makefile

setup: $(DEV)

$(RUNTIME):
	@bash scripts/system_packages.sh runtime "$(PYTHON)"
	[ -x $(BIN)/python ] || "$(PYTHON)" -m venv .venv
	echo "Installing the locked packages into .venv" >&2
	export PIP_DISABLE_PIP_VERSION_CHECK=1
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements/runtime.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	rm -f .venv/.installed-*
	touch $@

$(DEV):
	@bash scripts/system_packages.sh dev "$(PYTHON)"
	[ -x $(BIN)/python ] || "$(PYTHON)" -m venv .venv
	echo "Installing the locked packages into .venv" >&2
	export PIP_DISABLE_PIP_VERSION_CHECK=1
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	mkdir -p .cache/axe
	cp tests/browser/package.json tests/browser/package-lock.json tests/browser/.npmrc .cache/axe/
	npm ci --prefix .cache/axe --ignore-scripts --omit=optional --no-audit --no-fund --silent
	rm -f .venv/.installed-*
	touch $(RUNTIME) $@

demo: $(RUNTIME)
	@$(BIN)/jamlik demo

check: $(DEV)
	@$(BIN)/ruff format --check --quiet . || { echo "Not formatted: run 'make fix'" >&2; $(BIN)/ruff format --diff --quiet . | head -40; exit 1; }
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --cache-dir .cache/import-linter
	$(BIN)/reuse lint --quiet || { $(BIN)/reuse lint; exit 1; }
	echo "check: clean" >&2

# What the browser sees, who gets in and what a page says does not depend on the database. Where no server is installed, it is skipped with a message.
ON_POSTGRESQL := echo "=== The site's tests again, on PostgreSQL ===" >&2; $(BIN)/python scripts/with_postgresql.py -- \
	$(BIN)/python -m pytest tests/web -n 3 --dist worksteal -m "not prove and not browser and not either"

test: $(DEV)
	@failed=
	echo "=== Every test, the site's on SQLite ===" >&2
	$(BIN)/python -m pytest -n 3 --dist worksteal -m "not prove" $(PYTEST_ARGS) || failed="on SQLite"
	if [ "$(POSTGRESQL)" = yes ]; then
	    { $(ON_POSTGRESQL); } || failed="$${failed:+$$failed and }on PostgreSQL"
	fi
	[ -z "$$failed" ] || { echo "make test: failed $$failed" >&2; exit 1; }

test-postgresql: $(DEV)
	@$(ON_POSTGRESQL) $(PYTEST_ARGS)

fix: $(DEV)
	@$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(RUNTIME)
	@$(BIN)/python scripts/bench.py

prove: $(DEV)
	@HYPOTHESIS_PROFILE=prove $(BIN)/python -m pytest -o faulthandler_timeout=0 -n 2 --dist worksteal -m prove $(PYTEST_ARGS)
	HYPOTHESIS_PROFILE=prove $(BIN)/python -m pytest -o faulthandler_timeout=0 -n 2 --dist worksteal -m "not prove" $(PYTEST_ARGS)

docs: $(DEV)
	@$(BIN)/python scripts/reference_docs.py

# Written by uv, which must already be set up; the files name no download address, only versions and hashes.
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)
lock:
	@[ -x $(BIN)/uv ] || { echo "make lock needs uv: run 'make setup' first" >&2; exit 1; }
	$(LOCK) pyproject.toml --extra web --group build --output-file requirements/runtime.txt
	$(LOCK) pyproject.toml --extra web --group build --group dev --constraint requirements/runtime.txt --output-file requirements/dev.txt
	cd tests/browser && npm install --package-lock-only --ignore-scripts --no-audit --no-fund --silent

clean:
	@rm -rf .venv .cache build dist ekby ekby-site .hypothesis .import_linter_cache
	find src tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +
