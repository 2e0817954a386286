# make demo   install everything and classify, look up a protocol, run a table
# make test   install everything and run the tests
# make check  all that CI runs: tests, lint, types, import contract, knowledge check
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test check lint types layers knowledge bench clean

demo: $(VENV)/.installed
	@echo '$$ all-risk classify --age 7 --wbc 45 --lineage B'
	@$(BIN)/all-risk classify --age 7 --wbc 45 --lineage B
	@echo
	@echo '$$ all-protocol show induction --risk high --age 7'
	@$(BIN)/all-protocol show induction --risk high --age 7
	@echo
	@echo '$$ all-risk batch examples/cohort.csv'
	@$(BIN)/all-risk batch examples/cohort.csv --scheme nci-rome || test $$? -eq 1

test: $(VENV)/.installed
	$(BIN)/python -m pytest -n auto

check: test lint types layers knowledge

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed
	$(BIN)/mypy

layers: $(VENV)/.installed
	$(BIN)/lint-imports

knowledge: $(VENV)/.installed
	$(BIN)/all-risk check

bench: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[bench]'
	$(BIN)/python benchmarks/start_up.py
	$(BIN)/python benchmarks/cohort.py

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
