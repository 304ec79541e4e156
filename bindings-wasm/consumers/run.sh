#!/usr/bin/env bash
# Tests the packed npm package as its users install it: run.sh [--quick] [CONSUMER…]. Without names it tests every consumer
# and writes RESULTS.md; `--quick` tests those that need few packages.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
make -C "$here/../.." build-wasm
"$here/../../.ci/npm-env" conformance
exec node "$here/run.js" "$@"
