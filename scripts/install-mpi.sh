#!/usr/bin/env bash
# Installs the launchers of both Open MPI and MPICH (Debian) for the tests of Backprop.ML.Mpi. Nothing happens if both are there.
set -euo pipefail

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

missing=()
command -v mpirun.openmpi > /dev/null || missing+=(openmpi-bin)
command -v mpirun.mpich > /dev/null || missing+=(mpich)
[ ${#missing[@]} -gt 0 ] || exit 0
command -v apt-get > /dev/null || { echo "not installed: ${missing[*]}" >&2; exit 1; }
as_root apt-get update -q > /dev/null || true
as_root apt-get install -y -q "${missing[@]}" > /dev/null
