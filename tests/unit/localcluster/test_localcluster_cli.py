from __future__ import annotations

import pytest

from devtools.errors import ToolError
from localcluster import cli
from localcluster.instance import NAME_VARIABLE


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "required: COMMAND"),
        (["sideways"], "invalid choice: 'sideways'"),
        (["load"], "required: IMAGE"),
        (["tool"], "required: name"),
        (["up", "--now"], "unrecognized arguments: --now"),
    ],
)
def test_wrong_arguments_are_named_and_end_with_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)

    assert caught.value.code == 2
    assert said in capsys.readouterr().err


def test_an_unknown_tool_lists_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["tool", "docker"]) == 2

    error = capsys.readouterr().err
    assert "docker is not one of the cluster's programs" in error
    assert "kubectl" in error


def test_an_impossible_name_says_where_it_came_from(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(NAME_VARIABLE, "Not A Name")
    monkeypatch.setattr(cli, "require_cluster_host", lambda: None)

    assert cli.main(["kubeconfig"]) == 2
    error = capsys.readouterr().err
    assert "'Not A Name'" in error
    assert NAME_VARIABLE in error


def test_an_interrupt_says_how_to_go_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "require_cluster_host", interrupted)

    assert cli.main(["up"]) == 130
    assert "`up` continues from here" in capsys.readouterr().err


def test_an_error_says_what_where_and_what_to_do() -> None:
    error = ToolError("etcd has ended", where="/log/etcd.log", remedy="run `up` again")

    assert str(error).splitlines() == [
        "etcd has ended",
        "  where: /log/etcd.log",
        "  do:    run `up` again",
    ]
