"""Strict reading of a JSON request body."""

import json
import math
import re
from collections.abc import Collection
from http import HTTPStatus
from typing import Any, NoReturn

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge

from service.problems import Problem, child, invalid

_FEW = 1000  # items, soon validated, that any list may have
_SURROGATE = re.compile("[\ud800-\udfff]")


def read(request: Request, max_items: int, media_types: Collection[str] = ("application/json",)) -> Any:  # noqa: ANN401 - any JSON value
    """Parse the body of a request.

    Args:
        request: Its body is read whole.
        max_items: What the longest sensible list holds. Lists and objects beyond it, and beyond a thousand, are refused
            here: to validate them would take long.
        media_types: Those under which JSON may be sent; "" is that of a request that states none.

    Raises:
        Problem: 415 for another media type, charset or content coding; 413 for a body or list over its limit; 400 for
            invalid UTF-8 or JSON, duplicate keys, non-finite numbers or nesting too deep to parse; 422 for a lone
            surrogate.
    """
    if request.mimetype not in media_types:
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body must be sent as application/json.")
    if request.mimetype_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body must be encoded as UTF-8.")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Compressed bodies are not accepted.")
    body = request.get_data()
    if request.content_length is None and len(body) >= (request.max_content_length or math.inf):
        # a chunked body is cut off at the limit without a word
        raise RequestEntityTooLarge
    try:
        value = json.loads(body.decode("utf-8-sig"), object_pairs_hook=_unique, parse_constant=_refuse_constant)
        _examine(value, "", max_items)
    except UnicodeDecodeError as error:
        raise _malformed(f"The body is not valid UTF-8: byte {error.start}.") from error
    except json.JSONDecodeError as error:
        raise _malformed(
            f"The body is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from error
    except RecursionError as error:  # in the parser, or beyond its depth in our own walk
        raise _malformed("The body is nested too deeply.") from error
    except ValueError as error:  # Python's limit on the digits of an integer
        raise _malformed("The body holds a number with too many digits.") from error
    return value


def _malformed(detail: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, detail)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        seen: set[str] = set()
        name = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _malformed(f"The body repeats the member {json.dumps(name)}.")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise _malformed(f"The body is not valid JSON: {name} is not a JSON number.")


def _examine(value: Any, pointer: str, max_items: int) -> None:  # noqa: ANN401
    """Refuse long lists, and lone surrogates: being no Unicode text, they have no UTF-8 form for an answer to quote."""
    if isinstance(value, list | dict) and len(value) > max(max_items, _FEW):
        place = pointer or "the root"
        detail = f"The request holds {len(value)} items at {place}; the limit is {max_items}."
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail, reason="TooManySentences")
    if isinstance(value, str):
        if match := _SURROGATE.search(value):
            raise invalid(pointer, f"Holds a lone surrogate (U+{ord(match.group()):04X}) at index {match.start()}.")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _examine(item, child(pointer, index), max_items)
    elif isinstance(value, dict):
        for key, item in value.items():
            _examine(key, pointer, max_items)
            _examine(item, child(pointer, key), max_items)
