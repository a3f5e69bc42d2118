#!/usr/bin/env bash
# Tests that Python's readers see the tables as Node does, in a virtual environment of the versions in requirements.txt.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=.venv-python
if ! cmp -s requirements.txt "$venv/requirements.txt" || ! "$venv/bin/python" -c 'import pytest' 2>/dev/null; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
  cp requirements.txt "$venv/requirements.txt"
fi

export PYTHONDONTWRITEBYTECODE=1 PYTHONUTF8=1
exec "$venv/bin/python" -m pytest -p no:cacheprovider "${@:-test/python}"
