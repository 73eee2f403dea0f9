"""The service with a model of other labels than the five."""

import openapi_spec_validator
import pytest

from service.app import create_app
from service.settings import Settings
from tests.service.test_openapi import POSITIVE, check_operation


@pytest.fixture(scope="module")
def client(two_labels):
    return create_app(Settings(model=two_labels)).test_client()


def test_answers_carry_the_models_labels(client):
    answer = client.post("/classify", json={"text": "It rained. That is likely to change, analysts said."}).get_json()
    assert answer["model"] == {"name": "facts", "version": "3.1.0"}
    assert set(answer["summary"]) == {"fact", "talk"}
    assert all(set(row["scores"]) == {"fact", "talk"} for row in answer["sentences"])
    assert [row["label"] for row in answer["sentences"]] == ["fact", "talk"]


def test_labels_are_the_models(client):
    assert client.get("/labels").get_json()["labels"] == [
        {"label": "fact", "definition": "It happened."},
        {"label": "talk", "definition": "Somebody says so."},
    ]


def test_the_openapi_document_names_the_models_labels(client):
    document = client.get("/openapi.json").get_json()
    openapi_spec_validator.validate(document)
    schemas = document["components"]["schemas"]
    assert list(schemas["Scores"]["properties"]) == list(schemas["Summary"]["properties"]) == ["fact", "talk"]
    assert schemas["Sentence"]["properties"]["top_label"]["enum"] == ["fact", "talk"]
    assert schemas["Sentence"]["properties"]["label"]["enum"] == ["fact", "talk", None]
    assert "threat" not in str(schemas)


@pytest.mark.parametrize("operation", ["POST /classify", "GET /labels", "GET /model"])
def test_answers_fit_the_document(client, operation):
    check_operation(client, operation, POSITIVE)
