# Every target sets up .venv itself; nothing needs an activated environment.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SET_UP := $(VENV)/.set-up

.PHONY: demo test check bench clean

demo: $(SET_UP)  ## grade the bundled sample class and show the report
	$(BIN)/nnlearn grade autograder/sample_class --html report/class.html

test: $(SET_UP)  ## the project's own tests
	$(BIN)/nnlearn topic check
	$(BIN)/python -m pytest -n logical --dist loadfile --no-loadscope-reorder

check: $(SET_UP)  ## lint and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

bench: $(SET_UP)  ## measured comparisons with other graders
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.commands

clean:
	rm -rf $(VENV) report build dist

$(SET_UP): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "nnlearn needs Python 3.11 or newer; set PYTHON=...")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@
