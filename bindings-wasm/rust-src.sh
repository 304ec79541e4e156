#!/usr/bin/env bash
# Succeeds if the toolchain named by RUSTUP_TOOLCHAIN, or else the active one, has the sources of
# the standard library, installing them with rustup if they are missing. Messages go to standard
# error.
set -euo pipefail

library="$(rustc --print sysroot)/lib/rustlib/src/rust/library"
[[ ! -f "$library/Cargo.lock" ]] || exit 0
# rustup cannot extend a toolchain that is named by its path.
[[ "${RUSTUP_TOOLCHAIN:-}" != /* ]] && command -v rustup >/dev/null || exit 1
printf 'toolchain: asking rustup for rust-src (a few seconds)\n' >&2
rustup component add rust-src >&2 && [[ -f "$library/Cargo.lock" ]]
