#!/usr/bin/env bash
# Write packaging/constraints.txt from what .venv holds: names and versions, no download addresses.
set -euo pipefail
cd "$(dirname "$0")/.."
{
    echo "# Written by packaging/pin.sh. Every version the project is tested with."
    # '===' for torch and torchvision: '==' would also take a '+cpu' build lying in a local wheel folder, and the
    # two must come from the same build ('operator torchvision::nms does not exist' otherwise).
    .venv/bin/python -m pip freeze --all --exclude-editable --disable-pip-version-check |
        grep -vE '^(pip|setuptools|wheel|stripsight)==' | grep -E '^[A-Za-z0-9_.-]+==' |
        sed -E 's/^(torch|torchvision)==/\1===/'
} > packaging/constraints.txt
