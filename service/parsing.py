"""Webargs' parser, made to read JSON strictly and to report faults as problems."""

from collections.abc import Mapping
from http import HTTPStatus
from itertools import islice
from typing import Any, NoReturn

from flask import Request
from marshmallow import Schema, ValidationError
from webargs.flaskparser import FlaskParser

from service import json_body
from service.problems import Problem, faults
from service.state import state

_MOST_FAULTS = 100  # reported at a time: a body of a megabyte can hold hundreds of thousands


class Parser(FlaskParser):
    """Reads the whole body as one JSON value and hands it to the schema."""

    def load_json(self, req: Request, schema: Schema) -> Any:  # noqa: ANN401, ARG002 - webargs' signature
        """Body of the request, parsed strictly.

        Raises:
            Problem: As `json_body.read` does; 413 for a list longer than any answer may be, whose validation would
                take long.
        """
        body = json_body.read(req)
        limit = state().settings.max_sentences
        for name in ("sentences", "documents"):
            items = body.get(name) if isinstance(body, dict) else None
            if isinstance(items, list) and len(items) > limit:
                detail = f"The request holds {len(items)} {name}; the limit is {limit}."
                raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)
        return body

    def handle_error(
        self,
        error: ValidationError,
        req: Request,  # noqa: ARG002
        schema: Schema,  # noqa: ARG002
        *,
        error_status_code: int | None,  # noqa: ARG002
        error_headers: Mapping[str, str] | None,  # noqa: ARG002
    ) -> NoReturn:
        """Turn schema faults, or the first of very many, into a 422 with a JSON pointer each."""
        found = list(islice(faults(error.messages_dict.get("json", error.messages)), _MOST_FAULTS))
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "The request is not valid.", found) from error
