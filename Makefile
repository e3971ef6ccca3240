# What a fresh machine with Python >= 3.11, git and make needs: `make demo` and `make test`.
# Nothing here installs outside .venv or writes outside this folder.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
export RAPPORT_HOME ?= $(CURDIR)/rapport-home

.PHONY: demo test env lint lock bench bench-intake bench-screens fuzz sweep validity pictures clean

demo: env
	$(BIN)/rapport demo

env: $(STAMP)

# pip checks every hash of the lock; the project itself is linked in, never built from the network.
$(STAMP): requirements.lock pyproject.toml
	@echo "· environment: installing the locked packages into $(VENV)"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

lint: env
	@echo "· lint: Python, then SQL (about a minute)"
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/sqlfluff lint --disable-progress-bar --processes 2 dbt_project

# Two workers, a file to a worker, in the order of tests/conftest.py: most of the time is whole
# builds, each in a home of its own.
test: lint
	@echo "· tests: whole builds first, a dot for each test and the share of all at the end of a line"
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

bench: env
	$(BIN)/python -m benchmarks

# Ten million rows, several minutes; `make bench-intake ROWS=1000000` is shorter.
bench-intake: env
	$(BIN)/python -m benchmarks.intake $(ROWS)

# A practice of 2,000 clinicians and a million sessions on the screen; `CLINICIANS=200` is smaller.
bench-screens: env
	$(BIN)/python -m benchmarks.screens $(if $(CLINICIANS),--clinicians $(CLINICIANS))

# A minute per reader: sound deliveries spoiled at random. One thread: the frames are small.
fuzz: env
	POLARS_MAX_THREADS=1 $(BIN)/python -m tests.bad_inputs.fuzz --seconds 60

# Every page in every role and every paper of a copy of a built home: `make sweep OF=path`.
sweep: env
	STREAMLIT_LOGGER_LEVEL=error $(BIN)/python -m tests.sweep $(OF)

# About two minutes: simulates, runs the registry's SQL, writes docs/validity.md.
validity: env
	$(BIN)/python -m validity

pictures: env
	$(BIN)/python -m docs.make_pictures

lock:
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-strip-extras -o requirements.lock

clean:
	rm -rf $(VENV) dbt_project/target dbt_project/logs .pytest_cache .ruff_cache
