"""Whatever the document allows, and what it does not, is answered as the document says."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode
from starlette.applications import Starlette

HOST = {"Host": "127.0.0.1"}


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api/models"), ("GET", "/api/search"), ("POST", "/api/captions"), ("GET", "/api/picture")],
)
def test_the_api_keeps_to_its_document(app: Starlette, method: str, path: str, mode: GenerationMode) -> None:
    operation = schemathesis.openapi.from_asgi("/openapi.json", app, headers=HOST)[path][method]
    if mode is GenerationMode.NEGATIVE and path == "/api/models":
        pytest.skip("it takes no parameters")

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.data())
    def every(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy(generation_mode=mode))
        answer = case.call(headers=HOST)
        assert answer.status_code < 500, answer.text
        case.validate_response(
            answer,
            checks=[
                schemathesis.checks.CHECKS.get_one(name)
                for name in (
                    "not_a_server_error",
                    "status_code_conformance",
                    "content_type_conformance",
                    "response_schema_conformance",
                )
            ],
            headers=HOST,
        )

    every()
