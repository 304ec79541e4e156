#!/usr/bin/env bash
# Tests the packed npm package as its users install it: run.sh [--quick] [CONSUMER…]. Without names
# all are tested and RESULTS.md is written; `--quick` runs what every commit needs.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
make -C "$here/../.." build-wasm
"$here/../../.ci/npm-env" conformance/runners
exec node "$here/harness/run.js" "$@"
