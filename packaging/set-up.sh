#!/usr/bin/env bash
# Set up StripSight in a checkout, from nothing: system libraries (Debian), .venv, pinned packages.
#   packaging/set-up.sh run     what the workstation and training need
#   packaging/set-up.sh test    that, and what the tests and checks need
# A second call does nothing until pyproject.toml, the pins or this script change.
set -euo pipefail
cd "$(dirname "$0")/.."

purpose=${1:-run}
case "$purpose" in
    run) extras=train ;;
    test) extras=train,dev ;;
    *) echo "set-up.sh: say 'run' or 'test', not '$purpose'." >&2; exit 2 ;;
esac

stamp=".venv/.ready-$purpose"
fingerprint=$(cat pyproject.toml packaging/constraints.txt packaging/debian-libraries.txt packaging/set-up.sh | sha256sum | cut -d' ' -f1)
[ -f "$stamp" ] && [ "$(cat "$stamp")" = "$fingerprint" ] && exit 0

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else return 1
    fi
}

python=
for candidate in "${PYTHON:-python3}" python3.13 python3.12 python3.11; do
    if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done

if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
    wanted=$(sed -e 's/#.*//' packaging/debian-libraries.txt)
    # Debian keeps ensurepip apart from Python, so that 'python3 -m venv' alone fails there.
    if [ -z "$python" ]; then
        wanted="$wanted python3 python3-venv"
    elif ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        wanted="$wanted python3-venv"
    fi
    missing=()
    for package in $wanted; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    if [ ${#missing[@]} -gt 0 ]; then
        echo "Installing system packages: ${missing[*]}"
        if ! { as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; }; then
            echo "set-up: system packages are missing; as an administrator run: apt-get install ${missing[*]}" >&2
            exit 1
        fi
    fi
    python=${python:-python3}
fi

if [ -z "$python" ]; then
    echo "set-up: Python 3.11 or newer is needed; install it and run this again." >&2
    exit 1
fi

[ -x .venv/bin/python ] || "$python" -m venv .venv
echo "Installing Python packages into .venv (several GB the first time, because of torch)"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --constraint packaging/constraints.txt --editable ".[$extras]"
echo "$fingerprint" > "$stamp"
