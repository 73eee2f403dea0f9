import json
import subprocess
import sys
import urllib.error
import urllib.request
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from service.settings import SettingsError
from tests.server import serving

ID = str(uuid.UUID(int=1))
BODY = {"id": ID, "sentence": "Talks resume on Monday.", "label": "threat"}


@pytest.fixture
def post(client_with, store, database, people):  # noqa: ARG001 - the store has made the table
    """Posts a body as Alice or Bob."""
    secrets, lines = people
    client = client_with(feedback_database=database, api_keys=lines)

    def send(body, author="alice", headers=None):
        return client.post("/feedback", json=body, headers={"X-API-Key": secrets[author]} | (headers or {}))

    send.client = client
    yield send
    client.application.extensions["statements-feedback"].engine.dispose()


def check_problem(answer, status):
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    return answer.get_json()


def test_it_is_off_by_default(client):
    assert client.post("/feedback", json=BODY).status_code == 404
    assert "feedback" not in client.get("/openapi.json").text


def test_without_it_no_database_library_is_imported():
    code = "import sys; from service.app import create_app; create_app(); print('sqlalchemy' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert result.stdout == "False\n"


def test_it_needs_api_keys(client_with, tmp_path):
    with pytest.raises(SettingsError, match="needs API keys"):
        client_with(feedback_database=f"sqlite:///{tmp_path / 'feedback.db'}")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_package_is_named(client_with, tmp_path, people, monkeypatch):
    monkeypatch.delitem(sys.modules, "service.feedback.store")
    monkeypatch.setitem(sys.modules, "alembic", None)
    with pytest.raises(SettingsError, match=r"needs alembic: pip install 'statements\[feedback\]'"):
        client_with(feedback_database=f"sqlite:///{tmp_path / 'feedback.db'}", api_keys=people[1])


def test_a_database_that_cannot_be_opened_ends_the_start(client_with, people):
    with pytest.raises(SettingsError, match="STATEMENTS_FEEDBACK_DATABASE cannot be used"):
        client_with(feedback_database="sqlite:////nowhere/feedback.db", api_keys=people[1])


def test_it_is_in_the_document(post):
    operation = post.client.get("/openapi.json").get_json()["paths"]["/feedback"]["post"]
    assert {"200", "201", "409", "503"} <= set(operation["responses"])
    assert [item["name"] for item in operation["parameters"]] == ["Idempotency-Key"]


def test_a_correction_is_stored_with_who_when_and_which_model(post, store, classifier):
    before = datetime.now(UTC)
    answer = post(BODY | {"predicted": "report", "comment": "They mean it."})
    assert answer.status_code == 201
    body = answer.get_json()
    assert before <= datetime.fromisoformat(body.pop("received")) <= datetime.now(UTC)
    model = {"name": classifier.manifest.name, "version": classifier.manifest.version}
    extra = {"predicted": "report", "comment": "They mean it.", "author": "alice", "model": model}
    assert body == BODY | extra
    (kept,) = store.corrections()
    assert (kept.author, kept.label, kept.predicted, kept.comment) == ("alice", "threat", "report", "They mean it.")
    assert (kept.model_name, kept.model_version) == (model["name"], model["version"])


def test_the_same_again_is_answered_the_same_and_stored_once(post, store):
    first, again = (
        post(BODY),
        post({name: BODY[name] for name in ("sentence", "label")}, headers={"Idempotency-Key": ID}),
    )
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()
    assert "another" in check_problem(post(BODY | {"label": "report"}), 409)["detail"]
    assert post(BODY, author="bob").status_code == 201
    assert [(item.author, item.label) for item in store.corrections()] == [("alice", "threat"), ("bob", "threat")]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"sentence": " \n"}, "/sentence"),
        ({"sentence": "a" * 10_001}, "/sentence"),
        ({"sentence": "a\0"}, "/sentence"),
        ({"label": "rumour"}, "/label"),
        ({"predicted": "rumour"}, "/predicted"),
        ({"comment": "a" * 2001}, "/comment"),
        ({"comment": "a\0"}, "/comment"),
        ({"id": "7"}, "/id"),
        ({"author": "bob"}, "/author"),
    ],
)
def test_what_is_not_valid_is_refused(post, store, change, pointer):
    problem = check_problem(post(BODY | change), 422)
    assert [fault["pointer"] for fault in problem["errors"]] == [pointer]
    assert store.corrections() == []


def test_one_id_is_due(post):
    check_problem(post({name: BODY[name] for name in ("sentence", "label")}), 422)
    check_problem(post(BODY, headers={"Idempotency-Key": str(uuid.uuid4())}), 422)
    check_problem(post(BODY, headers={"Idempotency-Key": "7"}), 422)


def test_a_stranger_or_a_large_body_is_refused(post):
    check_problem(post.client.post("/feedback", json=BODY), 401)
    check_problem(post(BODY | {"comment": "a" * 1024 * 1024}), 413)


def test_a_failing_database_is_a_503_and_no_text_is_logged(post, store, caplog):
    with store.engine.begin() as connection:
        connection.execute(text("ALTER TABLE corrections RENAME TO elsewhere"))
    check_problem(post(BODY), 503)
    assert "could not be stored" in caplog.text
    assert BODY["sentence"] not in caplog.text
    assert post.client.get("/healthz").status_code == 200
    with store.engine.begin() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO corrections"))
    assert post(BODY).status_code == 201


def test_two_workers_share_the_database(store, database, people, tmp_path):
    (secrets, lines), ids = people, [str(uuid.UUID(int=number % 20)) for number in range(160)]
    settings = {"STATEMENTS_FEEDBACK_DATABASE": database, "STATEMENTS_API_KEYS": ",".join(lines)}
    with serving(tmp_path, STATEMENTS_DRAIN_SECONDS="0", **settings) as (_, port), ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda item: status(port, BODY | {"id": item}, secrets["bob"]), sorted(ids)))
    assert Counter(statuses) == {201: 20, 200: 140}
    assert {str(item.id) for item in store.corrections()} == set(ids)
    assert BODY["sentence"] not in (tmp_path / "log").read_text()


def status(port, body, secret):
    headers = {"content-type": "application/json", "X-API-Key": secret}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/feedback", json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
            return response.status
    except urllib.error.HTTPError as error:
        return error.code
