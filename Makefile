# `make demo` and `make test` do all set-up by themselves; the second time they are fast.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := .stamps
ROOMS := cli tui actions store
ARTIFACTS := 20000

# Installs ckexplore as it is here: by a path to links, since setuptools' finder takes as long to import as a quick
# answer; and compiled, since the child processes of jobs write no bytecode.
define installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e $(1)
	@for link in $(VENV)/lib/python3*/site-packages/__editable__.ckexplore-*.pth; do \
	  echo "$(CURDIR)/$(STAMPS)/namespace" > "$$link"; done
	@$(BIN)/python -m compileall -q $(ROOMS)
endef

.PHONY: demo test check bench screenshots clean

demo: $(STAMPS)/program
	@$(BIN)/ckexplore demo

test: $(STAMPS)/test
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: $(STAMPS)/test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports --no-cache

# ARTIFACTS=100000 measures the catalog at its full size, REPOSITORIES="…" on folders of real ones.
bench: $(STAMPS)/test
	@for name in startup widgets charts pane front points; do echo "== $$name"; $(BIN)/python benchmarks/$$name.py || exit 1; done
	@echo "== catalog"; $(BIN)/python benchmarks/catalog.py --artifacts $(ARTIFACTS) $(addprefix --repositories ,$(REPOSITORIES))

screenshots: $(STAMPS)/test
	$(BIN)/python docs/make_screenshots.py

clean:
	rm -rf $(VENV) $(STAMPS) build dist *.egg-info

# The rooms under their installed name.
$(STAMPS)/namespace: $(STAMPS)/venv
	@mkdir -p $@/ckexplore && for room in $(ROOMS) sample_repos; do ln -sfn ../../../$$room $@/ckexplore/$$room; done

$(STAMPS)/venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "ckexplore needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "Python cannot make a virtual environment here. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/program: $(STAMPS)/venv pyproject.toml constraints.txt | $(STAMPS)/namespace
	@echo "Installing ckexplore into $(VENV) …"
	$(call installed,.)
	@touch $@

$(STAMPS)/test: $(STAMPS)/program
	@echo "Installing what the tests need …"
	$(call installed,'.[test]')
	@touch $@
