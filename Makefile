# Every target sets up .venv itself; nothing needs an activated environment.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SET_UP := $(VENV)/.set-up

.PHONY: demo test test-all check bench site clean

demo: $(SET_UP)  ## grade the bundled sample class and show the report
	$(BIN)/nnlearn grade autograder/sample_class --html report/class.html

# Which tests share a worker: tests/dealing.py.
PYTEST := $(BIN)/python -m pytest -n logical --dist loadfile --no-loadscope-reorder

# The gates run every known mistake; what these answer is kept for the tests, apart from the user's own.
test test-all: export NNLEARN_CACHE ?= $(CURDIR)/.pytest_cache/nnlearn

test: $(SET_UP)  ## every topic's gates, and the project's own tests: a sample of what grows with topics
	$(BIN)/nnlearn topic check
	$(PYTEST) --sample
	$(BIN)/python tests/sampling.py

test-all: $(SET_UP)  ## the same, with all there is of every topic
	$(BIN)/nnlearn topic check
	$(PYTEST)
	$(BIN)/python tests/sampling.py

check: $(SET_UP)  ## lint and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

bench: $(SET_UP)  ## measured comparisons with other graders
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.commands
	$(BIN)/python -m benchmarks.cluster

site: $(SET_UP)  ## the course as a static site, in the folder site
	$(BIN)/nnlearn site build

clean:
	rm -rf $(VENV) report build dist site

$(SET_UP): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "nnlearn needs Python 3.11 or newer; set PYTHON=...")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@
