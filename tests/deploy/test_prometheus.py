"""Prometheus itself: scrapes the real server, and reads the alert rules and the dashboard."""

import json
import re
import shutil
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from tests.server import free_port, post, serving
from tests.service.test_lifecycle import eventually
from tests.service.test_metrics import TEXT, scrape

pytestmark = pytest.mark.skipif(
    not shutil.which("prometheus"), reason="Prometheus is not installed (Debian package prometheus)"
)

DEPLOY = Path(__file__).parents[2] / "deploy"
PROMETHEUS = DEPLOY / "prometheus"
DASHBOARD = json.loads((DEPLOY / "grafana" / "statements.json").read_text())
PANELS = [
    pytest.param(target["expr"], id=panel["title"]) for panel in DASHBOARD["panels"] for target in panel["targets"]
]
ANNOTATIONS = [pytest.param(note["expr"], id=note["name"]) for note in DASHBOARD["annotations"]["list"]]


def promtool(*arguments):
    result = subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_configuration_and_rules_are_sound():
    promtool("check", "config", PROMETHEUS / "prometheus.yml")
    promtool("check", "rules", PROMETHEUS / "alerts.yml")


def test_alerts_fire_when_they_should_and_only_then():
    promtool("test", "rules", PROMETHEUS / "alerts_test.yml")


def test_every_alert_is_tested():
    rules = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())["groups"][0]["rules"]
    tests = yaml.safe_load((PROMETHEUS / "alerts_test.yml").read_text())["tests"]
    fired = {case["alertname"] for test in tests for case in test["alert_rule_test"] if case.get("exp_alerts")}
    assert fired == {rule["alert"] for rule in rules}


@contextmanager
def scraping(tmp_path, target):
    """A Prometheus with the shipped configuration, but for the target and a scrape each second; gives a query."""
    config = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
    config["global"]["scrape_interval"] = "1s"
    config["rule_files"] = [str(PROMETHEUS / "alerts.yml")]
    config["scrape_configs"][0]["static_configs"] = [{"targets": [target]}]
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(config))
    address = f"127.0.0.1:{free_port()}"
    command = [
        "prometheus",
        f"--config.file={tmp_path / 'prometheus.yml'}",
        f"--storage.tsdb.path={tmp_path / 'data'}",
        f"--web.listen-address={address}",
    ]

    def query(expression):
        """Value by labels."""
        url = f"http://{address}/api/v1/query?" + urllib.parse.urlencode({"query": expression})
        with urllib.request.urlopen(url, timeout=10) as response:
            found = json.load(response)["data"]["result"]
        return {tuple(sorted(sample["metric"].items())): float(sample["value"][1]) for sample in found}

    def is_up():
        try:
            return set(query('up{job="statements"}').values()) == {1}
        except OSError:
            return False

    with (tmp_path / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        eventually(is_up)
        yield query
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="module")
def traffic(tmp_path_factory):
    """What two workers answered, and a query to the Prometheus that watched."""
    tmp_path = tmp_path_factory.mktemp("prometheus")

    def refused(body):
        with pytest.raises(urllib.error.HTTPError) as error:
            post(port, body)
        with error.value:
            return error.value.code

    with serving(tmp_path) as (_, port), scraping(tmp_path, f"127.0.0.1:{port}") as query:
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: post(port, {"text": TEXT}), range(60)))
            refusals = list(pool.map(refused, [{}] * 20 + [{"sentences": ["Why?"] * 10_001}]))
        eventually(lambda: sum(query('statements_requests_total{route="/classify"}').values()) >= 81)
        yield answers, refusals, query


def by(label, found):
    return {dict(labels)[label]: value for labels, value in found.items()}


def test_counts_of_two_workers_are_exact(traffic):
    answers, refusals, query = traffic
    sentences = [sentence for answer in answers for sentence in answer["sentences"]]
    labels = Counter(sentence["top_label"] for sentence in sentences)
    confidences = {
        label: sum(sentence["confidence"] for sentence in sentences if sentence["top_label"] == label)
        for label in labels
    }
    of_classify = '{route="/classify"}'
    statuses = {"200": 60} | Counter(str(status) for status in refusals)
    assert by("status", query(f"statements_requests_total{of_classify}")) == statuses
    assert by("status", query(f"statements_request_seconds_count{of_classify}")) == statuses
    assert by("reason", query("statements_rejected_total")) == {"UnprocessableEntity": 20, "TooManySentences": 1}
    assert by("label", query("statements_sentences_total")) == labels
    assert by("label", query("statements_confidence_count")) == labels
    assert by("label", query("statements_confidence_sum")) == pytest.approx(confidences)
    assert by("route", query(f"statements_requests_in_flight{of_classify}")) == {"/classify": 0}
    assert by("version", query("statements_model_info")) == {answers[0]["model"]["version"]: 1}
    assert len(query("statements_model_load_seconds")) == 1


def as_prometheus_reads_it(expression):
    return expression.replace("$__rate_interval", "1m").replace("$instance", ".+")


@pytest.mark.parametrize("expression", PANELS)
def test_every_panel_shows_something(traffic, expression):
    _, _, query = traffic
    eventually(lambda: query(as_prometheus_reads_it(expression)))


@pytest.mark.parametrize("expression", ANNOTATIONS)
def test_every_annotation_is_understood(traffic, expression):
    _, _, query = traffic
    query(as_prometheus_reads_it(expression))


def test_alerts_and_dashboard_name_only_metrics_that_exist(client):
    client.post("/classify", json={"text": TEXT})
    client.post("/classify", json={})
    exposed = {name for name, *_ in scrape(client)}
    for path in (PROMETHEUS / "alerts.yml", DEPLOY / "grafana" / "statements.json"):
        named = set(re.findall(r"statements_\w+", path.read_text()))
        assert named <= exposed, path
