#!/usr/bin/env bash
# Measures how well this library predicts beside others, on every data set. accuracy.sh run goes on where it stopped; accuracy.sh summary
# --write makes tables and plots of the results in docs/measurements/accuracy.md and accuracy-tables.md. The first says what is measured,
# the second has all arguments. accuracy.sh calibration run and accuracy.sh calibration summary --write do the same for probabilities:
# calibration.md. So do accuracy.sh intervals … and accuracy.sh anomaly …: intervals.md and anomaly.md. accuracy.sh tuning summary --write
# and frontier summary --write write tuning.md and the end of recipe-search.md.
set -euo pipefail
cd "$(dirname "$0")"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# The system's Python, not another that comes first on the path: scikit-learn is compared as the system ships it.
if ! /usr/bin/python3 -c 'import sklearn' 2> /dev/null; then
    as_root apt-get update -q > /dev/null
    as_root apt-get install -y -q python3-sklearn > /dev/null
fi
dotnet build Backprop.Accuracy -c Release -r linux-x64 -v q --nologo
exec "$(realpath ../artifacts/bin/Backprop.Accuracy/release_linux-x64)/Backprop.Accuracy" "$@"
