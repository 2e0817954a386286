# make demo    install what the commands need, and classify, look up a protocol, run a table
# make test    install everything and run the tests
# make quick   the tests of what was changed since the last commit
# make check   all that must hold before a change lands: tests, lint, types, import contract, knowledge check
# make format-data  write the files of data/ in their one form
# make newest  a smoke test on the newest versions that pyproject.toml allows
# make lock    renew the locks that all of these but `newest` install from
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
# One package of the locks comes as source only; what builds it is locked too.
LOCKED := PIP_CONSTRAINT=requirements/build.txt PIP_BUILD_CONSTRAINT=requirements/build.txt
SMOKE := tests/cli tests/api tests/knowledge tests/cohort/test_table_formats.py tests/test_readme.py

# The processes that tests start would each compile the program again.
unexport PYTHONDONTWRITEBYTECODE

# A target that failed half way is made again.
.DELETE_ON_ERROR:
.PHONY: demo test quick check lint format-data types layers knowledge newest lock bench clean

demo: $(VENV)/.demo
	@echo '$$ all-risk classify --age 7 --wbc 45 --lineage B'
	@$(BIN)/all-risk classify --age 7 --wbc 45 --lineage B
	@echo
	@echo '$$ all-protocol show induction --risk high --age 7'
	@$(BIN)/all-protocol show induction --risk high --age 7
	@echo
	@echo '$$ all-risk batch examples/cohort.csv --scheme nci-rome'
	@$(BIN)/all-risk batch examples/cohort.csv --scheme nci-rome || test $$? -eq 1

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto --dist worksteal

quick: $(VENV)/.dev
	$(BIN)/python tests/quick.py -n auto

check: test lint types layers knowledge

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python tools/format_data.py --check
	$(BIN)/python tools/draw_structure.py --check

format-data: $(VENV)/.dev
	$(BIN)/python tools/format_data.py

types: $(VENV)/.dev
	$(BIN)/mypy

layers: $(VENV)/.dev
	$(BIN)/lint-imports

knowledge: $(VENV)/.dev
	$(BIN)/all-risk check
	$(BIN)/all-protocol check

newest: $(VENV)-newest/pyvenv.cfg
	$(VENV)-newest/bin/python -m pip install --quiet --disable-pip-version-check --upgrade --upgrade-strategy eager -e '.[all,smoke]'
	$(VENV)-newest/bin/python -m pip list --disable-pip-version-check
	$(VENV)-newest/bin/python -m pytest -n auto $(SMOKE)

lock: $(VENV)-lock/pyvenv.cfg
	$(VENV)-lock/bin/python -m pip install --quiet --disable-pip-version-check --upgrade uv
	$(VENV)-lock/bin/uv pip compile $(COMPILE) pyproject.toml requirements/lock.in --extra dev -o requirements/dev.txt
	$(VENV)-lock/bin/uv pip compile $(COMPILE) pyproject.toml requirements/lock.in -c requirements/dev.txt -o requirements/demo.txt
	printf 'setuptools\nwheel\n' | $(VENV)-lock/bin/uv pip compile --universal --python-version 3.11 --upgrade --quiet --no-header - -o requirements/build.txt
COMPILE := --universal --python-version 3.11 --upgrade --generate-hashes --no-annotate --no-header --quiet

bench: $(VENV)/.dev
	$(PIP) install -e '.[bench]'
	$(BIN)/python benchmarks/start_up.py
	$(BIN)/python benchmarks/cohort.py
	$(BIN)/python benchmarks/karyotypes.py

$(VENV)/.demo $(VENV)/.dev: $(VENV)/.%: requirements/%.txt requirements/build.txt pyproject.toml hatch_build.py $(VENV)/pyvenv.cfg
	$(LOCKED) $(PIP) install --require-hashes -r $<
	$(PIP) install --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q all_cli
	@touch $@

%/pyvenv.cfg:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $*

clean:
	rm -rf $(VENV) $(VENV)-newest $(VENV)-lock all_cli/compiled build dist
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
