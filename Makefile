# A phrase-book. `make` alone is the main job: prove everything, then verify the compiled core.
#
# Everything happens in .venv, made on demand. PYTHON=python3.12 chooses another interpreter for it.

PYTHON ?= python3
VENV   ?= .venv
# Those that `make dist` makes wheels for, and the tests of each wheel: all, if none are named.
PYTHONS ?= $(PYTHON)
TESTS   ?=

PY  := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check
export PYTHONDONTWRITEBYTECODE := 1

SOURCES  := setup.py $(wildcard $(foreach folder,bncore bncore/core bncore/core/leaves bncore/core/trace,$(addprefix $(folder)/,*.pyx *.pxd *.h)))
REQUIRES := import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")

.DEFAULT_GOAL := main
.DELETE_ON_ERROR:
.NOTPARALLEL:

.PHONY: help
help:           ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 18

.PHONY: main
main: $(VENV)/built $(VENV)/with-spec  ## (default) regenerate every proof in memory, verify the core, report
	$(PY) -m spec

# Modules stay whole: their fixtures are made once, and what an oracle remembers is asked again.
PYTEST := $(PY) -m pytest --numprocesses=auto --maxprocesses=8 --dist=loadfile
# tests/faces is about peers alone, and to import these takes as long as a hundred tests.
LONG   := builds or proves or audits or sweeps or peers

.PHONY: test
test: $(VENV)/built $(VENV)/with-test  ## the quick tests, less than two minutes on two cores
	$(PYTEST) -m "not ($(LONG))" --ignore=tests/faces

.PHONY: check
check: $(VENV)/built $(VENV)/with-test  ## every test, a quarter of an hour; half an hour where PyTorch and the like are installed in .venv
	$(PYTEST)

.PHONY: fuzz
fuzz: $(VENV)/built $(VENV)/with-test  ## a million calls that nobody would think of, minutes; SEED= and CALLS= say which, how many
	$(PY) -m tests.fuzz $(if $(SEED),--seed $(SEED)) $(if $(CALLS),--calls $(CALLS))

.PHONY: sanitize sanitize-threads
sanitize: $(VENV)/built $(VENV)/with-test  ## a cut of the fuzzer and the tests under ASan and UBSan, for each level, minutes each
	.ci/sanitize $(PY) address,undefined $(LEVELS)
sanitize-threads: $(VENV)/built $(VENV)/with-test  ## the same under TSan (Debian: apt install clang libomp-dev libclang-rt-14-dev)
	.ci/sanitize $(PY) thread $(LEVELS)

.PHONY: coverage
coverage: $(VENV)/built $(VENV)/with-test  ## which lines of the compiled core no test reaches, by gcov, minutes
	$(PY) .ci/coverage.py $(if $(LEVELS),--level $(LEVELS))

.PHONY: prove
prove: $(VENV)/with-spec  ## write docs/proofs and docs/derivation.md from the equations
	$(PY) -m spec prove

.PHONY: audit
audit: $(VENV)/with-test  ## test the tester: the kill matrix of every mutant against every data set, minutes
	$(PY) -m spec audit

.PHONY: coq
coq: $(VENV)/made  ## have Coq's kernel check the theorems (Debian: apt install coq libcoq-coquelicot)
	$(PY) -m spec.coq

.PHONY: bench bench-full
bench: $(VENV)/built $(VENV)/with-docs  ## time the core beside every peer that is installed in .venv, some six minutes
	$(PY) docs/benchmarks/bench.py
bench-full: $(VENV)/built $(VENV)/with-docs  ## the same for every shape and peer, an hour; a run that was stopped goes on
	$(PY) docs/benchmarks/bench.py --full

.PHONY: docs
docs: prove $(VENV)/built $(VENV)/with-docs  ## the proofs, their figures, and those of docs/experiments
	$(PY) docs/figures/theorems.py
	$(PY) docs/experiments/digits.py

.PHONY: site
site: $(VENV)/built $(VENV)/with-site  ## all documents as a web site, build/site/index.html, with the book of theorems
	$(PY) docs/site/build.py

.PHONY: lint
lint: $(VENV)/built $(VENV)/with-lint  ## ruff, cython-lint, mypy
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	PATH="$(abspath $(VENV))/bin:$$PATH" cython-lint bncore
	$(PY) -m mypy

.PHONY: dist
dist: $(VENV)/with-dist  ## sdist and manylinux wheels, tested in clean environments; PYTHONS="python3.11 ..." TESTS=... say for and by what
	rm -rf dist
	PIP_CONSTRAINT=$(abspath .ci/release.txt) $(PY) -m build --sdist
	$(PY) -m twine check --strict dist/*
	for python in $(PYTHONS); do .ci/wheel $(VENV) $$python dist/*.tar.gz $(TESTS) || exit; done

.PHONY: serial
serial: $(VENV)/with-dist  ## the same tests against a build without OpenMP
	rm -rf dist
	$(PY) -m build --sdist
	BNCORE_OPENMP=0 .ci/installed $(PYTHON) dist/*.tar.gz dist/*.tar.gz

.PHONY: clang
clang: $(VENV)/with-dist  ## the same tests against a build by clang (Debian: apt install clang libomp-dev)
	rm -rf dist
	$(PY) -m build --sdist
	CC=clang LDSHARED="clang -shared" .ci/installed $(PYTHON) dist/*.tar.gz dist/*.tar.gz

.PHONY: clean
clean:          ## remove what these targets made, .venv included
	rm -rf $(VENV) build dist bncore.egg-info
	find bncore -name '*.so' -delete

# The environment, in stages; each file marks one that is complete.

.PHONY: environment
environment: $(VENV)/built $(VENV)/with-test  ## .venv with the core built and all that the tests need

$(VENV)/made: .ci/require.py
	@command -v $(PYTHON) >/dev/null || { \
	  echo "bncore needs Python 3.11 or newer; '$(PYTHON)' was not found."; \
	  echo "Install one (Debian, Ubuntu: apt install python3 python3-venv python3-dev), or: make PYTHON=/path/to/python"; \
	  exit 1; }
	@$(PYTHON) .ci/require.py
	@echo "== environment: $(VENV)"
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --upgrade pip
	@touch $@

$(VENV)/with-%: pyproject.toml | $(VENV)/made
	@echo "== environment: what [dependency-groups] calls '$*'"
	$(PIP) install --group $*
	@touch $@

$(VENV)/built: pyproject.toml $(SOURCES) | $(VENV)/made
	@echo "== build: one extension for each instruction-set level, four minutes on two cores"
	$(PY) -c '$(REQUIRES)' | $(PIP) install --quiet --requirement /dev/stdin
	$(PY) .ci/build.py install --no-build-isolation --editable .
	@touch $@
