"""What touches a request before the model does, put together: reading, validation, splitting, offsets."""

from itertools import pairwise

from flask import Request
from marshmallow import ValidationError
from werkzeug.test import EnvironBuilder

from models.sentences import split
from service.json_body import read
from service.offsets import convert
from service.problems import Problem, faults
from service.schemas import ClassifyRequestSchema

ENCODINGS = {"codepoint": ("utf-32-le", 4), "utf8": ("utf-8", 1), "utf16": ("utf-16-le", 2)}


def examine(data: bytes) -> None:
    """Take any bytes for a body, and for a text; whatever comes of it must hold."""
    examine_text(data.decode(errors="replace"), "utf16")
    try:
        request = ClassifyRequestSchema().load(read(as_request(data), 1000))
    except Problem as problem:
        if problem.code not in (400, 422):
            raise
    except ValidationError as error:
        found = list(faults(error.messages))
        assert found
        assert all(fault["pointer"].startswith("/") or not fault["pointer"] for fault in found)
    else:
        texts = [request["text"]] if "text" in request else request.get("sentences", [])
        for text in texts + [document["text"] for document in request.get("documents", [])]:
            assert text.strip()
            examine_text(text, request["offsets"])


def examine_text(text: str, unit: str) -> None:
    spans = split(text)
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    assert edges == sorted(edges)
    assert all(not text[gap:start].strip() for gap, start in list(pairwise(edges))[::2]), "text between two sentences"
    assert all(text[start:end].strip() == text[start:end] != "" for start, end in spans)
    encoding, size = ENCODINGS[unit]
    raw = text.encode(encoding)
    pieces = [raw[start * size : end * size].decode(encoding) for start, end in convert(text, spans, unit)]
    assert pieces == [text[start:end] for start, end in spans]


def as_request(body: bytes) -> Request:
    return EnvironBuilder(method="POST", data=body, content_type="application/json").get_request(Request)
