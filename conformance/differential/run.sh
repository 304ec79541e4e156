#!/usr/bin/env bash
# Runs generated cases on every host runtime and on LaunchDarkly's SDKs: run.sh --cases 100000
# [--seed TEXT]. A run of 100,000 cases or more that passes updates conformance/DIVERGENCES.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
../.ci/python-env
../.ci/npm-env conformance/runners conformance/differential
cargo build --quiet --release -p isoflag-conformance
PYTHONPATH="$PWD:$PWD/differential" exec ../.venv/bin/python -m isodiff "$@"
