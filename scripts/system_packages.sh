#!/usr/bin/env bash
# Make sure the system libraries are there: PDF writing needs Pango and a font; the tests need Chromium, npm, libmagic
# and, where it can be had, PostgreSQL.
# As root on Debian they are installed; otherwise what is missing is named. Usage: system_packages.sh runtime|dev PYTHON
set -euo pipefail

purpose=$1
python=${2:-}

if [ -z "$python" ] || ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Python 3.11 or newer is needed; found: ${python:-none}. Install it, or run 'make PYTHON=/path/to/python3.11'." >&2
    exit 1
fi

library() { /sbin/ldconfig -p 2>/dev/null | grep -q "$1"; }

missing=()
"$python" -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
library libpango-1.0.so.0 || missing+=(libpango-1.0-0)
library libpangoft2-1.0.so.0 || missing+=(libpangoft2-1.0-0)
library libharfbuzz.so.0 || missing+=(libharfbuzz0b)
library libharfbuzz-subset.so.0 || missing+=(libharfbuzz-subset0)
[ -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ] || missing+=(fonts-dejavu-core)
if [ "$purpose" = dev ]; then
    command -v chromium >/dev/null || missing+=(chromium)
    command -v npm >/dev/null || missing+=(nodejs npm)
    library libmagic.so.1 || missing+=(libmagic1)
    # Not having it stops nobody: the tests that need it say so. Root gets it, and so does CI.
    if [ "$(id -u)" -eq 0 ] && ! command -v postgres >/dev/null && ! ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1; then
        missing+=(postgresql)
    fi
fi

[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo "Installing system packages: ${missing[*]}" >&2
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
else
    echo "These system packages are missing (Debian names): ${missing[*]}" >&2
    echo "Install them, for example: sudo apt-get install ${missing[*]}" >&2
    exit 1
fi
