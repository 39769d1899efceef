# Everything is set up in .venv and .local of this folder, once; `make clean` undoes it.
.DEFAULT_GOAL := help
.PHONY: help setup up preview refresh destroy policy simulator docs bench check test clean

PYTHON := .venv/bin/python
PEXIP := $(PYTHON) -m pexip_cli

help:
	@echo "Deploy the example stack (to a simulated Management Node, or to the one in PEXIP_ADDRESS):"
	@echo "  make up         deploy, and say what was made"
	@echo "  make preview    say what \`make up\` would change"
	@echo "  make refresh    take over what was changed on the node by hand"
	@echo "  make destroy    remove all that the stack made"
	@echo "  make policy     check the stack against the policies"
	@echo "  make simulator  start the simulated Management Node alone, and say where it is"
	@echo
	@echo "Work on the project:"
	@echo "  make setup      make .venv and the engine, and .local/env to source before typing \`pulumi\`"
	@echo "  make docs       write docs/resources.md, the page of each type and docs/coverage.md"
	@echo "  make check      format, lint, types, layers"
	@echo "  make test       check, then all tests"
	@echo "  make bench      measure deployments, beside the engine's own floor, into docs/performance.md"
	@echo "  make clean      remove all that make made"

setup: .venv/ready
	@$(PEXIP) env

up preview refresh destroy docs: .venv/ready
	@$(PEXIP) $@

policy: .venv/ready
	@$(PEXIP) preview -- --policy-pack policies

simulator: .venv/ready
	@$(PEXIP) simulator start

check: .venv/ready
	@$(PYTHON) -m ruff format --check --quiet .
	@$(PYTHON) -m ruff check --quiet .
	@$(PYTHON) -m mypy --no-error-summary .
	@.venv/bin/lint-imports --no-logo

test: check
	@$(PEXIP) engine >/dev/null
	@if grep -q '"build"' .local/engine.json; then cd engine && go vet ./... && go test ./... && cd vcsim && go vet ./...; fi
	@$(PYTHON) -m pytest --numprocesses $$(( $$(getconf _NPROCESSORS_ONLN) + 1 )) --maxprocesses 5 --dist worksteal $(PYTEST)

bench: .venv/ready
	@$(PYTHON) -m benchmarks --json benchmarks/results.json --markdown docs/performance.md

clean:
	@if [ -e .venv/ready ]; then $(PEXIP) clean; fi
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info

# The first Python that is new enough and can make virtual environments. One that is there already is kept.
.venv/ready: pyproject.toml
	@set -e; \
	if ! $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	  for python in python3.13 python3.12 python3.11 python3 none; do \
	    $$python -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; \
	  done; \
	  if [ $$python = none ]; then \
	    echo "Python 3.11 or newer with its venv module is needed, and was not found on PATH." >&2; \
	    echo "Here: $$(python3 --version 2>&1 || true). On Debian: apt install python3 python3-venv." >&2; \
	    exit 1; \
	  fi; \
	  echo "Making .venv with $$($$python --version)."; \
	  $$python -m venv --clear .venv; \
	fi; \
	echo "Installing what pyproject.toml asks for into .venv (a minute the first time)."; \
	extras=dev,simulators; \
	if pkg-config --exists libvirt 2>/dev/null; then extras=$$extras,libvirt; fi; \
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --editable ".[$$extras]"; \
	touch $@
