# Frames a second of the program, for scripts that are run from the root of the repository.
# Sourced with `program` (its path) and `scratch` (a folder for what it writes) set.
# shellcheck shell=bash

now() { date +%s%N; }

median() { sort -g "$1" | awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'; }

# The first frames of a patch of circles.
run() { # kind circles jobs frames
  local args=("benches/patches/circles-$2.json" --frames "0-$(($4 - 1))" -j "$3" --quiet)
  case $1 in
    png) "$program" render "${args[@]}" --out "$scratch/frames" ;;
    svg) "$program" render "${args[@]}" --out "$scratch/frames" --format svg ;;
    y4m) "$program" render "${args[@]}" --out - --format y4m | cat >/dev/null ;;
  esac
  rm -rf "$scratch/frames"
}

# Two lengths of one render: their difference leaves start-up and compilation out.
rate() { # kind circles jobs few many
  local a b c
  a=$(now); run "$1" "$2" "$3" "$4"
  b=$(now); run "$1" "$2" "$3" "$5"
  c=$(now)
  # Where the shorter one took longer, the machine was busy: then all of the longer one counts.
  awk -v d="$((c - b - (b - a)))" -v all="$((c - b))" -v n="$(($5 - $4))" \
    'BEGIN { printf "%.1f\n", n * 1e9 / (d > 0 ? d : all) }'
}
