"""Both clients against the real server."""

import json

import pytest

from statements_client import ServiceError
from tests.server import SEED, post

SENTENCES = [f"Talks resume on day {day}, the “union” said." for day in range(7)]
DOCUMENTS = [{"id": f"d{index}", "text": f"{sentence} It rained."} for index, sentence in enumerate(SENTENCES)]


def but_for_figures(answer):
    """Without scores, whose last digits depend on what else is in a request."""
    return json.loads(json.dumps(answer), parse_float=lambda _: None)


def test_the_seed_article_with_every_option(call, server, url):
    request = {"text": SEED.with_suffix(".txt").read_text(), "offsets": "utf8", "min_confidence": 0.7, "scores": False}
    answer = call(url, "classify", **request, explain=True)
    assert but_for_figures(answer) == but_for_figures(post(server, request | {"explain": True}))
    assert any(row["explanation"]["spans"] for row in answer["sentences"])


@pytest.mark.parametrize("given", [{"sentences": SENTENCES}, {"documents": DOCUMENTS}], ids=["sentences", "documents"])
def test_a_list_in_parts_is_answered_as_in_one(call, server, url, given):
    answer = call(url, "classify", **given, settings={"batch_items": 3})
    assert but_for_figures(answer) == but_for_figures(post(server, given))


def test_a_refusal_carries_the_problem_and_points_into_the_whole_list(call, url):
    documents = [*DOCUMENTS[:5], {"id": "blank", "text": " "}]
    with pytest.raises(ServiceError, match=r"^422 Unprocessable .*/documents/5/text: Must hold more") as refused:
        call(url, "classify", documents=documents, settings={"batch_items": 2})
    assert refused.value.problem["errors"] == [
        {"pointer": "/documents/5/text", "detail": "Must hold more than white space."}
    ]


@pytest.mark.parametrize(
    ("given", "said"),
    [({}, "none"), ({"sentences": []}, "/sentences"), ({"text": "Why?", "sentences": ["Why?"]}, "text, sentences")],
)
def test_what_a_request_may_be_is_for_the_service_to_say(call, url, given, said):
    with pytest.raises(ServiceError, match=said) as refused:
        call(url, "classify", **given)
    assert refused.value.problem["status"] == 422


def test_labels_model_and_readiness(call, url):
    labels = [row["label"] for row in call(url, "labels")]
    assert labels == call(url, "model")["labels"]
    assert call(url, "ready") is True
