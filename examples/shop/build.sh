#!/usr/bin/env bash
# Makes web/dist from a fresh checkout in which the npm package is built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
../../.ci/npm-env examples/shop
npm run --silent build >&2
