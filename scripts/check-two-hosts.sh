#!/usr/bin/env bash
# Trains on two hosts: network namespaces of this machine with names of their own, joined by a veth pair. Prints, for Open MPI and MPICH,
# whether the bits are those of one process, and how soon the job ends after a rank was killed. Needs root, iproute2 and
# scripts/install-mpi.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 TERM=dumb DOTNET_DbgEnableMiniDump=0
work=$(mktemp -d)
net=10.77.0.0/24

remove_hosts() {
    for host in a b; do
        ip netns del "backprop-$host" 2> /dev/null || true
        rm -rf "/etc/netns/backprop-$host"
    done
}
trap 'remove_hosts; rm -rf "$work"' EXIT

make_hosts() {
    remove_hosts
    ip netns add backprop-a
    ip netns add backprop-b
    ip link add va netns backprop-a type veth peer name vb netns backprop-b
    local number=1
    for host in a b; do
        mkdir -p "/etc/netns/backprop-$host"
        printf '127.0.0.1 localhost\n10.77.0.1 a\n10.77.0.2 b\n' > "/etc/netns/backprop-$host/hosts"
        ip -n "backprop-$host" addr add "10.77.0.$number/24" dev "v$host"
        ip -n "backprop-$host" link set "v$host" up
        ip -n "backprop-$host" link set lo up
        number=$((number + 1))
    done
}

# Instead of ssh: [options] HOST COMMAND…
cat > "$work/rsh" << 'END'
#!/usr/bin/env bash
while [[ ${1:-} == -* ]]; do shift; done
host=$1
shift
exec ip netns exec "backprop-$host" unshare -u bash -c "hostname $host; $*"
END
chmod +x "$work/rsh"

# job LAUNCHER ARGUMENTS…: two ranks, started on a.
job() {
    local launcher=$1
    shift
    local mpirun=(mpirun.mpich -launcher rsh -launcher-exec "$work/rsh" -hosts a,b -genv UCX_TLS tcp,self)
    [ "$launcher" = openmpi ] && mpirun=(
        mpirun.openmpi --allow-run-as-root --bind-to none --mca plm_rsh_agent "$work/rsh" --host a,b --mca pml ob1 --mca btl tcp,self
        --mca btl_tcp_if_include "$net" --mca oob_tcp_if_include "$net")
    "$work/rsh" a "cd '$PWD'; exec ${mpirun[*]} -n 2 dotnet $program $*"
}

sent_bytes() { ip -n backprop-a -s link show va | awk '/TX:/ { getline; print $1 }'; }

dotnet build tests/MpiRanks --configuration Release --nologo -v quiet > /dev/null
program=$PWD/artifacts/bin/MpiRanks/release/MpiRanks.dll
make_hosts
failed=0
for training in "shards - 6" "train -"; do
    expected=$(dotnet "$program" $training | grep '^model ')
    for launcher in openmpi mpich; do
        before=$(sent_bytes)
        if job "$launcher" "$training" > "$work/out" 2> "$work/err" && [ "$(grep -c "^$expected" "$work/out")" = 2 ]; then
            verdict="same bits"
        else
            verdict="DIFFERENT"
            failed=1
            cat "$work/out" "$work/err"
        fi
        hosts=$(grep -o ' on [ab]' "$work/out" | sort -u | tr -d '\n')
        echo "$launcher, $training: $verdict,$hosts, $(($(sent_bytes) - before)) bytes over the cable"
    done
done
for training in shards members; do
    for launcher in openmpi mpich; do
        if job "$launcher" "fail-in $training kill" > "$work/out" 2> "$work/err"; then code=0; else code=$?; fi
        now=$(date +%s%3N)
        began=$(grep -o 'failing at [0-9]*' "$work/err" | grep -o '[0-9]*' || echo 0)
        echo "$launcher, $training, a rank is killed: exit code $code after $((now - began)) ms"
        if [ "$code" = 0 ] || [ $((now - began)) -gt 5000 ] || pgrep -f "$program" > /dev/null; then failed=1; cat "$work/err"; fi
    done
done
exit "$failed"
