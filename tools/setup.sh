#!/bin/sh
# Find a Python that suits and hand over to bootstrap.py: sh tools/setup.sh EXTRA...
# PYTHON=/path/to/python chooses one; otherwise the newest suitable one on the PATH is taken.
here=${0%/*}

each_python() {
    if [ -n "$PYTHON" ]; then
        "$1" "$PYTHON"
    else
        "$1" python3.13 || "$1" python3.12 || "$1" python3.11 || "$1" python3 ||
            "$1" "$here/../.venv/bin/python" || "$1" python
    fi
}

suits() {
    "$1" -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' \
        >/dev/null 2>&1 && found=$1
}

runs() {
    "$1" -c 'pass' >/dev/null 2>&1 && found=$1
}

# One that runs but does not suit is started too: bootstrap.py says what is wrong with it.
each_python suits || each_python runs || {
    echo "Set-up stopped: ${PYTHON:-Python} was not found." \
        "Install Python 3.11, 3.12 or 3.13 from https://www.python.org/downloads/," \
        "or name yours: make lab PYTHON=/path/to/python3" >&2
    exit 1
}
exec "$found" "$here/bootstrap.py" --extras "$@"
