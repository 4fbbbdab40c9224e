#!/bin/sh
# Set up the course from this folder, without a network: sh set-up.sh [FOLDER]
# PYTHON=/path/to/python3 before it chooses the Python.
unset CDPATH
here=$(cd "$(dirname "$0")" && pwd) || exit 1

each_python() {
    if [ -n "$PYTHON" ]; then
        "$1" "$PYTHON"
        return
    fi
    for version in {pythons}; do
        "$1" "python$version" && return
        # Where python.org and Homebrew put it, which a new Terminal may not know of yet:
        "$1" "/Library/Frameworks/Python.framework/Versions/$version/bin/python3" && return
        "$1" "/opt/homebrew/bin/python$version" && return
    done
    "$1" python3 || "$1" python
}

suits() {
    "$1" -c 'import ensurepip, sys, venv
sys.exit("%d.%d" % sys.version_info[:2] not in "{pythons}".split())' >/dev/null 2>&1 && found=$1
}

runs() {
    "$1" -c 'pass' >/dev/null 2>&1 && found=$1
}

# One that runs but does not suit is started too: set_up.py says what is wrong with it.
each_python suits || each_python runs || {
    echo "Set-up stopped: ${PYTHON:-Python} was not found. Install one of these first: {pythons}." >&2
    exit 1
}
exec "$found" "$here/set_up.py" "$@"
