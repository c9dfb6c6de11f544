"""Settings from the environment, with errors a person can act on."""

from __future__ import annotations

import pytest

from swirl_operator.settings import SettingsError, from_environment

ENVIRONMENT = {
    "SWIRL_SCORER_IMAGE": "swirl/scorer:1",
    "SWIRL_MONITOR_IMAGE": "swirl/monitor:1",
    "SWIRL_ARTIFACTS_URI": "file:///var/lib/swirl/artifacts",
    "SWIRL_POD_NAME": "operator-0",
    "SWIRL_POD_NAMESPACE": "swirl-system",
}


def test_the_defaults_are_the_charts() -> None:
    settings = from_environment(ENVIRONMENT)
    assert settings.namespaces == ()
    assert settings.artifacts_claim == "swirl-artifacts"
    assert settings.kafka_bootstrap is None
    assert settings.changes_topic == "swirl.changes"
    assert settings.probe_port == 8080


def test_everything_can_be_said() -> None:
    settings = from_environment(
        {
            **ENVIRONMENT,
            "SWIRL_NAMESPACES": " b, a,,a ",
            "SWIRL_KAFKA_BOOTSTRAP": "kafka:9092",
            "SWIRL_CHANGES_TOPIC": "changes",
            "SWIRL_LEASE_NAME": "lease",
            "SWIRL_PROBE_PORT": "9090",
        }
    )
    assert settings.namespaces == ("a", "b")
    options = settings.runtime()
    assert options.namespaces == ("a", "b")
    assert options.identity == "operator-0"
    assert (options.lease_namespace, options.lease_name) == ("swirl-system", "lease")
    assert (options.kafka_bootstrap, options.changes_topic) == ("kafka:9092", "changes")
    assert options.probe_port == 9090


def test_all_missing_variables_are_named_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        from_environment({"SWIRL_POD_NAME": "x", "SWIRL_SCORER_IMAGE": " "})
    message = str(caught.value)
    for variable in ENVIRONMENT.keys() - {"SWIRL_POD_NAME"}:
        assert variable in message
    assert "SWIRL_POD_NAME," not in message


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SWIRL_PROBE_PORT", "http"),
        ("SWIRL_PROBE_PORT", "70000"),
        ("SWIRL_ARTIFACTS_URI", "/var/lib"),
    ],
)
def test_nonsense_is_refused_by_name(variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        from_environment({**ENVIRONMENT, variable: value})
