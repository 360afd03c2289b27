# make run      the course, from a fresh machine on: environment, local account, every lesson, a report
# make test     the same environment, then every check and test
# make help     the rest

PYTHON ?= python3
VENV ?= .venv
JOBS ?= logical
EXTRAS = lessons,apps,tests

BIN = $(VENV)/bin
STAMP = $(VENV)/.installed
PIP = $(BIN)/python -m pip --disable-pip-version-check
VERSIONS = 3.10 3.11 3.12 3.13

# Compiled once and not at every start of the account, whatever the environment says.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL = help
.PHONY: help setup run lab app viewer test lint format test-all $(addprefix test-,$(VERSIONS)) course-real clean

help:
	@echo "make run          every lesson on the local account, with a report in build/"
	@echo "make lab          the lessons in JupyterLab"
	@echo "make app          the app of lesson 04 in a browser"
	@echo "make viewer       the viewer of experiments, of lesson 10"
	@echo "make test         all checks and tests"
	@echo "make test-all     the same on Python $(VERSIONS) (python3.X of each must be installed)"
	@echo "make lint         the checks alone"
	@echo "make format       formats the code"
	@echo "make course-real  the lessons on your own account (SNOWDOME_CONNECTION=my.json)"
	@echo "make setup        only the environment, in $(VENV)"
	@echo "make clean        removes environments and everything built; the account's data stays"

setup: $(STAMP)

# Made once, and again when the pins or the project's requirements change.
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 14))' || \
	  { echo "Python 3.10 to 3.13 is needed; choose one with: make PYTHON=python3.X" >&2; exit 1; }
	@test -x $(BIN)/python || { echo "Making the environment in $(VENV) (once)"; $(PYTHON) -m venv $(VENV); }
	@echo "Installing the pinned packages (some minutes the first time)"
	@$(PIP) install -qq --only-binary :all: --constraint constraints.txt --editable ".[$(EXTRAS)]"
	@touch $@

run: $(STAMP)
	@$(BIN)/snowdome run

lab: $(STAMP)
	@$(BIN)/snowdome lab

app: $(STAMP)
	@$(BIN)/snowdome app --prepare

viewer: $(STAMP)
	@$(BIN)/snowdome app --prepare experiment_viewer

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

test: lint
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test-all: $(addprefix test-,$(VERSIONS))

$(addprefix test-,$(VERSIONS)): test-%:
	$(MAKE) test PYTHON=python$* VENV=.venv-$*

# The lessons as they are committed, on a real account; numbers are compared, times and ids are not.
course-real: $(STAMP)
	@test -n "$(SNOWDOME_CONNECTION)" || { echo "Say which account: SNOWDOME_CONNECTION=my.json make course-real" >&2; exit 1; }
	$(BIN)/python -m pytest --nbval-lax --nbval-cell-timeout=1800 --timeout=0 notebooks

clean:
	rm -rf .venv $(addprefix .venv-,$(VERSIONS)) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
