#!/usr/bin/env bash
# Runs the suite on every host runtime, or generated cases, or an audit: run.sh [differential|rules|projections|audit] [OPTION...];
# `--help` lists the options.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export PYTHONPATH="$PWD:$PWD/differential"
../.ci/python-env
../.ci/npm-env conformance
# Many cases have invalid contexts, which the npm package reports in development.
export NODE_ENV=production
if [[ "${1:-}" == audit ]]; then
    python="$(dirname "$PWD")/.venv/bin/python"
    # The arguments are relative to the caller's folder.
    cd "$OLDPWD"
    exec "$python" -m isodiff.audit "${@:2}"
fi
if [[ "${1:-}" =~ ^(differential|rules|projections)$ ]]; then
    cargo build --quiet --release -p isoflag-conformance
    [[ "$1" == differential ]] || exec ../.venv/bin/python -m "isodiff.$1" "${@:2}"
    exec ../.venv/bin/python -m isodiff "${@:2}"
fi
npm test --silent
cargo build --quiet -p isoflag-conformance
exec ../.venv/bin/python -m suite "$@"
