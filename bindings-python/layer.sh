#!/usr/bin/env bash
# Makes a Lambda layer for each architecture in target/layers, and writes what they hold and cost to LAYER.md.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/.."
target=${CARGO_TARGET_DIR:-target}

wheel=$(compgen -G "$target/dist/isoflag-*-abi3-*_x86_64.whl" || true)
sources=(Cargo.toml Cargo.lock core/Cargo.toml core/src "$here"/{Cargo.toml,extension.sh,pyproject.toml,README.md,python,src})
if [ -z "$wheel" ] || [ -n "$(find "${sources[@]}" -type f ! -name '*.pyc' -newer "$wheel" -print -quit)" ]; then
  "$here/wheels.sh" layer
fi
rm -rf "$target/layers"
mkdir -p "$target/layers"
for architecture in x86_64 aarch64; do
  .tools/wheels/bin/python "$here/layer.py" "$target"/dist/isoflag-*-abi3-*_$architecture.whl \
    "$target/layers/isoflag-layer-$architecture.zip"
done
.tools/wheels/bin/python "$here/layer_table.py" "$target"/layers/*.zip >"$here/LAYER.md"
printf 'layer: %s\n' "$target"/layers/*.zip "written: bindings-python/LAYER.md"
