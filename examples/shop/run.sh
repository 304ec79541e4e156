#!/usr/bin/env bash
# Builds the page if it changed, serves the shop on the loopback address and checks that page and
# Lambda function agree. `--once` stops there; other options are those of serve.py.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
../../.ci/npm-env examples/shop
npm run --silent build >&2
exec ../../.venv/bin/python serve.py --check "$@"
