import pytest


def post(client, body, content_type="application/json", **headers):
    return client.post("/classify", data=body, content_type=content_type, headers=headers)


def check(response, status):
    assert response.status_code == status, response.text
    assert response.content_type == "application/problem+json"
    problem = response.get_json()
    assert problem["type"] == "about:blank"
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    return problem


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ("", "not valid JSON"),
        ("{", "line 1, column 2"),
        ('{"text": "a"} x', "Extra data"),
        ('{"text": NaN}', "NaN is not a JSON number"),
        ('{"min_confidence": -Infinity}', "-Infinity is not"),
        ('{"text": "a", "text": "b"}', 'repeats the member "text"'),
        (b'{"text": "caf\xe9"}', "not valid UTF-8: byte 13"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
        ('{"text": 1' + "0" * 5000 + "}", "too many digits"),
        ('{"text": "a\tb"}', "Invalid control character"),
    ],
)
def test_malformed_json_is_400_and_says_where(client, body, detail):
    assert detail in check(post(client, body), 400)["detail"]


def test_nesting_that_a_newer_parser_would_let_through_is_400(client, monkeypatch):
    deep = []
    for _ in range(100_000):
        deep = [deep]
    with monkeypatch.context() as patched:
        patched.setattr("service.json_body.json.loads", lambda *_, **__: deep)
        response = post(client, "[]")
    assert "nested too deeply" in check(response, 400)["detail"]


def test_a_surrogate_is_pointed_to_with_an_escaped_key(client):
    problem = check(post(client, r'{"a/b~": ["x", "\ud800"]}'), 422)
    assert [fault["pointer"] for fault in problem["errors"]] == ["/a~1b~0/1"]


def test_numbers_out_of_range_are_422(client):
    for number in ("1e999", "-1e999", "1" + "0" * 400):
        problem = check(post(client, f'{{"text": "a", "min_confidence": {number}}}'), 422)
        assert problem["errors"][0]["pointer"] == "/min_confidence"


@pytest.mark.parametrize(
    "content_type", [None, "", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1"]
)
def test_another_media_type_is_415(client, content_type):
    check(post(client, '{"text": "a"}', content_type), 415)


def test_a_compressed_body_is_415(client):
    check(post(client, b"\x1f\x8b", **{"Content-Encoding": "gzip"}), 415)


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=UTF-8", "Application/JSON"])
def test_json_in_utf8_is_read(client, content_type):
    assert post(client, '\ufeff{"text": "é"}'.encode(), content_type).status_code == 200


def test_unknown_path_and_wrong_method(client):
    check(client.get("/nowhere"), 404)
    response = client.get("/classify")
    check(response, 405)
    assert "POST" in response.headers["Allow"]


def test_an_unforeseen_error_tells_nothing(client, monkeypatch):
    monkeypatch.setitem(client.application.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setattr("service.routes.classify", lambda *_: 1 / 0)
    problem = check(post(client, '{"text": "a secret"}'), 500)
    assert "secret" not in str(problem)
    assert "division" not in str(problem)
