import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.labels import LABELS
from service.app import create_app
from service.schemas import ClassifyAnswerSchema, ProblemSchema
from service.settings import Settings

TEXT = "“We ❤ rail,” she said 😀. The line reopens on Monday.\n\nWas it wise?"


def post(client, **body):
    response = client.post("/classify", json=body)
    assert response.status_code == 200, response.text
    return response.get_json()


def test_a_text_is_split_and_tagged(client):
    answer = post(client, text=TEXT)
    assert ClassifyAnswerSchema().validate(answer) == {}
    rows = answer["sentences"]
    assert [row["index"] for row in rows] == [0, 1, 2]
    assert [TEXT[row["start"] : row["end"]] for row in rows] == [row["text"] for row in rows]
    assert all(sum(row["scores"].values()) == pytest.approx(1) for row in rows)
    assert all(row["confidence"] == row["scores"][row["label"]] for row in rows)
    assert sum(answer["summary"].values()) == 3
    assert list(answer["summary"]) == list(LABELS)


@pytest.mark.parametrize(("unit", "encoding", "size"), [("utf8", "utf-8", 1), ("utf16", "utf-16-le", 2)])
def test_offsets_in_other_units(client, unit, encoding, size):
    raw = TEXT.encode(encoding)
    for row in post(client, text=TEXT, offsets=unit)["sentences"]:
        assert raw[row["start"] * size : row["end"] * size].decode(encoding) == row["text"]


def test_sentences_are_tagged_one_to_one(client):
    sentences = ["It rained. It stopped.", "Why?", "😀 yes"]
    rows = post(client, sentences=sentences, offsets="utf16")["sentences"]
    assert [row["text"] for row in rows] == sentences
    assert [(row["start"], row["end"]) for row in rows] == [(0, 22), (0, 4), (0, 6)]


def test_documents_are_answered_under_their_ids_in_order(client):
    answer = post(client, documents=[{"id": "b", "text": TEXT}, {"id": "a", "text": "Why?"}])
    assert ClassifyAnswerSchema().validate(answer) == {}
    assert [(document["id"], len(document["sentences"])) for document in answer["documents"]] == [("b", 3), ("a", 1)]
    for alone, row in zip(post(client, text=TEXT)["sentences"], answer["documents"][0]["sentences"], strict=True):
        assert alone.pop("scores") == pytest.approx(row.pop("scores"), abs=1e-6)
        assert alone.pop("confidence") == pytest.approx(row.pop("confidence"), abs=1e-6)
        assert alone == row


def test_below_min_confidence_the_label_is_null(client):
    answer = post(client, text=TEXT, min_confidence=1)
    assert all(row["label"] is None and row["top_label"] in LABELS for row in answer["sentences"])
    assert sum(answer["summary"].values()) == 0


def test_scores_can_be_left_out(client):
    assert all("scores" not in row for row in post(client, text=TEXT, scores=False)["sentences"])


def test_explain_is_accepted(client):
    assert post(client, text=TEXT, explain=True)["sentences"]


def test_a_nul_is_text_like_any_other(client):
    assert post(client, text="a\0b")["sentences"][0]["end"] == 3


TEXTS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(".?! \n😀"), min_size=1).filter(str.strip)
DOCUMENTS = st.builds(lambda number, text: {"id": str(number), "text": text}, st.integers(), TEXTS)
INPUTS = st.one_of(
    st.fixed_dictionaries({"text": TEXTS}),
    st.fixed_dictionaries({"sentences": st.lists(TEXTS, min_size=1, max_size=4)}),
    st.fixed_dictionaries(
        {"documents": st.lists(DOCUMENTS, min_size=1, max_size=3, unique_by=lambda document: document["id"])}
    ),
)
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "offsets": st.sampled_from(["codepoint", "utf8", "utf16"]),
        "min_confidence": st.floats(0, 1),
        "scores": st.booleans(),
    },
)
ENCODINGS = {"codepoint": ("utf-32-le", 4), "utf8": ("utf-8", 1), "utf16": ("utf-16-le", 2)}


@given(INPUTS, OPTIONS)
@settings(max_examples=80, deadline=None)
def test_any_valid_request_is_answered(client, inputs, options):
    answer = post(client, **inputs, **options)
    assert ClassifyAnswerSchema().validate(answer) == {}
    documents = inputs.get("documents", [])
    assert [document["id"] for document in answer.get("documents", [])] == [document["id"] for document in documents]
    encoding, size = ENCODINGS[options.get("offsets", "codepoint")]
    for text, rows in texts_and_rows(inputs, answer):
        raw = text.encode(encoding)
        assert [raw[row["start"] * size : row["end"] * size].decode(encoding) for row in rows] == [
            row["text"] for row in rows
        ]
        assert "".join("".join(row["text"].split()) for row in rows) == "".join(text.split())
        assert all(("scores" in row) == options.get("scores", True) for row in rows)
        for row in rows:
            assert row["label"] == (row["top_label"] if row["confidence"] >= options.get("min_confidence", 0) else None)


def texts_and_rows(inputs, answer):
    if "documents" in inputs:
        for document, answered in zip(inputs["documents"], answer["documents"], strict=True):
            yield document["text"], answered["sentences"]
    elif "sentences" in inputs:
        yield from ((text, [row]) for text, row in zip(inputs["sentences"], answer["sentences"], strict=True))
    else:
        yield inputs["text"], answer["sentences"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner, max_size=3)
)
NAMES = ["text", "sentences", "documents", "offsets", "min_confidence", "explain", "scores", "id", ""]


@given(
    JSON
    | st.dictionaries(
        st.sampled_from(NAMES), JSON | st.lists(st.dictionaries(st.sampled_from(NAMES), JSON, max_size=3))
    )
)
@settings(max_examples=200, deadline=None)
def test_any_other_json_is_answered_or_refused_with_a_problem(client, body):
    response = client.post("/classify", data=json.dumps(body), content_type="application/json")
    assert response.status_code in (200, 400, 422)
    assert ProblemSchema().validate(response.get_json()) == {} or response.status_code == 200


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, [""]),
        ({"text": "a", "sentences": ["b"]}, [""]),
        ({"text": ""}, ["/text"]),
        ({"text": " \n\u00a0"}, ["/text"]),
        ({"text": 3}, ["/text"]),
        ({"text": None}, ["/text"]),
        ({"text": "a", "colour": 1}, ["/colour"]),
        ({"sentences": []}, ["/sentences"]),
        ({"sentences": ["a", "", 3]}, ["/sentences/1", "/sentences/2"]),
        ({"documents": []}, ["/documents"]),
        ({"documents": [{"id": "1", "text": "a"}, {"text": " "}]}, ["/documents/1/id", "/documents/1/text"]),
        ({"documents": [{"id": 1, "text": "a"}]}, ["/documents/0/id"]),
        ({"documents": [{"id": "1", "text": "a", "x/~": 1}]}, ["/documents/0/x~1~0"]),
        ({"documents": [{"id": "1", "text": "a"}, {"id": "1", "text": "b"}]}, ["/documents/1/id"]),
        ({"documents": ["a"]}, ["/documents/0"]),
        ({"text": "a", "offsets": "bytes"}, ["/offsets"]),
        ({"text": "a", "min_confidence": 1.5}, ["/min_confidence"]),
        ({"text": "a", "min_confidence": "0.5"}, ["/min_confidence"]),
        ({"text": "a", "min_confidence": True}, ["/min_confidence"]),
        ({"text": "a", "scores": "yes"}, ["/scores"]),
        ({"text": "a", "explain": 1}, ["/explain"]),
        ({"text": "a\ud800"}, ["/text"]),
        ({"sentences": ["a", "\udfff"]}, ["/sentences/1"]),
        ([], [""]),
        (None, [""]),
        ("text", [""]),
    ],
)
def test_schema_faults_are_422_with_a_pointer_each(client, body, pointers):
    response = client.post("/classify", data=json.dumps(body), content_type="application/json")
    assert response.status_code == 422, response.text
    assert response.content_type == "application/problem+json"
    assert {fault["pointer"] for fault in response.get_json()["errors"]} >= set(pointers)


def test_too_many_sentences_are_413():
    client = create_app(Settings(max_sentences=2)).test_client()
    assert client.post("/classify", json={"sentences": ["a", "b"]}).status_code == 200
    for body in (
        {"text": "One. Two. Three."},
        {"sentences": ["a"] * 3},
        {"documents": [{"id": "1", "text": "One.\nTwo.\nThree."}]},
    ):
        response = client.post("/classify", json=body)
        assert response.status_code == 413
        assert response.get_json()["detail"] == "The request holds 3 sentences; the limit is 2."


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"sentences": [""] * 10_001}, "/sentences"),
        ({"documents": [{}] * 10_001}, "/documents"),
        ({str(number): 1 for number in range(10_001)}, "the root"),
        ({"text": [{"a": [1] * 10_001}]}, "/text/0/a"),
    ],
)
def test_long_lists_are_413_before_they_are_validated(client, body, place):
    response = client.post("/classify", json=body)
    assert response.status_code == 413
    assert response.get_json()["detail"] == f"The request holds 10001 items at {place}; the limit is 10000."


def test_no_more_than_a_hundred_faults_are_listed(client):
    response = client.post("/classify", json={"sentences": ["a"] + [""] * 5000})
    assert response.status_code == 422
    assert [fault["pointer"] for fault in response.get_json()["errors"]] == [f"/sentences/{n}" for n in range(1, 101)]


def test_a_body_over_the_limit_is_413():
    client = create_app(Settings(max_body_bytes=1024)).test_client()
    assert client.post("/classify", json={"text": "a " * 400}).status_code == 200
    response = client.post("/classify", json={"text": "a " * 600})
    assert response.status_code == 413
    assert response.content_type == "application/problem+json"


def test_a_request_that_takes_too_long_is_given_up(client_with, classifier, monkeypatch):
    batches = []
    monkeypatch.setattr(classifier, "tag", lambda batch: batches.append(len(batch)) or time.sleep(0.02) or [])
    client = client_with(request_seconds=0.01)
    response = client.post("/classify", json={"sentences": ["Why?"] * 1000})
    assert response.status_code == 503
    assert response.content_type == "application/problem+json"
    assert response.get_json()["detail"].startswith("Given up after 0.01 seconds")
    assert int(response.headers["Retry-After"]) > 0
    assert sum(batches) < 1000
