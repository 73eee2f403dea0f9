"""RFC 9457 problem details: the one form in which this service reports an error."""

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from flask import Response, g
from flask_smorest import Api
from werkzeug.exceptions import HTTPException, InternalServerError, default_exceptions

from service.schemas import ProblemSchema

MEDIA_TYPE = "application/problem+json"


class Problem(HTTPException):
    """An error answer.

    Args:
        status: HTTP status code.
        detail: What was wrong, in a sentence a caller can act on.
        errors: One entry a fault, each with a JSON pointer (RFC 6901) into the request and a detail.
        reason: What metrics and logs call it; by default Werkzeug's name of the status, such as BadRequest.
    """

    def __init__(
        self, status: int, detail: str, errors: Sequence[Mapping[str, str]] = (), reason: str | None = None
    ) -> None:
        super().__init__(description=detail)
        self.code = status
        self.errors = list(errors)
        self.reason = reason or default_exceptions[status].__name__


def invalid(pointer: str, detail: str) -> Problem:
    """A 422 with a single fault."""
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, [{"pointer": pointer, "detail": detail}])


def child(pointer: str, key: str | int) -> str:
    """JSON pointer to a member or element of what another pointer names."""
    return f"{pointer}/" + str(key).replace("~", "~0").replace("/", "~1")


def faults(messages: Any, pointer: str = "") -> Iterator[dict[str, str]]:  # noqa: ANN401 - marshmallow nests freely
    """Flatten marshmallow's nested error messages into pointers and details."""
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from faults(inner, pointer if key == "_schema" else child(pointer, key))
    elif isinstance(messages, str):
        yield {"pointer": pointer, "detail": messages}
    else:
        for message in messages:
            yield from faults(message, pointer)


class ProblemApi(Api):
    """Flask-smorest's API, answering every HTTP error, and every unforeseen one, as a problem document."""

    ERROR_SCHEMA = ProblemSchema

    def handle_http_exception(self, error: HTTPException) -> Response:
        """Called by Flask for every error."""
        return _answer(error)


def _answer(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    g.reason = error.reason if isinstance(error, Problem) else type(error).__name__
    internal = isinstance(error, InternalServerError)
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": "The service failed to answer; the fault is logged." if internal else error.description,
        "request_id": g.request_id,
    }
    if isinstance(error, Problem) and error.errors:
        body["errors"] = error.errors
    response = Response(orjson.dumps(body), status, mimetype=MEDIA_TYPE)
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response
