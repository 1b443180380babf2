#!/usr/bin/env bash
# Packs the library and uses the package as a stranger would: a project with that one reference trains and saves,
# and a second process loads and predicts the same. Leaves nothing behind.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
version="0.0.0-check.$(date +%s)"
global_packages=$(dotnet nuget locals global-packages --list | sed 's/^[^ ]* //')
cleanup() {
    rm -rf "$work" "${global_packages%/}/backprop.ml/$version"
    rmdir "${global_packages%/}/backprop.ml" 2> /dev/null || true # not empty where the real package is installed
}
trap cleanup EXIT

fail() { echo "package check failed: $*" >&2; exit 1; }

for project in Backprop.ML Backprop.ML.ConsoleProgress Backprop.ML.Mpi; do
    dotnet pack "src/$project" --configuration Release --output "$work/packages" -p:Version="$version" --nologo -v quiet
done
package="$work/packages/Backprop.ML.$version"
for kind in nupkg snupkg; do
    dotnet msbuild scripts/unpack.proj -p:File="$package.$kind" -p:Folder="$work/$kind" -nologo -v:quiet
done

for file in README.md Backprop.ML.nuspec lib/net10.0/Backprop.ML.dll lib/net10.0/Backprop.ML.xml lib/net10.0/Backprop.Core.dll lib/net10.0/Backprop.Core.xml; do
    [ -s "$work/nupkg/$file" ] || fail "$file is missing in the package, which holds: $(cd "$work/nupkg" && find . -type f)"
done
for file in lib/net10.0/Backprop.ML.pdb lib/net10.0/Backprop.Core.pdb; do
    [ -s "$work/snupkg/$file" ] || fail "$file is missing in the symbol package, which holds: $(cd "$work/snupkg" && find . -type f)"
done
nuspec=$(cat "$work/nupkg/Backprop.ML.nuspec")
for word in '<license type="expression">MIT' '<readme>README.md' '<description>' '<tags>' 'id="Microsoft.ML"' 'id="System.Numerics.Tensors"' 'id="Google.Protobuf"'; do
    grep -qF "$word" <<< "$nuspec" || fail "'$word' is missing in the package's metadata"
done
! grep -qE 'id="(Backprop.Core|Mono.Cecil)"' <<< "$nuspec" || fail "the package depends on something that is inside it, or on a build tool"

# The progress bar brings a console library, and finds the core inside the other package.
dotnet msbuild scripts/unpack.proj -p:File="$work/packages/Backprop.ML.ConsoleProgress.$version.nupkg" -p:Folder="$work/progress" -nologo -v:quiet
nuspec=$(cat "$work/progress/Backprop.ML.ConsoleProgress.nuspec")
for word in "id=\"Backprop.ML\" version=\"$version\"" 'id="Spectre.Console"' '<readme>README.md' '<license type="expression">MIT'; do
    grep -qF "$word" <<< "$nuspec" || fail "'$word' is missing in the metadata of the progress bar's package"
done
! grep -qF 'id="Backprop.Core"' <<< "$nuspec" || fail "the progress bar's package depends on the core, which is no package"

# So does the package for MPI, which brings no library.
dotnet msbuild scripts/unpack.proj -p:File="$work/packages/Backprop.ML.Mpi.$version.nupkg" -p:Folder="$work/mpi" -nologo -v:quiet
nuspec=$(cat "$work/mpi/Backprop.ML.Mpi.nuspec")
for word in "id=\"Backprop.ML\" version=\"$version\"" '<readme>README.md' '<license type="expression">MIT'; do
    grep -qF "$word" <<< "$nuspec" || fail "'$word' is missing in the metadata of the package for MPI"
done
! grep -qF 'id="Backprop.Core"' <<< "$nuspec" || fail "the package for MPI depends on the core, which is no package"

cp -r tests/PackageConsumer "$work/consumer"
cd "$work/consumer"
dotnet build --configuration Release --output "$work/out" -p:PackageVersionToCheck="$version" -p:PackageFolder="$work/packages" --nologo -v quiet
dotnet "$work/out/PackageConsumer.dll" train > "$work/trained.txt"
dotnet "$work/out/PackageConsumer.dll" predict > "$work/loaded.txt"
[ "$(wc -l < "$work/trained.txt")" -eq 20 ] || fail "the consumer printed no predictions"
cmp "$work/trained.txt" "$work/loaded.txt" || fail "the loaded model predicts something else than the trained one"
echo "package check passed: $(basename "$package.nupkg") trains, saves, and loads in a second process"
