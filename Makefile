# The targets other people and programs call. Each sets up what it needs, from nothing.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run test test-all lint types contracts spelling format bench models-table clean

PYTHON_IN_VENV := .venv/bin/python
PYTEST := $(PYTHON_IN_VENV) -m pytest

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

run: ## open the workstation on the simulated line (without a display: 200 frames and screenshot.png)
	@packaging/set-up.sh run
	@$(PYTHON_IN_VENV) -m app --source sim:demo --model demo-strip --start --without-display 200 --screenshot screenshot.png

test: ## run every test but the slow ones and those for hardware
	@packaging/set-up.sh test
	@QT_QPA_PLATFORM=offscreen $(PYTEST) -m "not slow and not hardware"

test-all: ## run the slow tests too, and those for hardware that is here
	@packaging/set-up.sh test
	@QT_QPA_PLATFORM=offscreen $(PYTEST)

lint: ## style, types, import contracts, spelling
	@packaging/set-up.sh test
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@.venv/bin/codespell app models tests packaging resources/plans README.md CHANGELOG.md CONTRIBUTING.md Makefile

format: ## put the sources into the project's style
	@packaging/set-up.sh test
	@.venv/bin/ruff check --fix-only .
	@.venv/bin/ruff format .

bench: ## measure everything that is asked to be fast, side by side
	@packaging/set-up.sh run
	@QT_QPA_PLATFORM=offscreen $(PYTHON_IN_VENV) -m app bench

models-table: ## time the bundles in runs/ and resources/bundles, write the table in models/README.md
	@packaging/set-up.sh test
	@$(PYTHON_IN_VENV) -m models.reference_table

clean: ## take away what can be made again
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache
