#!/usr/bin/env bash
# Runs the aarch64 wheel in target/dist, or the one that is named, and the program's beside it under qemu with Debian's own
# Python for arm64: the smoke test, panics, and every answer of the conformance suite. Without apt-get it is skipped.
#
# Debian's packages are unpacked into .tools/arm64; nothing is installed.
set -euo pipefail
export LC_ALL=C PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/.."
tools=$PWD/.tools/arm64
packages=(python3-minimal libpython3-stdlib)
qemu=$tools/qemu/usr/bin/qemu-aarch64-static

say() { printf 'arm64: %s\n' "$*"; }

wheel=${1:-$(compgen -G "${CARGO_TARGET_DIR:-target}/dist/isoflag-*-abi3-*_aarch64.whl" || true)}
if [ ! -f "$wheel" ]; then
  say "there is no aarch64 wheel; run bindings-python/wheels.sh first" >&2
  exit 1
fi
if [ "$(uname -m)" = aarch64 ]; then
  say "SKIPPED: this is an aarch64 machine, where wheels.sh has run the wheel already"
  exit
fi
if ! command -v apt-get >/dev/null; then
  say "SKIPPED: there is no apt-get to fetch a Python for arm64 with"
  exit
fi
if [ "${packages[*]}" != "$(cat "$tools/.complete" 2>/dev/null)" ]; then
  say "unpacking Debian's qemu, and its Python for arm64 (half a minute)"
  rm -rf "$tools"
  .ci/debian-packages "$tools/qemu" "$(dpkg --print-architecture)" --only qemu-user-static
  .ci/debian-packages "$tools/root" arm64 "${packages[@]}"
  printf '%s\n' "${packages[*]}" >"$tools/.complete"
fi

packages=$tools/packages
rm -rf "$packages"
grep '^rfc8785' conformance/requirements.txt >"$tools/requirements.txt"
.venv/bin/pip install -q --no-compile --target "$packages" -r "$tools/requirements.txt"
.venv/bin/python -m zipfile -e "$wheel" "$packages"

# Some answers need `isoflag[cli]`: its CLI, emulated as well.
program=$(compgen -G "$(dirname "$wheel")/isoflag_cli-*_aarch64.whl") || {
  say "there is no aarch64 wheel of the program beside it; run bindings-python/wheels.sh first" >&2
  exit 1
}
rm -rf "$tools/program" && mkdir -p "$tools/program/bin"
.venv/bin/python -m zipfile -e "$program" "$tools/program"
program=$(compgen -G "$tools/program/isoflag_cli-*.data/scripts/isoflag")
chmod +x "$program"
printf '#!/bin/sh\nexec %s -L "%s" "%s" "$@"\n' $qemu "$tools/root" "$program" >"$tools/program/bin/isoflag"
chmod +x "$tools/program/bin/isoflag"

emulated() {
  PATH=$tools/program/bin:$PATH PYTHONHOME=$tools/root/usr PYTHONPATH=$packages PYTHONDONTWRITEBYTECODE=1 \
    $qemu -L "$tools/root" "$tools/root/usr/bin/python3" "$@"
}
say "panics, emulated"
emulated "$here/tests/provoked_panics.py" >/dev/null 2>&1 || {
  say "a panic ended the process, or did not raise; run tests/provoked_panics.py" >&2
  exit 1
}
say "every answer of the suite, emulated (a minute)"
emulated "$here/smoke.py" conformance
