"""The application over ASGI: protocols, errors, limits, health. No sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from swirl.scorer.app import create_app
from swirl.scorer.limits import MAX_BODY, MAX_ROWS
from swirl.scorer.service import Service
from tests.unit.distribution.project import METADATA

BASE = "/v2/models/sentiment"


@pytest.fixture
async def client(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=create_app(service))
    async with httpx.AsyncClient(transport=transport, base_url="http://scorer") as client:
        yield client


def text_tensor(*texts: Any, **changes: Any) -> dict[str, Any]:
    tensor = {"name": "text", "datatype": "BYTES", "shape": [len(texts)], "data": list(texts)}
    return {"inputs": [tensor | changes]}


async def test_rows_one_in_one_out(client: httpx.AsyncClient) -> None:
    answer = await client.post(f"{BASE}/rows", json={"text": "good"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["predictedLabel"] == "positive"


async def test_rows_list_in_list_out(client: httpx.AsyncClient) -> None:
    answer = await client.post(f"{BASE}/rows", json=[{"text": "bad"}, {"text": ""}])
    assert [row["predictedLabel"] for row in answer.json()] == ["negative", "neutral"]
    assert (await client.post(f"{BASE}/rows", json=[])).json() == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "the body is not JSON"),
        (b"{", "the body is not JSON"),
        (b'"x"', "a row should be an object, is the text 'x'"),
        (b'[{"text":"a"},{}]', "row 1: field 'text' is missing"),
        (b'{"text":"a","more":1}', "unknown field 'more'; the model takes text"),
        (b'{"text":1}', "field 'text' should be a text (BYTES), is the number 1"),
        (b'{"text":null}', "column 'text': should be a text, is null"),
    ],
)
async def test_rows_refused(client: httpx.AsyncClient, body: bytes, message: str) -> None:
    answer = await client.post(f"{BASE}/rows", content=body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["title"], problem["status"]) == ("Bad Request", 400)
    assert message in problem["detail"]
    # The member that the Open Inference Protocol names.
    assert problem["error"] == problem["detail"]


async def test_infer(client: httpx.AsyncClient) -> None:
    request = text_tensor("good", "bad") | {"id": "q-1", "parameters": {"any": 1}}
    answer = await client.post(f"{BASE}/infer", json=request)
    body = answer.json()
    assert answer.status_code == 200
    assert (body["model_name"], body["model_version"], body["id"]) == ("sentiment", "v7", "q-1")
    outputs = {output.pop("name"): output for output in body["outputs"]}
    assert outputs["predictedLabel"] == {
        "shape": [2],
        "datatype": "BYTES",
        "data": ["positive", "negative"],
    }
    assert outputs["probability"]["shape"] == [2, 3]
    assert len(outputs["probability"]["data"]) == 6


async def test_infer_selects_outputs_in_order(client: httpx.AsyncClient) -> None:
    wanted = {"outputs": [{"name": "predictedLabel"}, {"name": "prediction"}]}
    body = (await client.post(f"{BASE}/infer", json=text_tensor("bad") | wanted)).json()
    assert [output["name"] for output in body["outputs"]] == ["predictedLabel", "prediction"]
    assert "id" not in body


@pytest.mark.parametrize(
    "changes",
    [
        {"shape": [2, 1]},
        {"shape": [2, 1], "data": [["good"], ["bad"]]},
    ],
)
async def test_infer_column_shapes(client: httpx.AsyncClient, changes: dict[str, Any]) -> None:
    answer = await client.post(f"{BASE}/infer", json=text_tensor("good", "bad", **changes))
    assert answer.json()["outputs"][0]["data"] == [0.0, 1.0]


async def test_infer_without_rows(client: httpx.AsyncClient) -> None:
    body = (await client.post(f"{BASE}/infer", json=text_tensor())).json()
    assert [(output["shape"], output["data"]) for output in body["outputs"]] == [
        ([0], []),
        ([0], []),
        ([0, 3], []),
    ]


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ([], "the request should be an object, is a list of 0"),
        ({}, "inputs should be a list of tensors, is null"),
        ({"inputs": []}, "input 'text' is missing; it should be a text (BYTES)"),
        ({"inputs": ["x"]}, "every input should be an object with a name"),
        (text_tensor("a", name="body"), "unknown field 'body'; the model takes text"),
        ({"inputs": text_tensor("a")["inputs"] * 2}, "input 'text' is given twice"),
        (text_tensor("a", datatype="FP99"), "should have datatype BYTES, has 'FP99'"),
        (text_tensor("a", shape=[2]), "has shape [2], which is 2 values, but 1 in data"),
        (text_tensor("a", shape=[1, 3]), "should have shape [rows] or [rows, 1], has [1, 3]"),
        (text_tensor("a", shape=[-1]), "should be a list of sizes, is [-1]"),
        (text_tensor("a", shape=None), "should be a list of sizes, is None"),
        (text_tensor("a", data="a"), "data of input 'text' should be a list, is the text 'a'"),
        (text_tensor("a", 1), "row 1: field 'text' should be a text (BYTES), is the number 1"),
        (text_tensor("a", shape=[1, 1], data=[["a", "b"]]), "a row of 2 values, the shape says 1"),
        (text_tensor("a", shape=[2, 1], data=[["a"]]), "is not nested as its shape [2, 1] says"),
        (text_tensor("a", None), "row 1: column 'text': should be a text, is null"),
        (text_tensor("a") | {"id": 1}, "id should be a text, is the number 1"),
        (text_tensor("a") | {"parameters": []}, "parameters should be an object"),
        (text_tensor("a") | {"outputs": [{"name": "x"}]}, "unknown output 'x'; the model has"),
        (text_tensor("a") | {"outputs": {}}, "outputs should be a list, is an object"),
    ],
)
async def test_infer_refused(client: httpx.AsyncClient, request_: Any, message: str) -> None:
    answer = await client.post(f"{BASE}/infer", json=request_)
    assert answer.status_code == 400
    assert message in answer.json()["error"]


async def test_too_many_rows(client: httpx.AsyncClient) -> None:
    many = ["x"] * (MAX_ROWS + 1)
    for path, body in (("rows", [{"text": x} for x in many]), ("infer", text_tensor(*many))):
        answer = await client.post(f"{BASE}/{path}", json=body)
        assert answer.status_code == 400
        assert "1001 rows in one request; at most 1000" in answer.json()["error"]
    most = await client.post(f"{BASE}/rows", json=[{"text": "x"}] * MAX_ROWS)
    assert len(most.json()) == MAX_ROWS


@pytest.mark.parametrize("announced", [True, False])
async def test_too_large_a_body(
    client: httpx.AsyncClient, service: Service, announced: bool
) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(9):
            yield b"x" * (MAX_BODY // 8)

    content: Any = b"x" * (MAX_BODY + 1) if announced else chunks()
    answer = await client.post(f"{BASE}/rows", content=content)
    assert answer.status_code == 413
    assert "larger than 8388608 bytes" in answer.json()["error"]
    assert answer.headers["connection"] == "close"
    assert service.stats.requests == {("rows", 413): 1}


async def test_a_large_request_keeps_nobody_waiting(client: httpx.AsyncClient) -> None:
    words = " ".join(f"w{number}" for number in range(300_000))
    large = asyncio.create_task(client.post(f"{BASE}/rows", json={"text": words + " good"}))
    for _ in range(3):
        small = await client.post(f"{BASE}/rows", json={"text": "good"})
        assert small.status_code == 200
        assert (await client.get("/v2/health/ready")).status_code == 200
    assert not large.done()
    assert (await large).status_code == 200


async def test_body_in_pieces(client: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for part in (b'{"te', b'xt":"go', b'od"}'):
            yield part

    answer = await client.post(f"{BASE}/rows", content=chunks())
    assert answer.json()["predictedLabel"] == "positive"


async def test_binary_tensors_are_refused_clearly(client: httpx.AsyncClient) -> None:
    headers = {"Inference-Header-Content-Length": "10"}
    answer = await client.post(f"{BASE}/infer", content=b"x" * 20, headers=headers)
    assert (answer.status_code, "binary tensors" in answer.json()["error"]) == (400, True)


async def test_metadata(client: httpx.AsyncClient) -> None:
    for path in (BASE, f"{BASE}/versions/v7"):
        body = (await client.get(path)).json()
        assert (body["name"], body["versions"], body["platform"]) == (
            "sentiment",
            ["v7"],
            "spark-ml",
        )
        assert body["inputs"] == [{"name": "text", "datatype": "BYTES", "shape": [-1]}]
        assert body["outputs"][2] == {"name": "probability", "datatype": "FP64", "shape": [-1, 3]}
    server = (await client.get("/v2")).json()
    assert (server["name"], server["extensions"]) == ("swirl-scorer", [])


async def test_its_version_is_that_of_the_distribution(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swirl.scorer.app.version", lambda name: f"1 of {name}")
    assert (await client.get("/v2")).json()["version"] == f"1 of {METADATA['name']}"


async def test_versioned_paths_score_too(client: httpx.AsyncClient) -> None:
    answer = await client.post(f"{BASE}/versions/v7/rows", json={"text": "bad"})
    assert answer.json()["predictedLabel"] == "negative"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("POST", "/v2/models/other/infer", 404),
        ("POST", f"{BASE}/versions/v8/infer", 404),
        ("GET", f"{BASE}/infer", 405),
        ("POST", "/v2/health/live", 405),
    ],
)
async def test_wrong_paths(client: httpx.AsyncClient, method: str, path: str, status: int) -> None:
    answer = await client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert path in answer.json()["error"]


async def test_readiness_goes_while_scoring_stays(
    client: httpx.AsyncClient, service: Service
) -> None:
    probes = ("/v2/health/live", "/v2/health/ready", f"{BASE}/ready")
    assert [(await client.get(path)).status_code for path in probes] == [200, 200, 200]
    service.draining = True
    assert [(await client.get(path)).status_code for path in probes] == [200, 503, 503]
    answer = await client.post(f"{BASE}/rows", json={"text": "good"})
    assert (answer.status_code, answer.headers["connection"]) == (200, "close")


async def test_our_own_fault_is_a_500_that_tells_nothing(
    client: httpx.AsyncClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise KeyError("secret")

    monkeypatch.setitem(service._scores, "rows", broken)
    answer = await client.post(f"{BASE}/rows", json={"text": "good"})
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert (await client.post(f"{BASE}/infer", json=text_tensor("good"))).status_code == 200


async def test_short_way_and_fastapi_answer_alike(service: Service) -> None:
    short = create_app(service)
    bodies = [{"text": "good"}, {"text": 1}, [{"text": "bad"}]]
    answers = []
    for app in (short, short._app):
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://s") as client:
            got = [await client.post(f"{BASE}/rows", json=body) for body in bodies]
            answers.append([(a.status_code, a.content, a.headers["content-type"]) for a in got])
    assert answers[0] == answers[1]


async def test_openapi_shows_the_models_fields(client: httpx.AsyncClient) -> None:
    paths = (await client.get("/openapi.json")).json()["paths"]
    body = paths[f"{BASE}/rows"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body["oneOf"][0]["properties"] == {"text": {"type": ["string", "null"]}}
    answer = paths[f"{BASE}/rows"]["post"]["responses"]["200"]["content"]["application/json"]
    assert answer["schema"]["oneOf"][0]["properties"]["probability"]["maxItems"] == 3
    infer = paths[f"{BASE}/infer"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert infer["required"] == ["inputs"]


async def test_metrics(client: httpx.AsyncClient) -> None:
    await client.post(f"{BASE}/rows", json=[{"text": "good"}, {"text": "bad"}])
    await client.post(f"{BASE}/rows", content=b"{")
    text = (await client.get("/metrics")).text
    for line in (
        'swirl_scorer_requests_total{code="200",endpoint="rows"} 1.0',
        'swirl_scorer_requests_total{code="400",endpoint="rows"} 1.0',
        'swirl_scorer_predictions_total{label="positive"} 1.0',
        'swirl_scorer_predictions_total{label="neutral"} 0.0',
        'swirl_scorer_request_seconds_bucket{le="+Inf"} 2.0',
        "swirl_scorer_request_seconds_count 2.0",
        "swirl_scorer_in_flight 0.0",
    ):
        assert line in text.replace(
            'endpoint="rows",code="200"', 'code="200",endpoint="rows"'
        ).replace('endpoint="rows",code="400"', 'code="400",endpoint="rows"')


async def test_caller_that_leaves_costs_nothing(service: Service) -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": f"{BASE}/rows", "headers": []}
    await create_app(service)(scope, receive, send)
    assert (sent, service.stats.total, service.stats.in_flight) == ([], 0, 0)
