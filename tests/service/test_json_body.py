import json

import pytest
from flask import Request
from hypothesis import assume, example, given
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder

from service.json_body import read
from service.problems import Problem

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=20,
)
SPACES = st.text(" \t\r\n", max_size=3)


HEADER = st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]))


def request(body: bytes, content_type: str = "application/json") -> Request:
    return EnvironBuilder(method="POST", data=body, content_type=content_type).get_request(Request)


def outcome(request):
    """The value read, or the status of the refusal."""
    try:
        return read(request, 100), None
    except Problem as problem:
        return None, problem.code


@given(VALUES, st.booleans(), st.sampled_from(["utf-8", "utf-8-sig"]), SPACES, SPACES)
def test_any_json_value_is_read_as_it_was_written(value, escaped, encoding, before, after):
    body = (before + json.dumps(value, ensure_ascii=escaped) + after).encode(encoding)
    assert read(request(body), 100) == value


@given(st.binary() | st.text().map(str.encode) | st.text('[]{}",:\\\\u0d8e1Ntrue \n', max_size=40).map(str.encode))
@example(b"\xef\xbb\xbf")
@example(b"\xef\xbb\xbf\xef\xbb\xbf1")
@example(b"9" * 5000)
@example(b"[" * 100_000)
@example(b'"\\ud83d\\ude00"')
def test_any_bytes_are_either_read_or_refused(body):
    value, refusal = outcome(request(body))
    if refusal is None:
        assert value == json.loads(body.decode("utf-8-sig"))
    else:
        assert refusal in (400, 422)


@given(st.dictionaries(TEXTS, st.integers(), min_size=1), st.data())
def test_a_repeated_member_is_refused_wherever_it_stands(members, data):
    pairs = [*members.items(), (data.draw(st.sampled_from(sorted(members))), 0)]
    pairs = data.draw(st.permutations(pairs))
    body = "[{" + ",".join(f"{json.dumps(name)}:{value}" for name, value in pairs) + "}]"
    with pytest.raises(Problem, match="repeats the member"):
        read(request(body.encode()), 100)


@given(VALUES, st.integers(0xD800, 0xDFFF))
def test_a_lone_surrogate_is_refused_wherever_it_stands(value, surrogate):
    body = json.dumps({"a": [value, {chr(surrogate): 1}]})
    with pytest.raises(Problem, match="lone surrogate"):
        read(request(body.encode()), 100)


@given(HEADER)
def test_any_other_content_type_is_refused(content_type):
    assume(content_type.strip().lower() != "application/json")
    with pytest.raises(Problem, match=r"sent as application/json|encoded as UTF-8"):
        read(request(b"1", content_type), 100)


@given(HEADER)
def test_parameters_of_the_content_type_do_no_harm(parameters):
    assert outcome(request(b"1", f"application/json;{parameters}")) in ((1, None), (None, 415))
