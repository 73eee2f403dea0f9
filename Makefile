# Only python3 and make are needed beforehand: every target sets up what it needs in .venv from the hashed lock files.
.DELETE_ON_ERROR:
.PHONY: help serve test check docs fuzz soak format train encoder evaluate bench peers container balancers sbom lock clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := models training service
CODE := $(PACKAGES) client tests benchmarks deploy/prove-balancers
PEERS := $(patsubst benchmarks/peers/%.txt,build/peers/%/.installed,$(wildcard benchmarks/peers/*.txt))
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

serve: $(VENV)/.runtime  ## the service on 127.0.0.1:8000 with the shipped model
	$(BIN)/statements serve

test: $(VENV)/.development  ## the test suite
	$(BIN)/python -m pytest

check: $(VENV)/.development  ## lint, format and types
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy
	$(BIN)/mypy deploy/prove-balancers

docs: $(VENV)/.development  ## the documents as a site, into build/site
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

fuzz: SECONDS ?= 60
fuzz: $(VENV)/.development  ## coverage-guided fuzzing of splitting and body reading, for SECONDS
	mkdir -p build/fuzz
	$(BIN)/python -m tests.fuzz -max_total_time=$(SECONDS) -timeout=10 -artifact_prefix=build/fuzz/ \
		build/fuzz tests/fuzz/corpus

soak: SECONDS ?= 1800
soak: $(VENV)/.development  ## the service under mixed load, for SECONDS: memory must stay flat
	$(BIN)/python -m benchmarks.soak --seconds $(SECONDS)

format: $(VENV)/.development  ## rewrite the code as `check` wants it
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

train: $(VENV)/.runtime  ## rebuild the shipped model from the corpus and the shipped encoder
	$(BIN)/statements train

encoder: $(VENV)/.encoder  ## fine-tune the encoder anew (about two hours on two cores, several GB of packages)
	$(BIN)/python -m training.encoder

evaluate: $(VENV)/.runtime  ## figures on the held-out fold, and on real news where it is at hand
	$(BIN)/statements evaluate --held-out
	@if [ -f ../shared/evaluation/real-news.tsv ]; then $(BIN)/statements evaluate ../shared/evaluation/real-news.tsv; fi

bench: $(VENV)/.development  ## speed, side by side in one run
	$(BIN)/python -m benchmarks

peers: $(PEERS)  ## the other model servers that `bench` compares with, if they are there (3 GB of packages)

build/peers/%/.installed: benchmarks/peers/%.txt
	$(PYTHON) -m venv build/peers/$*
	build/peers/$*/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

container:  ## build the image for real and try it (Debian, as root)
	deploy/prove-container

balancers: $(VENV)/.runtime  ## no request is lost behind HAProxy and nginx (Debian's haproxy, nginx and wrk, as root)
	deploy/prove-balancers

sbom: $(VENV)/.development  ## bill of materials of the runtime lock in build/sbom.json: CycloneDX, validated
	mkdir -p build
	$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible --validate -o build/sbom.json requirements/runtime.txt

lock:  ## resolve the lock files anew (needs uv)
	uv pip compile $(LOCK) -o requirements/runtime.txt pyproject.toml
	uv pip compile $(LOCK) -o requirements/options.txt $(OPTIONS) -c requirements/runtime.txt pyproject.toml
	uv pip compile $(LOCK) -o requirements/bulk.txt --extra bulk -c requirements/runtime.txt pyproject.toml
	uv pip compile $(LOCK) -o requirements/development.txt $(DEVELOPMENT) -c requirements/runtime.txt pyproject.toml client/pyproject.toml
	uv pip compile $(LOCK) -o requirements/training.txt --extra training -c requirements/development.txt pyproject.toml
	uv pip compile $(LOCK) -o requirements/encoder.txt --extra encoder -c requirements/runtime.txt pyproject.toml
	uv pip compile $(LOCK) -o requirements/build.txt --group build

OPTIONS := --extra redis --extra tracing --extra feedback
DEVELOPMENT := --extra development $(OPTIONS) --extra bulk --extra training
LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-annotate --custom-compile-command "make lock"

clean:  ## remove the environment and caches
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info client/build client/*.egg-info \
		tests/client/javascript/node_modules

$(VENV)/.project: requirements/build.txt pyproject.toml client/pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) -r requirements/build.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
		--editable . --editable client
	touch $@

$(VENV)/.%: requirements/%.txt $(VENV)/.project
	$(INSTALL) -r $<
	touch $@
