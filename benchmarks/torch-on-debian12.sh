#!/usr/bin/env bash
# TorchSharp's native library asks for one symbol of GCC 13's C++ library (GLIBCXX_3.4.32), which systems with GCC 12, such as Debian 12,
# do not have. Makes that request optional in a build's output, and compiles a small library with the symbol, to be preloaded.
#   torch-on-debian12.sh OUTPUT      prints the path to preload, or nothing where none is needed
set -euo pipefail
output=$(realpath "$1")
library=$(find "$output" -name libLibTorchSharp.so -print -quit)
[ -n "$library" ] || { echo "no libLibTorchSharp.so below $output" >&2; exit 2; }
grep -aq 'GLIBCXX_3.4.32' "$(ldconfig -p | awk '/libstdc\+\+\.so\.6 .*x86-64/ { print $NF; exit }')" && exit 0

# An entry of the table of needed versions: hash of the name, then flags; 2 stands for "weak".
python3 - "$library" <<'PYTHON'
import struct
import sys

def entry(flags):
    return struct.pack("<IH", 0x0297F842, flags)

with open(sys.argv[1], "r+b") as file:
    content = file.read()
    at = content.find(entry(0))
    if at >= 0:
        file.seek(at)
        file.write(entry(2))
    elif entry(2) not in content:
        sys.exit("the library does not ask for GLIBCXX_3.4.32")
PYTHON
g++ -shared -fPIC -O2 -x c++ -o "$output/libglibcxx-3.4.32.so" - <<'CPP'
#include <ios>
namespace std { void ios_base_library_init() { static ios_base::Init init; } }
CPP
echo "$output/libglibcxx-3.4.32.so"
