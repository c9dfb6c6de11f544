"""Settings of Pods, layer over layer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swirl.api.pods import PodSettings, Workload
from swirl.wire.containers import ScorerEnvironment
from swirl_operator.pods.builder import container, pod_spec, pod_template
from swirl_operator.pods.kept import contradictions
from swirl_operator.pods.settings import Defaults, Layer, configured
from swirl_operator.runtime.interface import Object
from swirl_operator.status.invalid import InvalidObject
from tests.support.soak import chosen

OWN = ScorerEnvironment(model_name="m", model_uri="file:///m").described()
SECRET = {"secretKeyRef": {"name": "s", "key": "k"}}


def base() -> Object:
    main = container(
        "scorer",
        image="swirl/scorer:1",
        imagePullPolicy="IfNotPresent",
        env=[{"name": "SWIRL_MODEL_NAME", "value": "m"}],
        ports=[{"name": "http", "containerPort": 8080}],
        resources={"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"memory": "1Gi"}},
        mounts=[{"name": "artifacts", "mountPath": "/artifacts"}],
    )
    spec = pod_spec(
        main,
        volumes=[{"name": "artifacts", "persistentVolumeClaim": {"claimName": "c"}}],
        serviceAccountName="swirl-scorer",
        automountServiceAccountToken=False,
    )
    return pod_template(spec, labels={"swirl.dev/name": "sentiment", "swirl.dev/role": "scorer"})


def layer(where: str = "spec", **said: Any) -> Layer:
    return Layer.of(Workload.model_validate(said), where)


def made(*layers: Layer, role: str = "scorer") -> Object:
    return configured(base(), layers, role=role, own_variables=OWN)


def main(pod: Object) -> Object:
    found: Object = pod["spec"]["containers"][0]
    return found


def refused(**said: Any) -> str:
    with pytest.raises(InvalidObject) as caught:
        made(layer(**said))
    return str(caught.value)


def test_without_a_word_the_pod_is_as_it_was() -> None:
    assert made() == base()
    assert made(layer(), layer()) == base()


def test_variables_of_every_source_come_before_swirls_own() -> None:
    env = [
        {"name": "A", "value": ""},
        {"name": "B", "valueFrom": SECRET},
        {
            "name": "C",
            "valueFrom": {"configMapKeyRef": {"name": "c", "key": "k", "optional": True}},
        },
        {"name": "D", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
        {
            "name": "E",
            "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu", "divisor": "1m"}},
        },
    ]
    assert main(made(layer(env=env)))["env"] == [*env, *main(base())["env"]]


def test_a_later_layer_wins_variable_by_variable() -> None:
    first = layer(env=[{"name": "A", "value": "1"}, {"name": "B", "value": "1"}])
    second = layer(env=[{"name": "A", "valueFrom": SECRET}])
    assert main(made(first, second))["env"][:2] == [
        {"name": "A", "valueFrom": SECRET},
        {"name": "B", "value": "1"},
    ]


def test_swirls_own_variables_are_nobody_elses() -> None:
    own = [{"name": name, "value": "x"} for name in OWN]
    template = {"spec": {"containers": [{"name": "swirl", "env": own}]}}
    for said in ({"env": own}, {"pod": {"template": template}}):
        assert main(made(layer(**said)))["env"] == main(base())["env"]
    removed = [{"name": "SWIRL_MODEL_NAME", "$patch": "delete"}]
    template = {"spec": {"containers": [{"name": "swirl", "env": removed}]}}
    assert main(made(layer(pod={"template": template})))["env"] == main(base())["env"]


def test_sources_of_variables_and_tolerations_add_up() -> None:
    proxy, mine = {"configMapRef": {"name": "proxy"}}, {"secretRef": {"name": "mine"}}
    dedicated, gpu = (
        {"key": "dedicated", "operator": "Exists"},
        {"key": "gpu", "effect": "NoExecute"},
    )
    pod = made(
        layer(envFrom=[proxy], pod={"tolerations": [dedicated]}),
        layer(envFrom=[mine], pod={"tolerations": [gpu]}),
    )
    assert main(pod)["envFrom"] == [proxy, mine]
    assert pod["spec"]["tolerations"] == [dedicated, gpu]


def test_every_field_lands_where_kubernetes_has_it() -> None:
    zone = {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}
    every = {
        "labels": {"team": "ads"},
        "annotations": {"prometheus.io/scrape": "true"},
        "nodeSelector": {"pool": "gpu"},
        "tolerations": [{"key": "gpu", "operator": "Exists", "effect": "NoSchedule"}],
        "affinity": {"nodeAffinity": {"x": 1}},
        "topologySpreadConstraints": [zone],
        "priorityClassName": "high",
        "runtimeClassName": "nvidia",
        "schedulerName": "volcano",
        "imagePullSecrets": [{"name": "registry"}],
        "imagePullPolicy": "Always",
        "volumes": [{"name": "data", "secret": {"secretName": "d"}}],
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    assert every.keys() == {field.alias for field in PodSettings.model_fields.values()} - {
        "template"
    }
    pod = made(layer(pod=every))
    assert pod["metadata"]["labels"]["team"] == "ads"
    assert pod["metadata"]["annotations"] == every["annotations"]
    of_pod = every.keys() - {
        "labels",
        "annotations",
        "volumes",
        "volumeMounts",
        "imagePullPolicy",
    }
    assert {key: pod["spec"][key] for key in of_pod} == {key: every[key] for key in of_pod}
    assert main(pod)["imagePullPolicy"] == "Always"
    assert pod["spec"]["volumes"][-1] == {"name": "data", "secret": {"secretName": "d"}}
    assert main(pod)["volumeMounts"][-1] == {"name": "data", "mountPath": "/data"}


def test_what_is_not_known_is_handed_on_to_be_named_by_the_api_server() -> None:
    said: dict[str, Any] = {
        "env": [{"name": "A", "value": "1", "valuFrom": SECRET}],
        "pod": {"tolerations": [{"key": "a", "efect": "NoSchedule"}]},
    }
    pod = made(layer(**said))
    assert main(pod)["env"][0]["valuFrom"] == SECRET
    assert pod["spec"]["tolerations"] == [{"key": "a", "efect": "NoSchedule"}]


def test_the_template_is_over_the_fields_and_the_next_layer_over_the_template() -> None:
    first = layer(
        pod={
            "nodeSelector": {"pool": "a", "disk": "ssd"},
            "template": {"spec": {"nodeSelector": {"pool": "b"}}},
        }
    )
    assert made(first)["spec"]["nodeSelector"] == {"pool": "b", "disk": "ssd"}
    second = layer(pod={"nodeSelector": {"pool": "c"}})
    assert made(first, second)["spec"]["nodeSelector"] == {"pool": "c", "disk": "ssd"}


def test_a_template_takes_away_what_a_platform_chooses_itself() -> None:
    free = dict.fromkeys(("runAsUser", "runAsGroup", "fsGroup"))
    pod = made(layer(pod={"template": {"spec": {"securityContext": free}}}))
    assert pod["spec"]["securityContext"] == {
        "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    inner = {"containers": [{"name": "swirl", "securityContext": {"privileged": None}}]}
    assert main(made(layer(pod={"template": {"spec": inner}}))) == main(base())


def test_a_template_speaks_to_the_container_of_its_role_or_to_swirls_in_all() -> None:
    containers = [
        {"name": "swirl", "lifecycle": {"a": 1}},
        {"name": "scorer", "tty": True},
        {"name": "driver", "stdin": True},
        {"name": "executor", "stdin": True},
        {"name": "proxy", "image": "p:1"},
    ]
    pod = made(layer(pod={"template": {"spec": {"containers": containers}}}))
    assert [item["name"] for item in pod["spec"]["containers"]] == ["scorer", "proxy"]
    assert (main(pod)["lifecycle"], main(pod)["tty"]) == ({"a": 1}, True)
    assert "stdin" not in main(pod)


def test_defaults_are_under_what_an_object_says() -> None:
    workload = Workload.model_validate(
        {"pod": {"imagePullSecrets": [{"name": "company"}], "imagePullPolicy": "Always"}}
    )
    own = layer(pod={"imagePullSecrets": [{"name": "mine"}], "imagePullPolicy": "Never"})
    pod = made(*Defaults(workload).under(own))
    assert pod["spec"]["imagePullSecrets"] == [{"name": "company"}, {"name": "mine"}]
    assert main(pod)["imagePullPolicy"] == "Never"


# -- what Swirl keeps ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ({"metadata": {"name": "x"}}, "metadata.name: of a Pod only labels and annotations"),
        ({"metadata": {"labels": {"swirl.dev/name": "x"}}}, "swirl.dev/name is Swirl's own"),
        ({"metadata": {"labels": {"swirl.dev/name": None}}}, "swirl.dev/name is Swirl's own"),
        ({"metadata": {"labels": {"swirl.dev/job": "x"}}}, "swirl.dev/job is Swirl's own"),
        ({"metadata": {"labels": "x"}}, "metadata.labels must be an object"),
        ({"metadata": []}, "spec.pod.template.metadata must be an object"),
        ({"spec": {"restartPolicy": "Never"}}, "spec.restartPolicy: Swirl decides"),
        ({"spec": {"serviceAccountName": "mine"}}, "spec.serviceAccountName: the account"),
        ({"spec": {"serviceAccountName": None}}, "spec.serviceAccountName: the account"),
        ({"spec": {"automountServiceAccountToken": True}}, "automountServiceAccountToken: "),
        ({"spec": {"activeDeadlineSeconds": 5}}, "use spec.timeoutSeconds"),
        ({"spec": {"containers": None}}, "spec.containers must be a list"),
        ({"spec": {"containers": [{"$patch": "replace"}]}}, "scorer, Swirl's own, must be there"),
        ({"spec": {"containers": ["x"]}}, "spec.containers must be a list"),
        ({"spec": {"volumes": None}}, "spec.volumes must be a list"),
        (
            {"spec": {"volumes": [{"name": "artifacts", "emptyDir": {}}]}},
            "artifacts is Swirl's own",
        ),
        ({"sepc": {}}, "spec.pod.template.sepc: a template has `metadata` and `spec`"),
    ],
)
def test_what_a_template_cannot_change(template: Object, words: str) -> None:
    assert words in refused(pod={"template": template})


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"image": "mine:1"}, "containers[scorer].image: use spec.image, spec.runtime.image"),
        ({"command": ["sh"]}, "containers[scorer].command: "),
        ({"args": ["x"]}, "containers[scorer].args: "),
        ({"resources": {"limits": {"memory": "9Gi"}}}, "resources.limits.memory: use the field"),
        ({"resources": {"requests": {"cpu": None}}}, "resources.requests.cpu: use the field"),
        ({"resources": {"limits": "x"}}, "resources.limits.memory: use the field"),
        ({"ports": None}, "ports: 8080 is Swirl's own"),
        ({"ports": "x"}, "ports must be a list"),
        ({"volumeMounts": [{"mountPath": "/artifacts", "name": "x"}]}, "/artifacts is Swirl's own"),
    ],
)
def test_what_a_template_cannot_change_of_the_container(fields: Object, words: str) -> None:
    template = {"spec": {"containers": [{"name": "swirl", **fields}]}}
    assert words in refused(pod={"template": template})


def test_secrets_that_swirl_itself_needs_as_variables_stay() -> None:
    bucket, mine = {"secretRef": {"name": "bucket"}}, {"secretRef": {"name": "mine"}}
    template = base()
    template["spec"]["containers"][0]["envFrom"] = [bucket]
    more = configured(template, [layer(envFrom=[mine])], role="scorer", own_variables=OWN)
    assert main(more)["envFrom"] == [bucket, mine]
    instead = {"spec": {"containers": [{"name": "swirl", "envFrom": [mine]}]}}
    with pytest.raises(InvalidObject, match="envFrom: bucket is Swirl's own"):
        configured(template, [layer(pod={"template": instead})], role="scorer", own_variables=OWN)


def test_fields_cannot_change_it_either() -> None:
    assert "swirl.dev/name is Swirl's own" in refused(pod={"labels": {"swirl.dev/name": "x"}})
    mount = {"name": "x", "mountPath": "/artifacts"}
    assert "/artifacts is Swirl's own" in refused(pod={"volumeMounts": [mount]})


def test_who_is_to_blame_is_named() -> None:
    bad = layer("the chart's value workloads", pod={"labels": {"swirl.dev/name": "x"}})
    with pytest.raises(InvalidObject) as caught:
        made(bad, layer())
    assert str(caught.value).startswith("the chart's value workloads.pod: metadata.labels: ")


def test_the_volume_under_tmp_may_be_another() -> None:
    claim = {"name": "tmp", "ephemeral": {"volumeClaimTemplate": {}}}
    pod = made(layer(pod={"volumes": [claim]}))
    assert claim in pod["spec"]["volumes"]


def test_a_label_of_the_users_may_be_changed_by_a_later_layer() -> None:
    first, second = layer(pod={"labels": {"team": "a"}}), layer(pod={"labels": {"team": "b"}})
    assert made(first, second)["metadata"]["labels"]["team"] == "b"


# -- whatever a template says --------------------------------------------------------------------

_OF_PODS = ("metadata", "spec", "containers", "volumes", "labels", "annotations", "restartPolicy")
_OF_CONTAINERS = ("name", "env", "envFrom", "volumeMounts", "ports", "image", "args", "resources")
_DEEPER = ("mountPath", "containerPort", "limits", "cpu", "swirl.dev/name", "$patch")
_NAMES = st.sampled_from((*_OF_PODS, *_OF_CONTAINERS, *_DEEPER))
_TEXTS = st.sampled_from(
    ("swirl", "scorer", "driver", "tmp", "artifacts", "/artifacts", "/tmp", "delete", "replace")
)
_VALUES = st.recursive(
    st.none() | st.just(8080) | _TEXTS,
    lambda inner: st.dictionaries(_NAMES, inner, max_size=4) | st.lists(inner, max_size=3),
    max_leaves=12,
)
_CONTAINER = st.fixed_dictionaries(
    {"name": _TEXTS}, optional=dict.fromkeys(("env", "volumeMounts", "ports", "image"), _VALUES)
)
_TEMPLATES = st.fixed_dictionaries(
    {},
    optional={
        "metadata": _VALUES | st.fixed_dictionaries({"labels": _VALUES}),
        "spec": st.dictionaries(_NAMES, _VALUES, max_size=3)
        | st.fixed_dictionaries({"containers": st.lists(_CONTAINER | _VALUES, max_size=3)}),
    },
)


@pytest.mark.soak
@settings(max_examples=chosen(300, 20000))
@given(st.lists(_TEMPLATES, min_size=1, max_size=2))
def test_a_template_is_refused_or_what_swirl_keeps_is_kept(templates: list[Object]) -> None:
    layers = [
        Layer("spec", pod=PodSettings.model_construct(template=template)) for template in templates
    ]
    try:
        pod = made(*layers)
    except InvalidObject:
        return
    assert contradictions(base(), pod, "scorer") == []
    own = main(base())["env"]
    assert main(pod)["env"][-len(own) :] == own
    said = [item for item in main(pod)["env"][: -len(own)] if isinstance(item, dict)]
    assert not [item for item in said if item.get("name") in OWN]
