"""What both clients do when the service does not do its best: a scripted one."""

import asyncio
import json
import socket
import time

import httpx
import pytest

from statements_client import ModelChangedError, ServiceError
from tests.client.conftest import asynchronous

URL = "http://service/prefix"
LABELS = {"status_code": 200, "json": {"labels": []}}
PROBLEM = {"type": "about:blank", "title": "Too Many Requests", "status": 429, "detail": "Slow down."}


class Script:
    """Gives its answers in turn, the last one again and again, and keeps the requests.

    An answer is what `httpx.Response` is made from, or an exception.
    """

    def __init__(self, *answers):
        self.answers = list(answers)
        self.requests = []

    def __call__(self, request):
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(**answer)

    def settings(self, **others):
        return {"transport": httpx.MockTransport(self)} | others


def refusal(status, **headers):
    headers |= {"content-type": "application/problem+json"}
    return {"status_code": status, "json": PROBLEM | {"status": status}, "headers": headers}


def tagging(request, version="1"):
    """An answer to a request for sentences."""
    sentences = json.loads(request.content)["sentences"]
    rows = [{"index": index, "text": text, "label": "own"} for index, text in enumerate(sentences)]
    model = {"name": "stub", "version": version}
    return httpx.Response(200, json={"model": model, "sentences": rows, "summary": {"own": len(rows), "other": 0}})


@pytest.fixture
def slept(monkeypatch):
    """Seconds that were to be slept, in place of sleeping."""
    seconds = []

    async def sleep(delay):
        seconds.append(delay)

    monkeypatch.setattr(time, "sleep", seconds.append)
    monkeypatch.setattr(asyncio, "sleep", sleep)
    return seconds


@pytest.mark.parametrize("status", [429, 503])
def test_it_waits_as_long_as_it_is_told(call, slept, status):
    script = Script(refusal(status, **{"retry-after": "7"}), LABELS)
    assert call(URL, "labels", settings=script.settings()) == []
    assert slept == [7]


def test_without_being_told_it_waits_longer_each_time_and_gives_up(call, slept):
    script = Script(refusal(503))
    with pytest.raises(ServiceError) as refused:
        call(URL, "classify", text="Why?", settings=script.settings(retries=3))
    assert refused.value.problem["status"] == 503
    assert len(script.requests) == 4
    assert all(0 < waited <= most for waited, most in zip(slept, (0.5, 1, 2), strict=True))


def test_broken_connections_are_tried_again(call, slept):
    script = Script(
        httpx.ConnectError("refused"), httpx.ReadError("reset"), httpx.RemoteProtocolError("closed"), LABELS
    )
    assert call(URL, "labels", settings=script.settings()) == []
    assert len(slept) == 3


@pytest.mark.usefixtures("slept")
def test_a_service_that_is_not_there(call):
    with pytest.raises(httpx.ConnectError):
        call("http://127.0.0.1:9", "labels", settings={"retries": 1})
    assert call("http://127.0.0.1:9", "ready") is False


def test_a_service_that_does_not_answer(call):
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(httpx.ReadTimeout):
        call(f"http://127.0.0.1:{silent.getsockname()[1]}", "labels", settings={"timeout": 0.1})


@pytest.mark.parametrize("status", [400, 401, 413, 500])
def test_other_refusals_are_final(call, status):
    script = Script(refusal(status))
    with pytest.raises(ServiceError) as refused:
        call(URL, "classify", text="Why?", settings=script.settings())
    assert refused.value.problem == PROBLEM | {"status": status}
    assert len(script.requests) == 1


@pytest.mark.parametrize(("status", "title"), [(200, "OK"), (302, "Found"), (502, "Bad Gateway")])
def test_an_answer_of_something_else(call, status, title):
    script = Script({"status_code": status, "html": "<h1>Proxy</h1>"})
    with pytest.raises(ServiceError, match=f"{status} {title}: http://service/prefix/labels does not answer as"):
        call(URL, "labels", settings=script.settings())


def test_readiness_is_asked_once(call, slept):
    script = Script(refusal(503), LABELS)
    assert call(URL, "ready", settings=script.settings()) is False
    assert slept == []


def test_the_key_goes_into_its_header(call):
    script = Script(LABELS)
    call(URL, "labels", settings=script.settings(api_key="secret"))
    call(URL, "labels", settings=script.settings())
    assert [request.headers.get("x-api-key") for request in script.requests] == ["secret", None]


def test_parts_keep_to_both_limits_and_to_the_order(call):
    sent = []

    def handle(request):
        sent.append(json.loads(request.content)["sentences"])
        return tagging(request)

    sentences = ["é" * 40, "b", "c", "d", "e" * 300, "f"]
    settings = {"transport": httpx.MockTransport(handle), "batch_items": 3, "batch_bytes": 100}
    answer = call(URL, "classify", sentences=sentences, settings=settings)
    assert sent == [sentences[:3], sentences[3:4], sentences[4:5], sentences[5:]]
    assert [(row["index"], row["text"]) for row in answer["sentences"]] == list(enumerate(sentences))
    assert answer["summary"] == {"own": 6, "other": 0}


def test_two_models_are_not_joined(call):
    versions = iter("12")
    settings = {"transport": httpx.MockTransport(lambda request: tagging(request, next(versions))), "batch_items": 1}
    with pytest.raises(ModelChangedError):
        call(URL, "classify", sentences=["a", "b"], settings=settings)


def test_as_many_requests_at_once_as_allowed_and_answers_in_order():
    under_way = most = 0

    async def handle(request):
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.01 * (10 - len(json.loads(request.content)["sentences"][0])))  # the first take longest
        under_way -= 1
        return tagging(request)

    settings = {"transport": httpx.MockTransport(handle), "batch_items": 1, "concurrency": 3}
    answer = asynchronous(URL, "classify", sentences=["x" * length for length in range(1, 9)], settings=settings)
    assert [len(row["text"]) for row in answer["sentences"]] == list(range(1, 9))
    assert most == 3
