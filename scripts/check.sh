#!/bin/bash
# Every check that runs nothing of the project; all of them are run, so that one run tells all, and
# the slowest beside the others.
set -uo pipefail
cd "$(dirname "$0")/.."
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

# Prints what a check said when it is done, so that two of them do not mix their lines.
step() {
    local name=$1 started=$SECONDS said
    shift
    if said=$("$@" 2>&1); then
        echo "check: $name, $((SECONDS - started)) s"
    else
        touch "$results/$name"
        printf 'check: %s, failed:\n%s\n' "$name" "$said"
    fi
}

types() {
    .venv/bin/mypy --exclude '^tests/(unit/images|e2e/registry)/' \
        swirl operator/swirl_operator devtools localcluster examples/ads tests
}

# runtime-images has a folder for each image, which must not pass for a Python package (kafka).
types_of_images() {
    MYPYPATH=runtime-images .venv/bin/mypy \
        runtime-images/*.py runtime-images/imagebuild requirements/lock.py \
        integrations/argocd/render.py tests/unit/images tests/e2e/registry
}

layers() {
    PYTHONPATH=.:operator .venv/bin/lint-imports --no-cache
}

# In turn: both write to the same cache.
{
    step "mypy" types
    step "mypy of the images" types_of_images
} &
step "ruff check" .venv/bin/ruff check --quiet .
step "ruff format" .venv/bin/ruff format --quiet --check .
step "layers" layers
step "generated files and locks" scripts/verify.sh
wait

if [[ -n $(ls "$results") ]]; then
    (cd "$results" && printf 'check: failed: %s\n' *) >&2
    exit 1
fi
