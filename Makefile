# `make run` and `make test` install what they need into .venv; nothing else on the machine is touched.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
# Its theme would print what its makers think of the next version.
MKDOCS := NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs
ARGS ?=
, := ,
KERNELS := hatch_build.py $(wildcard freeagentics/kernels/c/*)

.PHONY: help install run test test-installs test-mesa test-ray test-dynalite test-kernels-everywhere test-kernels-sanitized golden-vectors mutants docs bench evidence sample viz pictures clean

help:
	@echo "make run      install what a run needs, and run 50 agents on real bitcoin bars (ARGS='--steps 300' adds options)"
	@echo "make test     install what tests need, run linters, type checker and tests, and build the documentation"
	@echo "make test-installs   install the package on every Python from 3.11 on that is found here, and run it on each"
	@echo "make test-mesa   test memory attached to Mesa models on every Mesa that there is for some Python here"
	@echo "make test-dynalite   test the DynamoDB store on Dynalite too, which npm installs: a second server of other authors"
	@echo "make test-ray install Ray, and test runs on it, with workers and nodes that are killed"
	@echo "make test-kernels-everywhere   replay golden vectors of kernels with every compiler here, and on another kind of processor"
	@echo "make test-kernels-sanitized    replay them, and calls that are wrong, where reading outside of an array is seen"
	@echo "make golden-vectors   record them anew, after a kernel was added or changed"
	@echo "make mutants  change the package a little, a change at a time, and see whether tests fail (ARGS='--per-file 3 market/')"
	@echo "make docs     build the documentation into site/, as make test does"
	@echo "make bench    run the benchmarks and print their tables"
	@echo "make evidence run the experiments of docs/evidence.md: one to two hours on two cores, and it goes on where it was stopped (SEEDS=20)"
	@echo "make sample   run btc-replay, and write how it ended into README.md"
	@echo "make viz      open the page in the browser"
	@echo "make pictures  take the pictures of page and report that README and docs show (ARGS='--every FOLDER' for all tabs, sizes, light and dark)"
	@echo "make clean    remove .venv, caches and build output; runs/ stays"

install: $(VENV)/installed-run

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit("freeagentics needs Python 3.11 or newer, this is " + sys.version.split()[0] + "; try make PYTHON=python3.12") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed-run: pyproject.toml constraints.txt $(KERNELS) | $(BIN)/python
	$(PIP) --editable .
	@touch $@

$(VENV)/installed-test: pyproject.toml constraints.txt $(KERNELS) | $(BIN)/python
	$(PIP) --editable '.[test]'
	@touch $@ $(VENV)/installed-run

$(VENV)/installed-mutants: $(VENV)/installed-test
	$(PIP) --editable '.[test,mutants]'
	@touch $@

$(VENV)/installed-viz: pyproject.toml constraints.txt $(KERNELS) | $(BIN)/python
	$(PIP) --editable '.[viz]'
	@touch $@ $(VENV)/installed-run

run: install
	$(BIN)/freeagentics run btc-replay $(ARGS)

test: $(VENV)/installed-test
	@tests/install-chromium
	@tests/install-redis
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder --ignore tests/clusters $(ARGS)
	$(MKDOCS) build --strict

test-installs: | $(BIN)/python
	$(BIN)/python tests/installs.py

test-mesa: | $(BIN)/python
	$(BIN)/python tests/mesas.py

# The state machine, which is mostly transactions, would look for the shortest example that Dynalite does not know them.
test-dynalite: $(VENV)/installed-test
	npm install --prefix build/dynalite --no-save --no-audit --no-fund --silent dynalite@4.0.0
	DYNALITE=build/dynalite PYTHONPATH=tests/stores $(BIN)/python -m pytest -p dynalite_gaps tests/stores -k dynamo --deselect tests/stores/test_store_machine.py -rx $(ARGS)

test-ray: $(VENV)/installed-test
	$(PIP) --editable '.[test,ray]'
	$(BIN)/python -m pytest tests/clusters $(ARGS)

test-kernels-everywhere: $(VENV)/installed-test
	@tests/install-cross-compiler
	$(BIN)/python tests/kernels/replay.py everywhere

test-kernels-sanitized: $(VENV)/installed-test
	$(BIN)/python tests/kernels/replay.py sanitized

golden-vectors: $(VENV)/installed-test
	$(BIN)/python tests/kernels/record_vectors.py

mutants: $(VENV)/installed-mutants
	$(BIN)/python tests/mutants/try_mutants.py $(ARGS)

docs: $(VENV)/installed-test
	$(MKDOCS) build --strict

bench: install
	$(BIN)/freeagentics bench $(ARGS)

SEEDS ?= 20
WINDOWS ?= 4
ABLATE = $(BIN)/freeagentics ablate $(1) --seeds $(2) --out runs/evidence/$(firstword $(1))
REAL := --without memory,whales,derivatives,sentiment,signals,risk-manager --walk-forward

evidence: install
	$(call ABLATE,null-market --without memory$(,)whales$(,)signals --margin return_without_noise=0.002,$(SEEDS))
	$(call ABLATE,echo --without memory,30)
	$(call ABLATE,regime-return --without memory,30)
	$(BIN)/freeagentics sweep echo --set memory.sequences=0$(,)4096 --set memory.slots=64$(,)4096 --seeds 30 --out runs/evidence/slots
	$(BIN)/freeagentics ablate null-market --without memory --set 'memory.sequences_of=["price","volume"]' --margin return_without_noise=0.002 --seeds $(SEEDS) --out runs/evidence/courses
	$(call ABLATE,whale-pump --without whales$(,)memory,$(SEEDS))
	$(call ABLATE,crash --without risk-manager$(,)memory,$(SEEDS))
	$(call ABLATE,regime-drift --without signals$(,)risk-manager$(,)memory,$(SEEDS))
	$(call ABLATE,quick --without memory,10)
	$(call ABLATE,crowd --without memory --steps 300,3)
	$(call ABLATE,floor --without memory --steps 300,2)
	$(call ABLATE,btc-replay $(REAL),$(WINDOWS))
	$(BIN)/freeagentics ablate btc-replay --without whales --walk-forward --seeds 12 --out runs/evidence/windows
	$(call ABLATE,btc-15m $(REAL),$(WINDOWS))
	$(call ABLATE,ten-pairs $(REAL) --steps 1000,$(WINDOWS))
	$(call ABLATE,stocks $(REAL) --steps 200,$(WINDOWS))

sample: $(VENV)/installed-test
	$(BIN)/python tests/package/readme_sample.py

viz: $(VENV)/installed-viz
	$(BIN)/freeagentics viz $(ARGS)

pictures: $(VENV)/installed-test
	@tests/install-chromium
	PYTHONPATH=tests $(BIN)/python tests/visualization/take_pictures.py $(ARGS)

clean:
	rm -rf $(VENV) build dist site .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
