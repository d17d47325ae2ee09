#!/usr/bin/env bash
# Frames a second to PNG at 1080p: the release program against a headless Chromium that draws the same circles on
# a canvas, in turns. The browser only makes the files in memory; ours writes them to a folder.
# Usage: benches/chromium.sh [--quick] [PROGRAM]. Needs `chromium` on the PATH.
set -euo pipefail
cd "$(dirname "$0")/.."
# Circles, radius, our frames, the browser's frames.
scenes='400 8 300 20
10000 3 100 8
100000 2 25 3'
rounds=3
if [ "${1:-}" = --quick ]; then scenes='400 8 5 2' rounds=1; shift; fi
program=${1:-target/release/oscilla}
[ -x "$program" ] || cargo build --release --locked
command -v chromium >/dev/null || { echo "chromium is not on the PATH" >&2; exit 1; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Ours: two lengths of one render, so that start-up and compilation stay out.
ours() { # count frames
  local patch="benches/patches/circles-$1.json" a b c
  a=$(date +%s%N)
  "$program" render "$patch" --out "$scratch/a" --frames 0-4 --overwrite --quiet
  b=$(date +%s%N)
  "$program" render "$patch" --out "$scratch/b" --frames "0-$(($2 + 4))" --overwrite --quiet
  c=$(date +%s%N)
  rm -rf "$scratch/a" "$scratch/b"
  awk -v d="$((c - b - (b - a)))" -v n="$2" 'BEGIN { print n / (d > 0 ? d : 1) * 1e9 }'
}

# Theirs: measured in the page, without the start of the browser.
theirs() { # count radius frames
  local page="file://$PWD/benches/canvas.html?count=$1&radius=$2&frames=$3"
  chromium --headless --no-sandbox --disable-gpu \
    --user-data-dir="$scratch/profile" --dump-dom "$page" 2>/dev/null </dev/null |
    sed -n 's/.*fps=\([0-9.]*\).*/\1/p'
}

median() { sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

printf '| circles | ours, frames/s | Chromium canvas, frames/s | ratio |\n|---|---|---|---|\n'
while read -r count radius mine browsers; do
  : >"$scratch/ours" >"$scratch/theirs"
  for _ in $(seq "$rounds"); do
    ours "$count" "$mine" >>"$scratch/ours"
    theirs "$count" "$radius" "$browsers" >>"$scratch/theirs"
  done
  o=$(median <"$scratch/ours") t=$(median <"$scratch/theirs")
  awk -v c="$count" -v o="$o" -v t="$t" \
    'BEGIN { printf "| %s | %.0f | %s | %s |\n", c, o, (t == "" ? "none" : t), (t > 0 ? sprintf("%.1f", o / t) : "none") }'
done <<<"$scenes"
