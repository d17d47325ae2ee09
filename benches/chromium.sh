#!/usr/bin/env bash
# Frames a second to PNG at 1080p: the release program with two jobs against a headless Chromium that draws the
# same circles on a canvas, in turns. The browser only makes the files in memory; ours writes them to a folder.
# Usage: benches/chromium.sh [--quick] [PROGRAM]; CHROMIUM=command names the browser.
set -euo pipefail
cd "$(dirname "$0")/.."
# Circles, radius, frames of our shorter and longer render, the browser's frames.
cases=("400 8 40 340 20" "10000 3 20 120 8" "100000 2 5 30 3")
rounds=3
if [ "${1:-}" = --quick ]; then cases=("400 8 1 3 2") rounds=1; shift; fi
program=${1:-target/release/oscilla}
[ -x "$program" ] || cargo build --release --locked
chromium=${CHROMIUM:-chromium}
command -v "$chromium" >/dev/null || { echo "there is no \`$chromium\`: set CHROMIUM" >&2; exit 1; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
source benches/rates.sh

# Measured in the page, without the start of the browser.
theirs() { # circles radius frames
  local page="file://$PWD/benches/canvas.html?count=$1&radius=$2&frames=$3"
  "$chromium" --headless --no-sandbox --disable-gpu --user-data-dir="$scratch/profile" --dump-dom "$page" \
    2>/dev/null </dev/null | sed -n 's/.*fps=\([0-9.]*\).*/\1/p'
}

printf '| circles | ours, frames/s | Chromium canvas, frames/s | ratio |\n|---|---|---|---|\n'
for case in "${cases[@]}"; do
  read -r count radius few many browsers <<<"$case"
  for _ in $(seq "$rounds"); do
    rate png "$count" 2 "$few" "$many" >>"$scratch/ours-$count"
    theirs "$count" "$radius" "$browsers" >>"$scratch/theirs-$count"
  done
  ours=$(median "$scratch/ours-$count") theirs=$(median "$scratch/theirs-$count")
  ratio=$(awk -v o="$ours" -v t="$theirs" 'BEGIN { printf "%.1f", o / t }')
  printf '| %s | %s | %s | %s |\n' "$count" "$ours" "$theirs" "$ratio"
done
