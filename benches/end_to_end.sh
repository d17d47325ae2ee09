#!/usr/bin/env bash
# Whole-process figures of the release program: frames a second to PNG at 1080p, start-up, peak memory.
# Usage: benches/end_to_end.sh [path of the program]. Needs GNU time (`/usr/bin/time`) for memory.
set -euo pipefail
cd "$(dirname "$0")/.."
program=${1:-target/release/oscilla}
[ -x "$program" ] || cargo build --release --locked
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

now() { date +%s.%N; }

# Two lengths of one render: their difference leaves start-up and compilation out.
rate() { # patch jobs few many
  local few many a b c
  a=$(now); "$program" render "$1" --out "$out/a" --frames "0-$(($3 - 1))" -j "$2" --quiet --overwrite
  b=$(now); "$program" render "$1" --out "$out/b" --frames "0-$(($4 - 1))" -j "$2" --quiet --overwrite
  c=$(now)
  awk -v a="$a" -v b="$b" -v c="$c" -v n="$(($4 - $3))" \
    'BEGIN { d = (c - b) - (b - a); if (d <= 0) d = 1e-9; printf "%.0f", n / d }'
  rm -rf "$out/a" "$out/b"
}

printf '| work | 1 job | 2 jobs |\n|---|---|---|\n'
for case in "400 40 340" "10000 20 140" "100000 5 45"; do
  read -r count few many <<<"$case"
  patch="benches/patches/circles-$count.json"
  printf '| %s circles to PNG, 1080p, frames/s | %s | %s |\n' "$count" \
    "$(rate "$patch" 1 "$few" "$many")" "$(rate "$patch" 2 "$few" "$many")"
done

a=$(now)
for _ in $(seq 50); do "$program" check patches/breathing.json >/dev/null 2>&1; done
b=$(now)
awk -v a="$a" -v b="$b" 'BEGIN { printf "\n`oscilla check patches/breathing.json`: %.1f ms, mean of 50\n", (b - a) * 20 }'

if [ -x /usr/bin/time ]; then
  for frames in 60 600; do
    /usr/bin/time -f "%M" -o "$out/memory" "$program" render benches/patches/circles-400.json \
      --out "$out/m" --frames "0-$((frames - 1))" -j 2 --quiet --overwrite
    printf '%s frames of 400 circles, 2 jobs: peak %s KiB\n' "$frames" "$(tail -n 1 "$out/memory")"
    rm -rf "$out/m"
  done
fi
