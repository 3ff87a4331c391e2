from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor

import jsonschema
import pytest
from PIL import Image
from starlette.testclient import TestClient

from crossret.serve.app import application
from crossret.serve.limits import LOOPBACK, MOST_BYTES, Rate
from crossret.serve.models import Shelf

from .conftest import BASE, Run, png

PNG = {"Content-Type": "image/png"}


def test_every_model_of_the_run_is_named_by_its_method(client: TestClient) -> None:
    models = client.get("/api/models").json()["models"]
    assert {model["label"] for model in models} == {"translate-train", "all-terms"}
    assert all(model["trained"] == ["es"] and model["languages"] == ["en", "es", "zz"] for model in models)
    scores = [model["validation"] for model in models]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(("query", "asked"), [("target", "aro azul"), ("translated", "blue circle")])
def test_a_text_finds_its_picture(client: TestClient, model: str, query: str, asked: str) -> None:
    answer = client.get(
        "/api/search", params={"model": model, "text": "aro azul", "lang": "es", "query": query, "top": 3}
    ).json()
    assert answer["asked"] == asked
    assert answer["hits"][0]["item"] == "test-blue-circle"
    assert len(answer["hits"]) == 3
    picture = client.get(answer["hits"][0]["picture"])
    assert picture.headers["content-type"] == "image/webp"
    assert Image.open(io.BytesIO(picture.content)).size == (32, 32)


def test_a_picture_finds_its_caption_as_the_gallery_has_it(client: TestClient, model: str, run: Run) -> None:
    answer = client.post(
        "/api/captions",
        params={"model": model, "lang": "es", "top": 24},
        content=run.picture("test-blue-circle"),
        headers=PNG,
    ).json()
    scores = {hit["text"]: hit["score"] for hit in answer["hits"]}
    searched = client.get("/api/search", params={"model": model, "text": "aro azul", "lang": "es", "top": 24}).json()
    same = next(hit["score"] for hit in searched["hits"] if hit["item"] == "test-blue-circle")
    assert scores["aro azul"] == pytest.approx(same, abs=1e-5)


def test_eight_clients_at_once_get_what_each_would_get_alone(client: TestClient, shelf: Shelf) -> None:
    wanted = [
        {"model": name, "text": text, "lang": "es", "top": "5"}
        for name in shelf.models
        for text in ("aro azul", "caja roja", "cruz verde", "vara negra")
    ]
    alone = [client.get("/api/search", params=params).json() for params in wanted]
    with ThreadPoolExecutor(8) as clients:
        together = list(clients.map(lambda params: client.get("/api/search", params=params).json(), wanted))
    for answer, expected in zip(together, alone, strict=True):
        assert [hit["item"] for hit in answer["hits"]] == [hit["item"] for hit in expected["hits"]]
        # What is read together may be rounded otherwise.
        scores = [hit["score"] for hit in expected["hits"]]
        assert [hit["score"] for hit in answer["hits"]] == pytest.approx(scores, abs=1e-6)


@pytest.mark.parametrize(
    ("path", "changes", "status", "says"),
    [
        ("/api/search", {"model": "nobody"}, 404, "unknown model 'nobody'"),
        ("/api/search", {"model": "../../etc"}, 404, "unknown model"),
        ("/api/search", {"lang": "es-"}, 404, "did you mean 'es'?"),
        ("/api/search", {"gallery": "val"}, 404, "unknown gallery 'val'"),
        ("/api/search", {"text": "x" * 501}, 400, "text: String should have at most 500"),
        ("/api/search", {"text": "  "}, 400, "text: "),
        ("/api/search", {"top": "0"}, 400, "top: "),
        ("/api/search", {"more": "1"}, 400, "more: "),
        ("/api/search", {"lang": "zz", "query": "translated"}, 422, "no translation route"),
        ("/api/picture", {"item": "../../../etc/passwd", "text": None, "lang": None}, 404, "unknown item"),
        ("/api/picture", {"item": "train-blue-circle", "text": None, "lang": None}, 404, "unknown item"),
        ("/../../pyproject.toml", {}, 404, "Not Found"),
        ("/%2e%2e/app.py", {}, 404, "Not Found"),
    ],
)
def test_what_is_not_there_is_refused_in_one_line(
    client: TestClient, model: str, path: str, changes: dict[str, str | None], status: int, says: str
) -> None:
    params = {"model": model, "text": "aro azul", "lang": "es"} | changes
    answer = client.get(path, params={name: value for name, value in params.items() if value is not None})
    assert answer.status_code == status
    assert says in answer.json()["error"]
    assert "\n" not in answer.json()["error"]


def test_script_in_a_query_is_only_ever_data(client: TestClient, model: str) -> None:
    text = "<script>alert(1)</script>"
    answer = client.get("/api/search", params={"model": model, "text": text, "lang": "es"})
    assert answer.json()["asked"] == text
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    policy = client.get("/").headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"not a picture", "image/png", 422),
        (png(6000, 6000), "image/png", 413),
        (png(20_000, 20_000), "image/png", 413),
        (b"\0" * (MOST_BYTES + 1), "image/png", 413),
        (png(8, 8)[:40], "image/png", 422),
        (png(8, 8), "text/html", 415),
    ],
    ids=["no picture", "pixels", "bomb", "bytes", "cut off", "kind"],
)
def test_uploads_that_would_do_harm(client: TestClient, model: str, content: bytes, kind: str, status: int) -> None:
    answer = client.post(
        "/api/captions", params={"model": model, "lang": "es"}, content=content, headers={"Content-Type": kind}
    )
    assert answer.status_code == status
    assert list(answer.json()) == ["error"]


def test_more_requests_than_allowed_wait(shelf: Shelf) -> None:
    client = TestClient(application(shelf, rate=1, hosts=LOOPBACK), base_url=BASE)
    statuses = [client.get("/api/models").status_code for _ in range(4)]
    assert statuses == [200, 200, 429, 429]
    assert client.get("/api/models").headers["retry-after"] == "1"
    assert client.get("/").status_code == 200


def test_the_rate_is_that_of_each_address_and_recovers() -> None:
    clock = [0.0]
    rate = Rate(1, lambda: clock[0])
    assert [rate.allows("a") for _ in range(3)] == [True, True, False]
    assert rate.allows("b")
    clock[0] = 1.0
    assert [rate.allows("a") for _ in range(2)] == [True, False]


def test_a_name_that_leads_here_from_elsewhere_is_refused(client: TestClient) -> None:
    assert client.get("/", headers={"Host": "attacker.example"}).status_code == 400
    assert client.get("/", headers={"Host": "localhost:8000"}).status_code == 200
    assert client.get("/", headers={"Host": "[::1]:8000"}).status_code == 200


def test_answers_are_as_the_document_says(client: TestClient, model: str) -> None:
    document = client.get("/openapi.json").json()
    answer = client.get("/api/search", params={"model": model, "text": "aro azul", "lang": "es"}).json()
    schema = {"$ref": "#/components/schemas/Pictures", "components": document["components"]}
    jsonschema.validate(answer, schema)
