#!/usr/bin/env bash
# Builds the site and looks at it: broken links and missing cross references fail, and so do pages that a browser cannot show.
# Arguments go to tests/SiteCheck, such as --all or --pictures FOLDER. Chromium is installed where it is missing (Debian).
set -euo pipefail
cd "$(dirname "$0")/.."

if [ ! -x "${CHROMIUM:-/usr/bin/chromium}" ]; then
    apt-get install --yes --quiet chromium > /dev/null || { apt-get update --quiet > /dev/null && apt-get install --yes --quiet chromium > /dev/null; }
fi
rm -rf artifacts/site artifacts/site-metadata
dotnet tool restore > /dev/null
dotnet docfx docs/docfx.json --warningsAsErrors
dotnet build tests/SiteCheck --nologo -v quiet
dotnet artifacts/bin/SiteCheck/debug/SiteCheck.dll artifacts/site "$@"
