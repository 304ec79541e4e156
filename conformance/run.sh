#!/usr/bin/env bash
# Runs the suite on every host runtime: all must give the answers that the vectors expect, with the
# digest in conformance/DIGEST. `run.sh --accept` writes DIGEST again, for new cases or a new
# SPEC_VERSION; `run.sh --only targets/` runs the cases whose id contains the text.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
../.ci/python-env
../.ci/npm-env conformance/runners
cargo build --quiet -p isoflag-conformance
npm test --silent --prefix runners
exec ../.venv/bin/python -m suite "$@"
