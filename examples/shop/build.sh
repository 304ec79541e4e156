#!/usr/bin/env bash
# Builds web/dist from a checkout with a built npm package.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
../../.ci/npm-env examples/shop
npm run --silent build >&2
