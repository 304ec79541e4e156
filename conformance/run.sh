#!/usr/bin/env bash
# Runs the suite on every host runtime: all must give the answers that the vectors expect, with the
# digest in conformance/DIGEST.
#
#   run.sh --accept                    writes DIGEST again, for new cases or a new SPEC_VERSION
#   run.sh --only targets/             runs the cases whose id contains the text
#   run.sh differential --cases 20000  runs generated cases, on LaunchDarkly's SDKs too
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export PYTHONPATH="$PWD:$PWD/differential"
../.ci/python-env
../.ci/npm-env conformance
if [[ "${1:-}" == differential ]]; then
    cargo build --quiet --release -p isoflag-conformance
    exec ../.venv/bin/python -m isodiff "${@:2}"
fi
npm test --silent
cargo build --quiet -p isoflag-conformance
exec ../.venv/bin/python -m suite "$@"
