#!/usr/bin/env bash
# Gradescope runs this once, as root, while it makes the image in which submissions are graded.
#
# For trying the archive elsewhere: AUTOGRADER_ROOT is the folder in the place of /autograder, and
# NNLEARN_PYTHON an interpreter with nnlearn and its dependencies, so that nothing is installed.
set -euo pipefail

root="${AUTOGRADER_ROOT:-/autograder}"
environment="${NNLEARN_ENVIRONMENT:-/opt/nnlearn}"
export NNLEARN_CACHE="$root/source/cache"

# The checks are nobody's business but root's: submissions run as another user.
chmod -R go-rwx "$root/source"

# Once for all submissions, each of which is graded in a container of its own.
fill_reply_cache() (
    umask 077
    "$1" -I -m autograder.engine.fill_reply_cache "$root/source/content" @TOPIC@ ||
        echo "nnlearn: known mistakes could not be run; they are when a submission fails, which takes longer"
)

if [ -n "${NNLEARN_PYTHON:-}" ]; then
    echo "nnlearn: nothing is installed, since NNLEARN_PYTHON is set"
    fill_reply_cache "$NNLEARN_PYTHON"
    exit 0
fi

# The Python this archive was made with comes first, since the versions were tested with it.
find_python() {
    local name
    for name in @PYTHON@ python3.13 python3.12 python3.11 python3; do
        if command -v "$name" > /dev/null &&
            "$name" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; then
            command -v "$name"
            return 0
        fi
    done
    return 1
}

if ! python="$(find_python)"; then
    apt-get update
    for name in @PYTHON@ python3.12 python3.11; do
        if apt-get install -y --no-install-recommends "$name" "$name-venv"; then
            break
        fi
    done
    if ! python="$(find_python)"; then
        echo "nnlearn needs Python 3.11 or newer, and this image has none: choose a newer base image" >&2
        exit 1
    fi
fi

"$python" -m venv "$environment"
"$environment/bin/python" -m pip install --no-cache-dir --disable-pip-version-check \
    --constraint "$root/source/constraints.txt" "$root"/source/nnlearn-*.whl jupytext landlock platformdirs

# For the log of the build: which layers of isolation this machine has.
"$environment/bin/nnlearn" doctor || echo "nnlearn: see above for what this image lacks"

fill_reply_cache "$environment/bin/python"
