# Sourced by the other scripts: makes sure that .venv exists and holds what pyproject.toml asks for, then puts it on PATH.
# Installs only when pyproject.toml has changed since the last time. Works without Debian's python3-venv (no ensurepip).
# shellcheck shell=bash

find_python() {
    local candidate
    for candidate in "${PYTHON:-}" python3 python3.11 python3.12 python3.13; do
        [ -n "$candidate" ] || continue
        if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    echo "scripts: no Python 3.11 or later found; install it or name it in PYTHON=/path/to/python3" >&2
    return 1
}

make_environment() {
    local python stamp
    stamp=$(cksum < pyproject.toml)
    if [ -x .venv/bin/python ] && [ "$(cat .venv/installed 2>/dev/null)" = "$stamp" ]; then
        return
    fi
    python=$(find_python)
    echo "scripts: setting up .venv with $("$python" --version) (once; a few minutes at most)" >&2
    if [ ! -x .venv/bin/python ]; then
        "$python" -m venv .venv 2>/dev/null || "$python" -m venv --without-pip --clear .venv
    fi
    if [ -x .venv/bin/pip ]; then
        .venv/bin/python -m pip install --quiet --disable-pip-version-check -e '.[embedded,dev]'
    else
        "$python" -m pip --python .venv/bin/python install --quiet --disable-pip-version-check -e '.[embedded,dev]'
    fi
    echo "$stamp" > .venv/installed
}

make_environment
PATH="$PWD/.venv/bin:$PATH"
export PATH
