#!/usr/bin/env bash
# Peak memory of the release program: by the number of frames, and with a million elements.
# Usage: benches/memory.sh [--quick] [PROGRAM]. Needs GNU time (`/usr/bin/time`).
set -euo pipefail
cd "$(dirname "$0")/.."
lengths=(60 600 6000) millions=(1)
if [ "${1:-}" = --quick ]; then lengths=(5 50) millions=(); shift; fi
program=${1:-target/release/oscilla}
[ -x "$program" ] || cargo build --release --locked
[ -x /usr/bin/time ] || { echo "GNU time is not installed" >&2; exit 1; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The largest resident size, MiB.
peak() {
  /usr/bin/time -f %M -o "$scratch/peak" "$program" render "$@" --quiet >/dev/null
  awk '{ printf "%.0f", $1 / 1024 }' "$scratch/peak"
}

printf '| work, 1080p, 2 jobs | frames | peak, MiB |\n|---|---|---|\n'
for frames in "${lengths[@]}"; do
  printf '| 400 circles, y4m to a pipe | %s | %s |\n' "$frames" "$(peak benches/patches/circles-400.json \
    --format y4m --out - --loops 10 --frames "0-$((frames - 1))" -j 2)"
done
for frames in "${lengths[@]:0:2}"; do
  printf '| 400 circles, PNG to a pipe | %s | %s |\n' "$frames" "$(peak benches/patches/circles-400.json \
    --format png --out - --loops 10 --frames "0-$((frames - 1))" -j 2)"
  printf '| 400 circles, PNG | %s | %s |\n' "$frames" "$(peak benches/patches/circles-400.json \
    --out "$scratch/frames" --overwrite --frames "0-$((frames - 1))" -j 2)"
done
for million in "${millions[@]}"; do
  printf '| %s,000,000 circles, PNG | 6 | %s |\n' "$million" "$(peak benches/patches/circles-100000.json \
    --set "all.n=${million}000000" --out "$scratch/frames" --overwrite --frames 0-5 -j 2)"
done
