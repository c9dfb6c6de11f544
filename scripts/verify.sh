#!/bin/bash
# Are generated files and locks what their sources say? Needs no network.
set -uo pipefail
cd "$(dirname "$0")/.."
status=0
.venv/bin/python -m swirl.api.crd --check || status=1
PYTHONPATH=.:operator .venv/bin/python -m swirl_operator.reference --check || status=1
diff --recursive --brief crds charts/swirl/files/crds || {
    echo "stale: charts/swirl/files/crds; run \`make generate\` and commit the result" >&2
    status=1
}
.venv/bin/python integrations/argocd/render.py --check || status=1
.venv/bin/python requirements/lock.py --check || status=1
if tracked=$(git ls-files --cached --ignored --exclude-standard 2>/dev/null) && [[ -n $tracked ]]; then
    echo "tracked though .gitignore names it: ${tracked//$'\n'/ }; \`git rm --cached\` it" >&2
    status=1
fi
exit $status
