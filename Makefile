# SPDX-License-Identifier: Apache-2.0
# Needs only Python 3.11 or newer; makes .venv by itself and uses it again.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev

.DEFAULT_GOAL := help
.PHONY: help install demo test lint format bench wheel clean

help: ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/'

install: $(INSTALLED) ## make .venv and install piidetect into it

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'piidetect needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3'; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(INSTALLED): pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(INSTALLED_DEV): pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@ $(INSTALLED)

demo: $(INSTALLED) ## generate a small seized clinic database and size it
	@rm -rf demo
	$(BIN)/python examples/make_demo.py demo
	$(BIN)/piidetect scan demo/seized --out demo/case --reference-date 2025-06-30 || [ $$? -eq 1 ]

test: $(INSTALLED_DEV) ## run the tests
	$(BIN)/python -m pytest

lint: $(INSTALLED_DEV) ## ruff, mypy --strict and the recognizers' own check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/piidetect recognizers check

format: $(INSTALLED_DEV) ## format the code
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format .

bench: $(INSTALLED_DEV) ## compare speed and accuracy on a generated corpus (see benchmarks/README.md)
	$(BIN)/python -m benchmarks.compare

wheel: $(INSTALLED_DEV) ## build the wheel into dist/
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

clean: ## remove everything that was generated
	rm -rf demo dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
