#!/usr/bin/env bash
# Makes web/dist from a fresh checkout in which the npm package is built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
lock="$(sha256sum <package-lock.json)"
if [[ "$(cat node_modules/.isoflag-lock 2>/dev/null)" != "$lock" ]]; then
    echo "shop: npm ci (about 10 seconds)" >&2
    npm ci --no-audit --no-fund --loglevel=error >&2
    printf '%s\n' "$lock" >node_modules/.isoflag-lock
fi
npm run --silent build >&2
