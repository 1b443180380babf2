#!/usr/bin/env bash
# Measures this library against others, in pairs, and prints one table of ratios. Arguments are groups, such as step, fit, score or tables;
# a wrong one lists them all. Without any, all are measured. With --write, the table is also written into docs/measurements/speed.md. Peers
# that the system lacks are installed (Debian) or left out.
set -euo pipefail
cd "$(dirname "$0")"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

# The system's Python, not another that comes first on the path: scikit-learn is compared as the system ships it.
missing() {
    /usr/bin/python3 -c 'import sklearn' 2> /dev/null || echo python3-sklearn
    /usr/bin/python3 -c "import torch" 2> /dev/null || echo python3-torch
    ldconfig -p | grep libopenblas.so.0 > /dev/null || echo libopenblas0
    command -v g++ > /dev/null || echo g++
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# One by one: a package that cannot be had must not keep the others away.
install_missing() {
    [ -n "$(missing)" ] || return 0
    command -v apt-get > /dev/null || { echo "not installed, hence left out:" $(missing) >&2; return 0; }
    as_root apt-get update -q > /dev/null || true
    for package in $(missing); do
        as_root apt-get install -y -q "$package" > /dev/null || echo "could not be installed, hence left out: $package" >&2
    done
}

install_missing
dotnet build Backprop.Benchmarks -c Release -r linux-x64 -v q --nologo
output=$(realpath ../artifacts/bin/Backprop.Benchmarks/release_linux-x64)
preload=$(./torch-on-debian12.sh "$output") || echo "libtorch may be left out: its library could not be prepared" >&2
LD_PRELOAD=$preload exec "$output/Backprop.Benchmarks" "$@"
