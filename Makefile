# Two front doors: `make run` and `make test`. Everything else stands beside them.
# On a bare Debian 12 machine these need Python 3.11, git and make.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
# Patients' data of this checkout; git ignores the folder.
export SLOPEWISE_DATA_FOLDER ?= $(CURDIR)/slopewise-data
# small matrices: threads of one process only wait for each other
export OPENBLAS_NUM_THREADS ?= 1

.DEFAULT_GOAL := help
.PHONY: help run test check slow bench docs reference calibrate constraints run-environment test-environment

help:
	@echo "make run          make the environment, load the simulated clinic, start the web application"
	@echo "make test         run the tests (under 20 minutes)"
	@echo "make check        style, types, import rules, spelling, generated pages"
	@echo "make slow         the long checks: the full table of the verdict's characteristics"
	@echo "make bench        measure speed; adds lines to benchmarks/results.jsonl"
	@echo "make docs         write the generated pages and pictures of docs/"
	@echo "make reference    run the other programs again whose numbers the tests compare with (needs R)"
	@echo "make calibrate    calibrate the natural history again from the published summaries"
	@echo "make constraints  pin the dependencies again (needs uv)"

run-environment:
	@test -n "$(PYTHON)" || { echo "Python 3.11 is missing. On Debian: sudo apt install python3 python3-venv" >&2; exit 1; }
	@"$(PYTHON)" scripts/environment.py run

test-environment:
	@test -n "$(PYTHON)" || { echo "Python 3.11 is missing. On Debian: sudo apt install python3 python3-venv" >&2; exit 1; }
	@"$(PYTHON)" scripts/environment.py test

run: run-environment
	@exec $(BIN)/slopewise serve --demo

test: test-environment
	@$(BIN)/python -m pytest -n 2 -m "not slow"

check: test-environment
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/codespell src tests docs scripts benchmarks README.md CHANGELOG.md CONTRIBUTING.md
	@$(BIN)/python -m pytest -q -n 2 tests/architecture

slow: test-environment
	@$(BIN)/python -m pytest -n 2 -m slow

bench: run-environment
	@for script in benchmarks/*_speed.py benchmarks/cli_start.py; do echo "== $$script"; $(BIN)/python "$$script" || exit 1; done

docs: test-environment
	@$(BIN)/python scripts/documentation.py

reference:
	@for script in reference/*/run.R; do echo "== $$script"; (cd "$$(dirname "$$script")" && Rscript run.R) || exit 1; done

calibrate: run-environment
	@$(BIN)/slopewise calibrate --output src/slopewise/progression/embedded.json

UV_COMPILE = uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --quiet --group build
constraints:
	@command -v uv >/dev/null || { echo "uv is missing: pip install uv" >&2; exit 1; }
	$(UV_COMPILE) --output-file constraints.txt >/dev/null
	$(UV_COMPILE) --group test --constraint constraints.txt --output-file constraints-test.txt >/dev/null
