#!/usr/bin/env python3
"""Writes argocd-cm.yaml from the Lua files: `render.py` writes, `render.py --check` compares.

Argo CD reads scripts from its ConfigMap `argocd-cm`; the files beside this one have the shape of
its own repository, so that they can be taken there as they are.
"""

from __future__ import annotations

import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
OUTPUT = FOLDER / "argocd-cm.yaml"
HEAD = """\
# Written by `make generate` from the Lua files beside it. Adds to a ConfigMap that is there:
#   kubectl apply --server-side --field-manager=swirl -n argocd -f argocd-cm.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: argocd-cm
  labels:
    app.kubernetes.io/part-of: argocd
data:
"""


def render() -> str:
    """Return the ConfigMap with a health check and the actions of every kind."""
    parts = [HEAD]
    for kind in sorted(path for path in FOLDER.glob("*/*") if (path / "health.lua").exists()):
        name = f"{kind.parent.name}_{kind.name}"
        parts.append(f"  resource.customizations.health.{name}: |\n")
        parts.append(_indented(kind / "health.lua", 4))
        if (kind / "actions").is_dir():
            parts.append(f"  resource.customizations.actions.{name}: |\n")
            parts.extend(_actions(kind / "actions"))
    return "".join(parts)


def _actions(folder: Path) -> list[str]:
    parts = ["    discovery.lua: |\n", _indented(folder / "discovery.lua", 6), "    definitions:\n"]
    for script in sorted(folder.glob("*/action.lua")):
        parts.append(f"    - name: {script.parent.name}\n      action.lua: |\n")
        parts.append(_indented(script, 8))
    return parts


def _indented(path: Path, by: int) -> str:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(f"{' ' * by}{line}" if line.strip() else line for line in lines)


def main() -> int:
    """Write the file, or compare it with what would be written."""
    if "--check" not in sys.argv:
        OUTPUT.write_text(render(), encoding="utf-8")
        return 0
    if OUTPUT.read_text(encoding="utf-8") == render():
        return 0
    print(f"stale: {OUTPUT.name}; run `make generate` and commit the result", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
