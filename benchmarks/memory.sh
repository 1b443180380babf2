#!/usr/bin/env bash
# Trains on rows of 30 to 300 % of the memory that a process may have, under several limits, and prints how each ended.
# memory.sh [limits in MB …]: default 256 300 512. A limit with a "c" in front is that of a container (cgroup v1; needs root).
set -euo pipefail
cd "$(dirname "$0")/.."

dotnet build tests/MemoryLimit --configuration Release --nologo -v quiet > /dev/null
program=artifacts/bin/MemoryLimit/release/MemoryLimit.dll

run() { # limit preset count percent
    case $1 in
    c*)
        group=/sys/fs/cgroup/memory/backprop-$$
        mkdir -p "$group"
        echo $((${1#c} * 1024 * 1024)) > "$group/memory.limit_in_bytes"
        (echo "$BASHPID" > "$group/cgroup.procs" && exec dotnet "$program" "${@:2}") 2>&1 | tail -n 1
        rmdir "$group" 2> /dev/null || true
        ;;
    *) DOTNET_GCHeapHardLimit=$(printf '0x%x' $(($1 * 1024 * 1024))) dotnet "$program" "${@:2}" 2>&1 | tail -n 1 ;;
    esac
}

echo "limit preset count percent way peak"
for limit in "${@:-256 300 512}"; do
    for one in $limit; do
        for preset in Plain Default; do
            for count in known unknown; do
                for percent in 30 50 100 150 300; do echo "$one $preset $count $(run "$one" "$preset" "$count" "$percent")"; done
            done
        done
    done
done
