#!/usr/bin/env bash
# Builds a Lambda layer for each architecture in target/layers, and writes their contents and sizes
# to LAYER.md.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/.."
target=${CARGO_TARGET_DIR:-target}

rm -rf "$target/layers"
mkdir -p "$target/layers"
for architecture in x86_64 aarch64; do
  .venv/bin/python "$here/layer.py" "$("$here/wheel.sh" "$architecture")" "$target/layers/isoflag-layer-$architecture.zip"
done
.venv/bin/python "$here/layer_table.py" "$target"/layers/*.zip >"$here/LAYER.md"
printf 'layer: %s\n' "$target"/layers/*.zip "written: bindings-python/LAYER.md"
