#!/usr/bin/env bash
# Whole-process figures of the release program: frames a second at 1080p to PNG files, to a y4m pipe and to SVG
# files, and start-up. Medians of several rounds, in turns, so that a slow moment of the machine does not fall on
# one of them.
# Usage: benches/end_to_end.sh [--quick] [PROGRAM]; ROUNDS=n for more or fewer rounds (5). Frames go to the folder
# for temporary files: TMPDIR chooses the disk.
set -euo pipefail
cd "$(dirname "$0")/.."
# Kind, circles, frames of the shorter and of the longer render.
cases=("png 400 40 340" "png 10000 20 140" "png 100000 5 45" "y4m 400 40 340" "svg 10000 20 140")
rounds=${ROUNDS:-5} starts=50
if [ "${1:-}" = --quick ]; then
  cases=("png 400 1 3" "y4m 400 1 3" "svg 400 1 3") rounds=1 starts=2
  shift
fi
program=${1:-target/release/oscilla}
[ -x "$program" ] || cargo build --release --locked
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
source benches/rates.sh

for _ in $(seq "$rounds"); do
  for case in "${cases[@]}"; do
    read -r kind count few many <<<"$case"
    for jobs in 1 2; do
      rate "$kind" "$count" "$jobs" "$few" "$many" >>"$scratch/$kind-$count-$jobs"
    done
  done
  a=$(now)
  for _ in $(seq "$starts"); do "$program" check patches/breathing.json >/dev/null 2>&1; done
  b=$(now)
  awk -v d="$((b - a))" -v n="$starts" 'BEGIN { printf "%.2f\n", d / n / 1e6 }' >>"$scratch/check"
done

printf '| work | 1 job | 2 jobs |\n|---|---|---|\n'
for case in "${cases[@]}"; do
  read -r kind count _ _ <<<"$case"
  printf '| %s circles to %s, 1080p, frames/s | %s | %s |\n' "$count" "$kind" \
    "$(median "$scratch/$kind-$count-1")" "$(median "$scratch/$kind-$count-2")"
done
printf '\n`oscilla check patches/breathing.json`: %s ms, mean of %s\n' "$(median "$scratch/check")" "$starts"
