#!/usr/bin/env bash
# Profiles a fit with nothing set, for five shapes of tables: profile.sh [shapes …]. Prints the time of the fit, and the share of each phase
# in percent. Needs perf of Linux (Debian: linux-perf) and python3. Shapes are those of Backprop.Benchmarks/Harness/FitShape.cs.
set -euo pipefail
cd "$(dirname "$0")"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

command -v perf > /dev/null || { echo "perf is not installed (Debian: linux-perf)" >&2; exit 1; }
dotnet build Backprop.Benchmarks -c Release -r linux-x64 -v q --nologo
program=$(realpath ../artifacts/bin/Backprop.Benchmarks/release_linux-x64)/Backprop.Benchmarks
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

[ $# -gt 0 ] || set -- small medium categories wide large
for shape in "$@"; do
    # Undisturbed time first: with perf, methods are compiled with a map of their names.
    "$program" fit-shape "$shape"
    DOTNET_PerfMapEnabled=1 DOTNET_EnableWriteXorExecute=0 \
        perf record -q -F 250 -g -e cpu-clock -o "$work/samples" -- "$program" fit-shape "$shape" > /dev/null
    perf script -i "$work/samples" -F ip,sym,dso > "$work/stacks" 2> /dev/null
    python3 profile.py "$work/stacks"
done
