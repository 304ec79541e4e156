# Each target installs what it needs on a fresh checkout, and names its steps.
#
#   make demo          one document, two host runtimes, one answer
#   make demo-web      the browser and a Lambda function side by side, in a page (ONCE=1 only checks)
#   make playground    the page for your own document, as static files in dist/playground
#   make demo-pipeline the data flow of a change: webhook, DynamoDB table, answer
#   make demo-population  a million users, and which of them get another answer by one edit (ten seconds)
#   make test          everything that a commit needs
#   make test-all      the same and the long tests: 100,000 generated cases and more
#   make build         the Python package in .venv and the npm package in bindings-wasm/npm/dist
#   make conformance   the suite on every host runtime, and one digest of all answers
#   make differential  generated cases: host runtimes compared with each other and with other SDKs
#   make audit         a document and contexts in LaunchDarkly's SDKs and isoflag: where do they disagree? (DOC=flags.json CONTEXTS=users.jsonl)
#   make consumers     the packed npm package in its consumers: bundlers, pages, runtimes (NAMES="vite bun": some)
#   make dist          the published packages, in dist/: the wheels for x86-64 and aarch64, the npm package, isoflag-verify for both
#   make layer         a Lambda layer for each architecture
#   make bench         speed and size on every host runtime, compared with other SDKs (a quarter of an hour; QUICK=1: three minutes)
#   make worst         searches for the slowest inputs and prints their cost on each host runtime
#   make fuzz          searches for inputs that break a property or a bound of cost (FUZZ_SECONDS=10 for each target; TIME=6: rounds for six hours)
#   make hosts         hostile objects and many evaluations on each host runtime (HOST_OBJECTS=500000 SOAK=24000000)
#   make mutants       changes the code and prints the share that a test notices (MUTANTS=core/src/evaluate/bucket.rs)
#   make check         formatters, linters and types
#   make clean         removes the files that the targets above create

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
export PYTHON
FUZZ_SECONDS ?= 10
CASES ?= 20000
SEED ?= isoflag

# The folder of cargo's build output, and what `make demo` builds for itself.
TARGET := $(abspath $(or $(CARGO_TARGET_DIR),target))
DEMO := .tools/demo
DOC ?= examples/shop/flags.json
CONTEXTS ?= examples/shop/contexts.json
MACHINE := $(shell uname -m)
RUST := Cargo.toml Cargo.lock {core,tools}/{Cargo.toml,src} "=$$(rustc -V)"
WASM := $(RUST) bindings-wasm/{Cargo.toml,src,core,tools,module.sh,npm/package-lock.json}
ARROW := Cargo.toml {core,tools}/{Cargo.toml,src} bindings-python/arrow/{Cargo.toml,Cargo.lock,README.md,pyproject.toml,python,src} "=$$(rustc -V)"
WHEEL := $(RUST) bindings-python/{Cargo.toml,README.md,pyproject.toml,python,src}

say = @printf '\033[1m==>\033[0m %s\n' '$(1)'
wheel = .ci/cached 'the wheel for $(1) (a minute)' 'dist/isoflag-*_$(1).whl' $(WHEEL) \
	bindings-python/{wheels,recompress}.py bindings-python/requirements-{build,linux}.txt -- \
	.venv/bin/python bindings-python/wheels.py dist $(1)
module = .ci/cached '$(1).wasm (a minute)' bindings-wasm/pkg/$(1) $(WASM) "=$${ISOFLAG_STD:-}" -- bindings-wasm/module.sh $(1)

.PHONY: $(shell sed -n 's/^\([a-z-]*\):.*/\1/p' Makefile)

help:
	@sed -n 's/^#  \( make\)/\1/p' Makefile

# Not optimised, and in folders of its own, cargo's included, so that nothing takes these packages for published ones.
demo:
	@$(MAKE) --jobs=4 demo-python demo-npm
	@$(DEMO)/venv/bin/python examples/demo.py $(DEMO)/npm/dist

demo-python:
	@.ci/python-env $(DEMO)/venv maturin bindings-python/requirements-build.txt
	@.ci/cached 'the Python package, not optimised' '$(DEMO)/venv/lib/python3*/site-packages/isoflag' $(WHEEL) -- \
		env PATH="$(CURDIR)/$(DEMO)/venv/bin:$$PATH" MATURIN_PEP517_ARGS='--profile demo' CARGO_TARGET_DIR="$(TARGET)/demo-python" \
		"$(CURDIR)/$(DEMO)/venv/bin/python" -m pip install --disable-pip-version-check --no-build-isolation --no-deps --force-reinstall ./bindings-python

demo-module: wasm-target
	@.ci/cached 'the WebAssembly module, not optimised' '$(TARGET)/wasm32-unknown-unknown/demo/isoflag_wasm_tools.wasm' $(WASM) -- \
		cargo build -p isoflag-wasm-tools --profile demo --target wasm32-unknown-unknown

demo-npm: wasm-tools demo-module npm-packages
	@.ci/cached 'the npm package, not optimised' $(DEMO)/npm/dist $(WASM) bindings-wasm/npm/{src,scripts,*.json} -- \
		bindings-wasm/module.sh demo

demo-web: shop
	@.venv/bin/python examples/shop/serve.py --check $(if $(ONCE),--once)

playground: build-wasm
	@.ci/npm-env examples/shop
	@npm run --silent build:playground --prefix examples/shop
	@echo 'playground: dist/playground (any server of static files can serve it)'

demo-pipeline: python-packages
	@.venv/bin/python examples/stack/demo.py

demo-population: build-arrow
	@.venv/bin/python examples/population/demo.py --picture docs/population.svg

build: build-python build-wasm

build-python:
	@.ci/python-env .venv maturin bindings-python/requirements-{build,linux}.txt
	@$(call wheel,$(MACHINE))
	@.ci/cached 'the wheel in .venv' '.venv/lib/python3*/site-packages/isoflag' dist/isoflag-*_$(MACHINE).whl -- \
		.venv/bin/python -m pip install --force-reinstall --no-deps dist/isoflag-*_$(MACHINE).whl

# Modules that the tests import, besides the package.
python-packages: build-python
	@.ci/python-env

build-arrow: python-packages
	@.ci/cached 'isoflag-arrow (a minute)' '.venv/lib/python3*/site-packages/isoflag/arrow' $(ARROW) -- \
		env PATH="$(CURDIR)/.venv/bin:$$PATH" CARGO_TARGET_DIR="$(TARGET)/arrow" \
		.venv/bin/python -m pip install --disable-pip-version-check --no-build-isolation --no-deps --force-reinstall ./bindings-python/arrow

# Without rustup the target comes with the machine's Rust.
wasm-target:
	@! command -v rustup >/dev/null || rustup --quiet target add wasm32-unknown-unknown

npm-packages:
	@.ci/npm-env bindings-wasm/npm

wasm-tools:
	@.ci/cached 'wasm-pack and wasm-bindgen (a minute, once)' '$(TARGET)/build-tools/debug/wasm-pack' bindings-wasm/build-tools -- \
		cargo build --locked --manifest-path bindings-wasm/build-tools/Cargo.toml --target-dir '$(TARGET)/build-tools'

build-wasm: wasm-target wasm-tools npm-packages
	@$(call module,core)
	@$(call module,tools)
	@.ci/cached 'the npm package' bindings-wasm/npm/dist bindings-wasm/pkg bindings-wasm/npm/{src,scripts,*.json} -- \
		npm run build --prefix bindings-wasm/npm

build-cli: build-python
	$(call say,the command-line tool)
	@cargo build --quiet -p isoflag-cli
	@ln -sf "$(TARGET)/debug/isoflag" .venv/bin/isoflag

test:
	@$(MAKE) --jobs=4 build build-cli build-arrow
	@$(MAKE) QUICK=1 check test-rust test-python test-arrow test-npm test-pages conformance consumers differential
	@echo "test passed: $$(sed -n 's/^cases //p' conformance/DIGEST) conformance cases on each host runtime, one digest"

test-all:
	@PICTURE=1 $(MAKE) test CASES=100000
	$(call say,a million generated cases against the rules of the specification (five minutes))
	@conformance/run.sh rules --cases 1000000 --seed $(SEED)
	$(call say,a million generated client documents against the whole ones on each host runtime (a quarter of an hour))
	@conformance/run.sh projections --cases 1000000 --seed $(SEED)
	$(call say,planned rollouts and client documents from random ones (ten minutes))
	@HISTORIES=100000 PROJECTIONS=1000000 cargo test --quiet --release -p isoflag-tools --test alarm_histories --test projection
	$(call say,half a million hostile objects and 24 million evaluations on each host runtime (a quarter of an hour))
	@$(MAKE) hosts HOST_OBJECTS=500000 SOAK=24000000
	@POPULATION=5000000 $(MAKE) consumers fuzz dist test-arrow dependencies
	$(call say,all packages for PyPI (five minutes))
	@rm -rf "$(TARGET)/dist" && .venv/bin/python bindings-python/wheels.py --publish "$(TARGET)/dist" x86_64 aarch64
	@.venv/bin/python bindings-python/arm64.py "$(TARGET)/dist"
	$(call say,the packages with the lowest versions of others (five minutes))
	@.ci/minimal-versions
	$(call say,the packages again in another folder (ten minutes))
	@.ci/reproducible
	$(call say,each target of make help in a fresh clone (half an hour))
	@.ci/each-target
	@.ci/totals

check: build-arrow build-wasm
	$(call say,every text: wording)
	@.ci/check-wording
	$(call say,Rust: format and lints and documentation (a minute))
	@cargo clippy --version >/dev/null && cargo fmt --version >/dev/null || rustup component add clippy rustfmt
	@cargo fmt --check --all
	@cargo clippy --quiet --all-targets --workspace -- -D warnings
	@RUSTDOCFLAGS='-D warnings' cargo doc --quiet --no-deps -p isoflag -p isoflag-tools
	$(call say,Python: format and lints and types)
	@for project in $$(git grep -l '^\[tool\.mypy\]' -- '*pyproject.toml'); do (cd $${project%/*}; PATH="$(CURDIR)/.venv/bin:$$PATH"; \
		ruff format --quiet --check . && ruff check --quiet . && mypy --no-error-summary); done
	$(call say,TypeScript: format and lints and types)
	@for package in $$(git grep -lE '"(lint|typecheck)":' -- '*package.json'); do .ci/npm-env $${package%/*}; \
		for script in lint typecheck; do npm run --silent --if-present --prefix $${package%/*} $$script; done; done

test-rust:
	$(call say,Rust: unit tests and properties and examples (a minute))
	@cargo test --quiet

test-python: python-packages build-cli dist-npm dist-verify
	$(call say,Python: the binding and the programs that test it)
	@for folder in bindings-python/tests conformance docs; do \
		.venv/bin/python -m pytest -q $$folder; done

# POPULATION is the number of rows for Spark.
test-arrow: build-arrow
	$(call say,isoflag-arrow: columns and streams and Spark (a minute))
	@cargo fmt --check --manifest-path bindings-python/arrow/Cargo.toml
	@cargo clippy --quiet --manifest-path bindings-python/arrow/Cargo.toml --target-dir "$(TARGET)/arrow" -- -D warnings
	@.venv/bin/python -m pytest -q bindings-python/arrow/tests

test-npm: build-wasm
	$(call say,Node: the binding)
	@.ci/npm-env bindings-wasm/npm/test/react-18
	@npm test --silent --prefix bindings-wasm/npm

shop: build
	@.ci/npm-env examples/shop
	@npm run --silent build --prefix examples/shop

# SCREENSHOT=docs/inventory.png takes the picture of the inventory page again.
test-pages: shop build-cli
	$(call say,Chromium: the shop with its Lambda functions, and the inventory page (two minutes))
	@npm test --silent --prefix examples/shop
	@.ci/npm-env conformance
	@ISOFLAG="$(TARGET)/debug/isoflag" SCREENSHOT="$(abspath $(SCREENSHOT))" node --test cli/page-test/*.test.mjs

conformance: build-wasm python-packages build-cli
	$(call say,conformance: the suite on every host (a minute))
	@conformance/run.sh

consumers: build-wasm
	$(call say,consumers: the packed npm package wherever it is installed (three minutes; QUICK=1: one))
	@.ci/npm-env conformance
	@node bindings-wasm/consumers/run.js $(if $(QUICK),--quick) $(NAMES)
	@$(if $(QUICK),,npm run --silent build --prefix cli/npm && npm test --silent --prefix cli/npm)

differential: build-wasm python-packages
	$(call say,differential: $(CASES) generated cases from seed $(SEED))
	@conformance/run.sh differential --cases $(CASES) --seed $(SEED)
	$(call say,10000 generated client documents against the whole ones)
	@conformance/run.sh projections --cases 10000 --seed $(SEED)

audit: build-python
	@conformance/run.sh audit $(DOC) --contexts $(CONTEXTS)

dist: dist-python dist-npm dist-verify

# Each package has its bill of materials beside it.
dist-python: build-python
	@$(call wheel,x86_64)
	@$(call wheel,aarch64)
	@.ci/sbom wheel dist/isoflag-python.cdx.json

dist-npm: build-wasm
	@mkdir -p dist && rm -f dist/isoflag-*.tgz
	@npm pack --silent --pack-destination dist ./bindings-wasm/npm
	@.ci/sbom npm dist/isoflag-npm.cdx.json

# In a folder of their own, so that `isoflag-*` does not name them.
dist-verify: build-wasm python-packages
	@.ci/npm-env conformance
	@.ci/cached 'isoflag-verify' 'dist/verify/*.whl' bindings-wasm/npm/dist LICENSE \
		conformance/{DIGEST,vectors,suite,runners,verify,package-lock.json} -- \
		env PYTHONPATH=conformance .venv/bin/python conformance/verify/pack.py dist/verify

layer: dist-python
	$(call say,Lambda layers: both architectures)
	@.venv/bin/python bindings-python/layer.py "$(TARGET)/layers" dist/isoflag-*.whl

bench: build build-arrow
	$(call say,bench: speed and size; best on a quiet machine)
	@bench/run.sh $(if $(QUICK),--quick)

# ONLY names families by a part of their name.
worst: SEED := 1
worst: build
	$(call say,worst: the slowest input of each family (ten minutes))
	@rm -rf bench/.work/worst && mkdir -p bench/.work/worst
	@cargo run --quiet --locked --release --manifest-path bench/worst/Cargo.toml --target-dir "$(TARGET)/worst" -- bench/.work/worst \
		--rounds $(or $(ROUNDS),60) --seed $(SEED) --only "$(ONLY)"
	@.venv/bin/python bench/worst/measure.py bench/.work/worst

# SHARD=1/4 names a part of the targets, ONLY a part of a name; RECORD=1 adds to conformance/fuzz/RESULTS.md; TIME is hours of processor time;
# KEEP=1 adds the inputs with the most coverage to conformance/fuzz/corpus.jsonl.
fuzz:
	$(call say,fuzzing: $(FUZZ_SECONDS) seconds for each target)
	@.ci/cached 'cargo-fuzz (a minute, once)' .tools/bin/cargo-fuzz conformance/fuzz/Cargo.toml -- \
		cargo install --locked --root .tools cargo-fuzz@0.13.2
	@$(PYTHON) conformance/fuzz/run.py --seconds $(FUZZ_SECONDS) --shard $(or $(SHARD),1/1) --only "$(ONLY)" $(if $(RECORD),--record) \
		$(if $(TIME),--hours $(TIME))
	@$(if $(KEEP),$(PYTHON) conformance/fuzz/keep.py --only "$(ONLY)")

hosts: build-python python-packages build-wasm
	$(call say,hosts: random hostile objects and the memory of many evaluations)
	@.venv/bin/python -m pytest -q bindings-python/tests/host_objects bindings-python/tests/binding/test_soak.py
	@cd bindings-wasm/npm && node --expose-gc --test test/host-objects/*.test.js test/soak/*.test.js

# The objects of `make hosts` for Python, chosen by Atheris (FUZZ_SECONDS). It has wheels for few versions of Python.
guided: python-packages
	$(call say,guided: $(FUZZ_SECONDS) seconds of Python objects that are chosen by coverage)
	@.ci/cached 'Atheris' .tools/atheris bindings-python/tests/host_objects/atheris.txt -- .venv/bin/python -m pip install \
		--require-hashes --no-deps --upgrade --target .tools/atheris --requirement bindings-python/tests/host_objects/atheris.txt
	@bindings-python/tests/host_objects/guided.sh -max_total_time=$(FUZZ_SECONDS)

# MUTANTS names files, else the modules that decide answers; SHARD=1/8 a part of the files; RECORD=1 adds the files that
# have changed to conformance/MUTANTS.md.
mutants:
	$(call say,mutants: changes of the code that no test notices)
	@.ci/cached 'cargo-mutants (two minutes, once)' .tools/bin/cargo-mutants -- \
		cargo install --locked --root .tools cargo-mutants@27.1.0
	@.ci/mutants $(if $(RECORD),--record) "$(or $(SHARD),1/1)" $(MUTANTS)

# ADVISORIES=1 also checks known vulnerabilities, with a database that it downloads.
dependencies:
	$(call say,dependencies: licenses and versions and sources)
	@.ci/cached 'cargo-deny (three minutes, once)' .tools/bin/cargo-deny deny.toml -- \
		cargo install --locked --root .tools --no-default-features cargo-deny@0.20.2
	@for workspace in . bindings-python/arrow; do .tools/bin/cargo-deny --log-level error --manifest-path $$workspace/Cargo.toml \
		--config deny.toml check bans licenses sources $(if $(ADVISORIES),advisories); done

clean:
	rm -rf dist target .venv .tools bindings-wasm/{npm/dist,pkg} conformance/answers examples/shop/web/dist
	find . -name node_modules -prune -exec rm -rf {} +
