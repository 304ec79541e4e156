# Each target installs what it needs on a fresh checkout, and reports its steps.
#
#   make demo          one document, two host runtimes, one answer
#   make demo-web      the browser and a Lambda function side by side, in a page (ONCE=1 only checks)
#   make demo-pipeline the data flow of a change: webhook, DynamoDB table, answer
#   make test          everything that a commit needs
#   make test-all      the same and the long tests: 100,000 generated cases and more
#   make build         the Python package in .venv and the npm package in bindings-wasm/npm/dist
#   make conformance   the suite on every host runtime, and one digest of all answers
#   make differential  generated cases: host runtimes compared with each other and with other SDKs
#   make consumers     the packed npm package in its consumers: bundlers, pages, runtimes
#   make dist          the published packages, in dist/: the wheels for x86-64 and aarch64, the npm package
#   make layer         a Lambda layer for each architecture
#   make bench         speed and size on every host runtime, compared with other SDKs (a quarter of an hour; QUICK=1: a few minutes)
#   make worst         searches for the slowest inputs and prints their cost on each host runtime
#   make check         formatters, linters and types
#   make clean         removes the files that the targets above create

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
CASES ?= 20000
SEED ?= isoflag
FUZZ_SECONDS ?= 60

# The folder of cargo's build output.
TARGET := $(abspath $(or $(CARGO_TARGET_DIR),target))
RUST_PACKAGES := -p isoflag -p isoflag-tools -p isoflag-cli -p isoflag-conformance
say = @printf '\033[1m==>\033[0m %s\n' '$(1)'

export PYTHON FUZZ_SECONDS

.PHONY: help demo demo-web demo-pipeline shop test-shop bench dist dist-npm layer test test-all build build-python build-wasm \
	build-cli check check-words check-rust check-python check-npm test-rust test-python test-npm test-dist \
	test-page conformance worst consumers consumers-quick differential docs readme clean

help:
	@sed -n '3,19s/^# \{0,2\}//p' Makefile

demo: build
	@.venv/bin/python examples/demo.py

demo-web: shop
	@.venv/bin/python examples/shop/serve.py --check $(if $(ONCE),--once)

demo-pipeline: build-python
	@.ci/python-env
	@.venv/bin/python examples/pipeline/demo.py

build: build-python build-wasm

build-python:
	@bindings-python/build.sh

build-wasm:
	@bindings-wasm/build.sh

build-cli: build-python
	$(call say,the program isoflag: a minute the first time)
	@cargo build --quiet --release -p isoflag-cli
	@mkdir -p .venv/bin && ln -sf "$(TARGET)/release/isoflag" .venv/bin/isoflag

test: check test-rust build test-python test-npm test-dist test-shop test-page conformance consumers-quick differential docs readme
	@.ci/totals test

test-all:
	@PICTURE=1 $(MAKE) test CASES=100000
	@$(MAKE) consumers
	$(call say,fuzzing: $(FUZZ_SECONDS) seconds for each target)
	@core/fuzz/run.sh $(FUZZ_SECONDS)
	@$(MAKE) dist
	$(call say,what else goes to PyPI (five minutes))
	@bindings-python/wheels.sh
	$(call say,the aarch64 wheel: emulated (two minutes))
	@bindings-python/arm64.sh
	$(call say,each target of make help in a fresh clone (half an hour))
	@.ci/each-target
	@.ci/totals test-all

check: check-words check-rust check-python check-npm

check-words:
	@.ci/check-wording

check-rust:
	$(call say,Rust: format and lints (a minute))
	@cargo fmt --check $(RUST_PACKAGES) -p isoflag-wasm -p isoflag-wasm-core -p isoflag-wasm-tools -p isoflag-python
	@cargo clippy --quiet --all-targets $(RUST_PACKAGES) -p isoflag-wasm -p isoflag-wasm-core -p isoflag-wasm-tools -p isoflag-python -- -D warnings

check-python: build-python
	$(call say,Python: format and lints and types)
	@.ci/python-env
	@.ci/check-python

check-npm: build-wasm
	$(call say,TypeScript: format and lints and types)
	@.ci/check-npm

test-rust:
	$(call say,Rust: unit tests and properties and examples (a minute))
	@cargo test --quiet $(RUST_PACKAGES)

test-python: build-python build-cli
	$(call say,Python: the binding and the programs that test it)
	@.ci/python-env
	@.venv/bin/python -m pytest -q bindings-python/tests
	@.venv/bin/python -m pytest -q conformance
	@.venv/bin/python -m pytest -q docs/consistency

test-npm: build-wasm
	$(call say,Node: the binding)
	@npm test --silent --prefix bindings-wasm/npm

test-dist: build-python dist-npm
	$(call say,dist: what README says to install, in empty projects)
	@.ci/install-dist

test-shop: shop
	$(call say,the shop: its page and Lambda functions in Chromium (a minute and a half))
	@npm test --silent --prefix examples/shop

shop: build
	$(call say,the shop: its page)
	@.ci/npm-env examples/shop
	@npm run --silent build --prefix examples/shop

# Uses the CLI that cargo has built; SCREENSHOT=docs/inventory.png takes the picture again.
test-page:
	$(call say,the inventory page in Chromium)
	@cargo build --quiet -p isoflag-cli
	@.ci/npm-env conformance
	@ISOFLAG="$(TARGET)/debug/isoflag" SCREENSHOT="$(if $(SCREENSHOT),$(abspath $(SCREENSHOT)))" \
		node --test cli/page-test/*.test.mjs

conformance: build build-cli
	$(call say,conformance: the suite on every host (a minute))
	@.ci/python-env
	@conformance/run.sh

consumers: build-wasm
	$(call say,consumers: the packed npm package wherever it is installed (three minutes))
	@bindings-wasm/consumers/run.sh
	@cli/npm/build.sh
	@npm test --silent --prefix cli/npm

consumers-quick: build-wasm
	$(call say,consumers: the packed npm package in Node and in pages (a minute))
	@bindings-wasm/consumers/run.sh --quick

differential: build
	$(call say,differential: $(CASES) generated cases from seed $(SEED))
	@conformance/run.sh differential --cases $(CASES) --seed $(SEED)

dist: build-python dist-npm
	$(call say,dist: the wheels of both architectures (two minutes))
	@bindings-python/wheel.sh x86_64 aarch64

dist-npm: build-wasm
	@mkdir -p dist && rm -f dist/isoflag-*.tgz
	@npm pack --silent --pack-destination dist ./bindings-wasm/npm

layer: build-python
	$(call say,Lambda layers: both architectures)
	@bindings-python/layer.sh

bench: build
	$(call say,bench: speed and size; best on a quiet machine)
	@bench/run.sh $(if $(QUICK),--quick)

worst: build
	$(call say,worst: the slowest input of each family (ten minutes))
	@bench/worst/run.sh

docs:
	$(call say,documentation: builds without warnings)
	@RUSTDOCFLAGS='-D warnings' cargo doc --quiet --no-deps -p isoflag -p isoflag-tools

readme: build
	$(call say,README: what it quotes is what the demo prints)
	@.ci/python-env
	@.venv/bin/python docs/readme.py --check

clean:
	rm -rf dist target .venv .tools bindings-wasm/npm/dist bindings-wasm/npm/node_modules \
		bindings-wasm/pkg conformance/answers examples/shop/web/dist
	find . -name node_modules -prune -exec rm -rf {} +
