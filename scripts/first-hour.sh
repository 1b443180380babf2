#!/usr/bin/env bash
# The first hour of a new user: follows docs/start/csv.md and docs/start/first-errors.md in an empty folder, with the package alone.
# The commands and the code are those of the pages. A comment before a block of a page says what it is:
#   <!-- file F -->    the block is appended to the file F           <!-- run -->      commands, run to their end
#   <!-- head F -->    the file F begins with these lines            <!-- serve -->    a command that keeps running
#   <!-- output -->    the commands of the page print this, apart from spaces and numbers
# Leaves nothing behind.
set -euo pipefail
exec < /dev/null
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en DOTNET_GENERATE_ASPNET_CERTIFICATE=false

root=$PWD
work=$(mktemp -d)
version="9999.0.$(date +%s)" # above every published version, so that "dotnet add package" chooses it
global_packages=$(dotnet nuget locals global-packages --list | sed 's/^[^ ]* //')
server=
cleanup() {
    [ -z "$server" ] || kill -- "-$server" 2> /dev/null || true
    rm -rf "$work" "${global_packages%/}/backprop.ml/$version"
    rmdir "${global_packages%/}/backprop.ml" 2> /dev/null || true # not empty where the real package is installed
}
trap cleanup EXIT

fail() { echo "first hour failed: $*" >&2; exit 1; }

dotnet pack src/Backprop.ML --configuration Release --output "$work/packages" -p:PackageVersion="$version" --nologo -v quiet

# The user's folder: the CSV file, and the source of the package beside those of the machine.
mkdir "$work/user"
cd "$work/user"
cp "$root/examples/ServePredictions/customers.csv" .
cat > nuget.config << END
<configuration><packageSources><add key="first-hour" value="$work/packages" /></packageSources></configuration>
END

# Port 5080 of the page may be in use on this machine.
port=
for candidate in $(shuf -i 20000-50000 -n 20); do
    (exec 3<> "/dev/tcp/127.0.0.1/$candidate") 2> /dev/null || { port=$candidate; break; }
done
[ -n "$port" ] || fail "no free port was found"

# Writes the marked blocks of a page as files: 001.KIND with the text, and 001.name with the name of the file that it belongs to.
blocks_of() {
    awk -v folder="$2" '
        /^<!-- (file|head|run|serve|output)/ { kind = $2; name = kind == "file" || kind == "head" ? $3 : ""; next }
        /^```/ && !inside { inside = 1; if (kind) { path = sprintf("%s/%03d", folder, ++count); print name > (path ".name"); printf "" > (path "." kind) } next }
        /^```/ { inside = 0; kind = ""; next }
        inside && kind { print > (path "." kind) }
        !inside && NF { kind = "" }' "$root/$1"
}

# Text without spaces, and with # for every number: these depend on the processor.
comparable() { tr -d '[:space:]' < "$1" | sed -E 's/[0-9]+(\.[0-9]+)?(E-?[0-9]+)?/#/g'; }

start_server() {
    set -m # a process group of its own, which ends with all its processes
    bash -c "$(cat "$1")" > "$work/server.log" 2>&1 &
    server=$!
    set +m
    for _ in $(seq 300); do
        ! curl --silent --output /dev/null "http://localhost:$port/" || return 0
        kill -0 "$server" 2> /dev/null || break
        sleep 0.2
    done
    cat "$work/server.log"
    fail "the server of $page did not start"
}

for page in docs/start/csv.md docs/start/first-errors.md; do
    blocks="$work/blocks/$(basename "$page")"
    mkdir -p "$blocks"
    blocks_of "$page" "$blocks"
    : > "$work/output.txt"
    for block in "$blocks"/*.{file,head,run,serve}; do echo "$block"; done | grep -v '\*' | sort > "$work/steps.txt"
    [ "$(grep -c '\.run$' "$work/steps.txt")" -ge 2 ] || fail "$page has fewer than two blocks of commands"
    : > "$work/written.txt"
    while read -r block; do
        name=$(cat "${block%.*}.name")
        case $block in
            *.file)
                grep -qxF "$name" "$work/written.txt" || : > "$name" # the first block replaces the file of the template
                echo "$name" >> "$work/written.txt"
                cat "$block" >> "$name"
                echo >> "$name" ;;
            *.head) head -n "$(wc -l < "$block")" "$name" | cmp - "$block" || fail "$name does not begin as $page says" ;;
            *.run)
                sed -i "s/localhost:5080/localhost:$port/" "$block"
                bash -euo pipefail "$block" > "$work/step.txt" 2> "$work/errors.txt" || {
                    cat "$block" "$work/step.txt" "$work/errors.txt"
                    fail "commands of $page"
                }
                cat "$work/step.txt" >> "$work/output.txt" ;;
            *.serve) sed -i "s/localhost:5080/localhost:$port/" "$block"; start_server "$block" ;;
        esac
    done < "$work/steps.txt"
    for expected in "$blocks"/*.output; do
        [[ "$(comparable "$work/output.txt")" == *"$(comparable "$expected")"* ]] || {
            cat "$work/output.txt"
            fail "$page says that its programs print: $(cat "$expected")"
        }
    done
    echo "$page: $(wc -l < "$work/steps.txt") steps, and the output of the page"
done
echo "first hour passed"
