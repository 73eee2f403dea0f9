"""The metrics of one process and of several; `tests/deploy/test_prometheus.py` has Prometheus scrape them."""

import contextlib
import http.client
import os
import re
import shutil
import signal
import subprocess
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
from prometheus_client.parser import text_string_to_metric_families

from models.artefact import SHIPPED
from models.labels import LABELS
from tests.server import post, serving
from tests.service.test_lifecycle import eventually, versioned

TEXT = "The union said it would walk out on Monday unless talks resume. He called the charges baseless."


def samples(exposition):
    """Value by sample name and labels."""
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(exposition)
        for sample in family.samples
    }


def scrape(client):
    return samples(client.get("/metrics").text)


@pytest.fixture
def counted(client):
    """How a sample has grown since the test began."""
    before = scrape(client)

    def growth(name, **labels):
        key = ("statements_" + name, *sorted(labels.items()))
        return scrape(client).get(key, 0) - before.get(key, 0)

    return growth


def test_requests_are_counted_and_timed_by_route_and_status(client, counted):
    client.post("/classify", json={"text": TEXT})
    client.post("/classify", json={})
    client.get("/secret/path")
    client.get("/classify")
    for route, status in (("/classify", "200"), ("/classify", "422"), ("none", "404"), ("none", "405")):
        assert counted("requests_total", route=route, status=status) == 1
        assert counted("request_seconds_count", route=route, status=status) == 1
    assert counted("request_seconds_sum", route="/classify", status="200") > 0
    assert "/secret" not in client.get("/metrics").text


def test_sentences_are_counted_by_top_label_with_their_confidence(client, counted):
    documents = [{"id": "1", "text": TEXT}, {"id": "2", "text": TEXT}]
    answer = client.post("/classify", json={"documents": documents, "min_confidence": 1}).get_json()
    sentences = [sentence for document in answer["documents"] for sentence in document["sentences"]]
    assert {sentence["label"] for sentence in sentences} == {None}
    for label in LABELS:
        confidences = [sentence["confidence"] for sentence in sentences if sentence["top_label"] == label]
        assert counted("sentences_total", label=label) == len(confidences)
        assert counted("confidence_count", label=label) == len(confidences)
        assert counted("confidence_sum", label=label) == pytest.approx(sum(confidences))


def test_rejections_are_counted_by_reason(client, counted):
    client.post("/classify", json={})
    client.post("/classify", data="{")
    client.post("/classify", json={"sentences": ["a"] * 10_001})
    client.post("/classify", json={"text": "a" * 2**20})
    client.get("/nowhere")
    for reason, status in (
        ("UnprocessableEntity", 422),
        ("UnsupportedMediaType", 415),
        ("TooManySentences", 413),
        ("RequestEntityTooLarge", 413),
        ("NotFound", 404),
    ):
        assert counted("rejected_total", reason=reason, status=str(status)) == 1


def test_strangers_and_callers_over_the_limit_are_counted(client_with, counted):
    client = client_with(api_keys=["alice:" + "0" * 64], rate_limit="1/hour")
    client.get("/labels")
    client.get("/labels")
    assert counted("requests_total", route="/labels", status="401") == 1
    assert counted("requests_total", route="/labels", status="429") == 1
    assert counted("rejected_total", reason="Unauthorized", status="401") == 1
    assert counted("rejected_total", reason="RateLimitExceeded", status="429") == 1


def test_inference_is_counted_under_the_status_it_answers(client, counted):
    route = "/v2/models/<model>/infer"
    client.post("/v2/models/statements/infer", json={})
    client.post("/v2/models/other/infer", json={})  # refused before any hook
    assert counted("requests_total", route=route, status="400") == 1
    assert counted("requests_total", route=route, status="404") == 1
    assert counted("rejected_total", reason="UnprocessableEntity", status="400") == 1
    assert counted("requests_in_flight", route=route) == 0


def test_requests_in_flight(client, monkeypatch):
    def during(*_):
        with ThreadPoolExecutor() as pool:
            seen.append(pool.submit(scrape, client).result())
        return {}

    seen = []
    monkeypatch.setattr("service.routes.classify", during)
    client.post("/classify", json={"text": TEXT})
    key = ("statements_requests_in_flight", ("route", "/classify"))
    assert seen[0][key] == 1
    assert scrape(client)[key] == 0


def test_a_failing_request_is_no_longer_in_flight(client, counted, monkeypatch):
    monkeypatch.setitem(client.application.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setattr("service.routes.classify", lambda *_: 1 / 0)
    client.post("/classify", json={"text": TEXT})
    assert counted("requests_total", route="/classify", status="500") == 1
    assert counted("requests_in_flight", route="/classify") == 0


def test_the_model_and_its_loading(client, classifier):
    found = scrape(client)
    manifest = classifier.manifest
    assert found["statements_model_info", ("name", manifest.name), ("version", manifest.version)] == 1
    assert found["statements_model_load_seconds",] > 0


def test_prometheus_finds_no_fault_with_the_exposition(client):
    if not shutil.which("promtool"):
        pytest.skip("promtool is not installed (Debian package prometheus)")
    client.post("/classify", json={"text": TEXT})
    exposition = client.get("/metrics")
    assert exposition.content_type.startswith("text/plain")
    result = subprocess.run(["promtool", "check", "metrics"], input=exposition.data, capture_output=True, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")


def test_openmetrics_is_given_where_it_is_asked_for(client):
    exposition = client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert exposition.content_type.startswith("application/openmetrics-text")
    assert exposition.text.endswith("# EOF\n")


@pytest.fixture(scope="module")
def workers(tmp_path_factory):
    """Two workers, the link that names their model, and what they log."""
    tmp_path = tmp_path_factory.mktemp("server")
    versioned(tmp_path, "2")
    link = tmp_path / "current"
    link.symlink_to(SHIPPED)
    with serving(tmp_path, STATEMENTS_MODEL=str(link), STATEMENTS_DRAIN_SECONDS="0") as (process, port):
        yield process, port, link, tmp_path / "log"


def scrape_server(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as response:
        return samples(response.read().decode())


def test_counts_outlive_a_change_of_model_but_its_version_does_not(workers):
    process, port, link, _ = workers
    for _ in range(10):
        post(port, {"text": TEXT})
    link.unlink()
    link.symlink_to("2")
    process.send_signal(signal.SIGHUP)
    eventually(lambda: post(port, {"text": TEXT})["model"]["version"] == "2")
    answered = scrape_server(port)["statements_requests_total", ("route", "/classify"), ("status", "200")]
    assert answered > 10

    def versions():
        return [key for _ in range(10) for key in scrape_server(port) if key[0] == "statements_model_info"]

    # for a moment workers of both are there; then whichever answers tells of the new one only
    eventually(lambda: set(versions()) == {("statements_model_info", ("name", "statements"), ("version", "2"))})
    assert scrape_server(port)["statements_requests_total", ("route", "/classify"), ("status", "200")] == answered


def test_requests_that_the_server_refuses_by_itself_are_counted(workers):
    _, port, _, _ = workers
    key = ("statements_rejected_total", ("reason", "RequestURITooLarge"), ("status", "414"))
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", "/" + "a" * 5000)
        assert connection.getresponse().status == 414
    assert scrape_server(port)[key] == 1


def test_a_worker_that_is_killed_takes_its_requests_in_flight_along(workers):
    _, port, _, log = workers
    key = ("statements_requests_in_flight", ("route", "/classify"))

    def ask():
        with contextlib.suppress(OSError):
            post(port, {"sentences": ["Long ago."] * 9000})

    with ThreadPoolExecutor() as pool:
        pool.submit(ask)
        eventually(lambda: scrape_server(port).get(key) == 1)
        for pid in re.findall(r"Booting worker with pid: (\d+)", log.read_text())[-2:]:
            os.kill(int(pid), signal.SIGKILL)
    eventually(lambda: scrape_server(port).get(key, 0) == 0)
