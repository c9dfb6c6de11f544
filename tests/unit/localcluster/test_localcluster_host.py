from __future__ import annotations

from collections.abc import Callable

import pytest

from devtools.errors import ToolError
from localcluster import cli
from localcluster.host import require_cluster_host, require_linux


def found(name: str) -> str | None:
    return f"/usr/bin/{name}"


def missing(name: str) -> str | None:
    return None


@pytest.mark.parametrize(
    ("system", "user", "find", "reason"),
    [
        ("Darwin", 0, found, "needs Linux and this is Darwin"),
        ("", 0, found, "an unknown system"),
        ("Linux", 1000, found, "needs root"),
        ("Linux", 0, missing, "apt-get"),
    ],
)
def test_an_unsuitable_machine_gets_one_sentence_with_the_alternatives(
    system: str, user: int, find: Callable[[str], str | None], reason: str
) -> None:
    with pytest.raises(ToolError) as caught:
        require_cluster_host(lambda: system, lambda: user, find)

    sentence = str(caught.value)
    assert reason in sentence
    assert "kind create cluster" in sentence
    assert "SWIRL_CONTEXT" in sentence
    assert "\n" not in sentence
    assert caught.value.exit_code == 2


def test_a_suitable_machine_passes() -> None:
    require_cluster_host(lambda: "Linux", lambda: 0, found)


def test_building_needs_linux_but_not_root() -> None:
    require_linux(lambda: "Linux")


def test_the_command_ends_with_2_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse() -> None:
        require_linux(lambda: "Windows")

    monkeypatch.setattr(cli, "require_cluster_host", refuse)

    assert cli.main(["up"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("localcluster: no local cluster can run here because")
    assert said.err.count("\n") == 1
