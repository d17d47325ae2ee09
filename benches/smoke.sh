#!/usr/bin/env bash
# Every bench of this folder once, small and in the profile of the tests: that it runs, not how fast.
# Usage: benches/smoke.sh [--all]; --all adds the scripts and the package of peers, which is built for it.
set -euo pipefail
cd "$(dirname "$0")/.."
own=() divan=()
for bench in $(cargo metadata --locked --no-deps --format-version 1 |
  grep -o '"kind":\["bench"\],"crate_types":\["bin"\],"name":"[a-z_]*"' | sed 's/.*:"\(.*\)"/\1/'); do
  if grep -q 'divan::main' "benches/$bench.rs" "benches/$bench/main.rs" 2>/dev/null; then
    divan+=(--bench "$bench")
  else
    own+=(--bench "$bench")
  fi
done
cargo bench --locked --profile dev "${own[@]}" -- --quick
cargo bench --locked --profile dev "${divan[@]}" -- --test
[ "${1:-}" = --all ] || exit 0
benches/end_to_end.sh --quick target/debug/oscilla
if [ -x /usr/bin/time ]; then benches/memory.sh --quick target/debug/oscilla; fi
if command -v chromium >/dev/null; then benches/chromium.sh --quick target/debug/oscilla; fi
# What it shares with the other package is built once.
export CARGO_TARGET_DIR=crosscheck/target
cargo run --locked --quiet --manifest-path benches/peers/Cargo.toml -- --quick
