#!/usr/bin/env bash
# Whole-process figures of the release program: frames a second at 1080p to PNG files, to a y4m pipe and to SVG
# files, start-up, peak memory. Medians of several rounds, in turns, so that a slow moment of the machine does
# not fall on one of them.
# Usage: benches/end_to_end.sh [path of the program]; ROUNDS=n for more or fewer rounds (5). Frames go to the
# folder for temporary files: TMPDIR chooses the disk. Needs GNU time (`/usr/bin/time`) for memory.
set -euo pipefail
cd "$(dirname "$0")/.."
program=${1:-target/release/oscilla}
rounds=${ROUNDS:-5}
[ -x "$program" ] || cargo build --release --locked
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

now() { date +%s.%N; }
median() { sort -g "$1" | awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'; }

# The first frames of a patch.
run() { # kind patch jobs frames
  local args=("$2" --frames "0-$(($4 - 1))" -j "$3" --quiet)
  case $1 in
    png) "$program" render "${args[@]}" --out "$out/frames" --overwrite ;;
    svg) "$program" render "${args[@]}" --out "$out/frames" --format svg --overwrite ;;
    y4m) "$program" render "${args[@]}" --out - --format y4m | cat >/dev/null ;;
  esac
  rm -rf "$out/frames"
}

# Two lengths of one render: their difference leaves start-up and compilation out.
rate() { # kind patch jobs few many
  local a b c
  a=$(now); run "$1" "$2" "$3" "$4"
  b=$(now); run "$1" "$2" "$3" "$5"
  c=$(now)
  awk -v a="$a" -v b="$b" -v c="$c" -v n="$(($5 - $4))" \
    'BEGIN { d = (c - b) - (b - a); if (d <= 0) d = 1e-9; printf "%.1f\n", n / d }'
}

cases=("png 400 40 340" "png 10000 20 140" "png 100000 5 45" "y4m 400 40 340" "svg 10000 20 140")
for _ in $(seq "$rounds"); do
  for case in "${cases[@]}"; do
    read -r kind count few many <<<"$case"
    for jobs in 1 2; do
      rate "$kind" "benches/patches/circles-$count.json" "$jobs" "$few" "$many" >>"$out/$kind-$count-$jobs"
    done
  done
  a=$(now)
  for _ in $(seq 50); do "$program" check patches/breathing.json >/dev/null 2>&1; done
  b=$(now)
  awk -v a="$a" -v b="$b" 'BEGIN { printf "%.2f\n", (b - a) * 20 }' >>"$out/check"
done

printf '| work | 1 job | 2 jobs |\n|---|---|---|\n'
for case in "${cases[@]}"; do
  read -r kind count _ _ <<<"$case"
  printf '| %s circles to %s, 1080p, frames/s | %s | %s |\n' "$count" "$kind" \
    "$(median "$out/$kind-$count-1")" "$(median "$out/$kind-$count-2")"
done
printf '\n`oscilla check patches/breathing.json`: %s ms, mean of 50\n' "$(median "$out/check")"

if [ -x /usr/bin/time ]; then
  for frames in 60 600; do
    /usr/bin/time -f "%M" -o "$out/memory" "$program" render benches/patches/circles-400.json \
      --out "$out/m" --frames "0-$((frames - 1))" -j 2 --quiet --overwrite
    printf '%s frames of 400 circles, 2 jobs: peak %s KiB\n' "$frames" "$(tail -n 1 "$out/memory")"
    rm -rf "$out/m"
  done
fi
