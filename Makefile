# Everything a fresh machine needs is set up by these targets: Python 3.11 or later, make and git are enough.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: install lab demo test slow benchmarks lint build clean

install: $(STAMP)

# The stamp is written last: an install that was interrupted is done again.
$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $(STAMP)

lab: $(STAMP)
	$(BIN)/autograder lab

demo: $(STAMP)
	$(BIN)/autograder demo

test: $(STAMP)
	$(BIN)/python -m pytest -n 2 -m "not slow" --ignore=tests/benchmarks

slow: $(STAMP)
	$(BIN)/python -m pytest -n 2 -m slow --ignore=tests/benchmarks

# Ratios within one run, for a machine that has nothing else to do.
benchmarks: $(STAMP)
	$(BIN)/python -m pytest tests/benchmarks -s

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

build: $(STAMP)
	$(BIN)/autograder build

clean:
	rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache
