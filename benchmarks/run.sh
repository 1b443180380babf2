#!/usr/bin/env bash
# Measures this library against others, in pairs, and prints one table of ratios. Arguments are groups (multiply, step, fit, score); without
# any, all. With --write the table also goes into docs/benchmarks.md. Peers that the system lacks are installed (Debian) or left out.
set -euo pipefail
cd "$(dirname "$0")"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

install_missing() {
    local missing=()
    python3 -c 'import sklearn' 2> /dev/null || /usr/bin/python3 -c 'import sklearn' 2> /dev/null || missing+=(python3-sklearn)
    ldconfig -p | grep -q libopenblas.so.0 || missing+=(libopenblas0)
    command -v g++ > /dev/null || missing+=(g++)
    [ ${#missing[@]} -eq 0 ] && return
    command -v apt-get > /dev/null || { echo "not installed, hence left out: ${missing[*]}" >&2; return; }
    local as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    "${as_root[@]}" apt-get install -y -q "${missing[@]}" > /dev/null || echo "could not install: ${missing[*]}" >&2
}

install_missing
dotnet build Backprop.Benchmarks -c Release -v q --nologo
output=$(realpath ../artifacts/bin/Backprop.Benchmarks/release_linux-x64)
[ -d "$output" ] || output=$(realpath ../artifacts/bin/Backprop.Benchmarks/release)
LD_PRELOAD=$(./torch-on-debian12.sh "$output") exec "$output/Backprop.Benchmarks" "$@"
