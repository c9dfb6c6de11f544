#!/bin/bash
# Makes .venv from the lock, and installs the Debian packages that building and testing take.
# Quick when there is nothing to do.
set -euo pipefail
cd "$(dirname "$0")/.."

UV=$(sed -n 's/^uv==\([0-9.]*\).*/\1/p' requirements/build.txt)

# The program, and the package of Debian 12 that has it.
declare -A NEEDED=([mvn]=maven [java]=openjdk-17-jre-headless)
if ! docker info >/dev/null 2>&1; then
    NEEDED+=([buildah]=buildah [mmdebstrap]=mmdebstrap)
fi

missing=()
for program in "${!NEEDED[@]}"; do
    command -v "$program" >/dev/null || missing+=("${NEEDED[$program]}")
done
python3.11 -c 'import ensurepip' 2>/dev/null || missing+=(python3.11 python3.11-venv)

if ((${#missing[@]})); then
    if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
        echo "setup: missing: ${missing[*]} (names of Debian 12). Install them, or run this as root on Debian." >&2
        exit 1
    fi
    echo "setup: installing ${missing[*]}"
    apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}" >/dev/null
fi

wanted="$UV $(sha256sum requirements/dev.txt)"
if [[ "$(cat .venv/made-from 2>/dev/null)" == "$wanted" ]]; then
    exit 0
fi
echo "setup: making .venv from requirements/dev.txt"
[[ -x .venv/bin/python ]] || python3.11 -m venv .venv
[[ "$(.venv/bin/uv --version 2>/dev/null)" == "uv $UV "* ]] || .venv/bin/python -m pip --quiet install "uv==$UV"
.venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes --requirement requirements/dev.txt
echo "$wanted" >.venv/made-from
