#!/bin/bash
# Every check that runs nothing of the project; all of them are run, so that one run tells all.
set -uo pipefail
cd "$(dirname "$0")/.."
failed=()

step() {
    local name=$1 started=$SECONDS
    shift
    echo "check: $name"
    "$@" || failed+=("$name")
    ((SECONDS - started < 20)) || echo "check: $name took $((SECONDS - started)) s"
}

# runtime-images has a folder for each image, which must not pass for a Python package (kafka).
types_of_images() {
    MYPYPATH=runtime-images .venv/bin/mypy \
        runtime-images/build.py runtime-images/imagebuild requirements/lock.py tests/unit/images
}

step "ruff check" .venv/bin/ruff check --quiet .
step "ruff format" .venv/bin/ruff format --quiet --check .
step "mypy" .venv/bin/mypy --exclude '^tests/unit/images/' \
    swirl operator/swirl_operator devtools localcluster examples/ads tests
step "mypy of the images" types_of_images
step "layers" env PYTHONPATH=.:operator .venv/bin/lint-imports --no-cache
step "generated files and locks" scripts/verify.sh

if ((${#failed[@]})); then
    printf 'check: failed: %s\n' "${failed[@]}" >&2
    exit 1
fi
