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
        """Body of the request, parsed strictly."""
        return json_body.read(req, state().settings.max_sentences)

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
