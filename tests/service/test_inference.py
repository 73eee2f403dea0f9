"""Requests and answers as the Open Inference Protocol, version 2, writes them down.

Tried by hand as well with the clients of Triton (tritonclient 2.73) and KServe (kserve 0.21).
"""

import json

import jsonschema
import pytest

from models.artefact import SHIPPED, read_manifest
from models.labels import LABELS
from service.app import create_app
from service.draining import Draining
from service.settings import Settings

MODEL = "/v2/models/statements"
SENTENCES = ["We will walk out on Monday unless talks resume.", "Talks resumed on Monday — “at last”."]

# the protocol's own definitions, from open_inference_rest.yaml
SERVER = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "version": {"type": "string"},
        "extensions": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["name", "version", "extensions"],
}
TENSOR = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "datatype": {"enum": ["BYTES", "FP64"]},
        "shape": {"type": "array", "items": {"type": "integer"}},
    },
    "required": ["name", "datatype", "shape"],
}
METADATA = {
    "type": "object",
    "properties": {
        "name": {"const": "statements"},
        "versions": {"type": "array", "items": {"type": "string"}},
        "platform": {"type": "string"},
        "inputs": {"type": "array", "items": TENSOR},
        "outputs": {"type": "array", "items": TENSOR},
    },
    "required": ["name", "platform", "inputs", "outputs"],
}
ANSWER = {
    "type": "object",
    "properties": {
        "model_name": {"const": "statements"},
        "model_version": {"type": "string"},
        "id": {"type": "string"},
        "outputs": {
            "type": "array",
            "items": TENSOR
            | {
                "properties": TENSOR["properties"] | {"data": {"type": "array"}},
                "required": [*TENSOR["required"], "data"],
            },
        },
    },
    "required": ["model_name", "outputs"],
    "additionalProperties": False,
}
ERROR = {"type": "object", "properties": {"error": {"type": "string", "minLength": 1}}, "additionalProperties": False}


def get(client, path, schema):
    response = client.get(path)
    assert response.status_code == 200, response.text
    jsonschema.validate(response.get_json(), schema)
    return response.get_json()


def tensor(**changes):
    return {"name": "text", "shape": [2], "datatype": "BYTES", "data": SENTENCES} | changes


def infer(client, body, path=f"{MODEL}/infer", **headers):
    headers = {"Content-Type": "application/json"} | headers
    return client.post(path, data=body if isinstance(body, bytes) else json.dumps(body), headers=headers)


def outputs(client, body, **options):
    response = infer(client, body, **options)
    assert response.status_code == 200, response.text
    jsonschema.validate(response.get_json(), ANSWER)
    return {output["name"]: output for output in response.get_json()["outputs"]}


def refused(response, status):
    assert response.status_code == status, response.text
    assert response.content_type == "application/json"
    jsonschema.validate(response.get_json(), ERROR)
    return response.get_json()["error"]


def test_server_metadata_and_health(client):
    assert get(client, "/v2", SERVER) == get(client, "/v2/", SERVER)
    assert client.get("/v2/health/live").get_json() == {"live": True}
    assert client.get("/v2/health/ready").get_json() == {"ready": True}


def test_it_is_not_ready_while_the_server_drains():
    draining = Draining()
    client = create_app(Settings(), draining).test_client()
    draining.begin()
    for path in ("/v2/health/ready", f"{MODEL}/ready"):
        assert refused(client.get(path), 503) == "The server is about to stop."
    assert client.get("/v2/health/live").status_code == 200


@pytest.mark.parametrize("path", [MODEL, f"{MODEL}/versions/{{version}}"])
def test_model_metadata_and_readiness(client, classifier, path):
    path = path.format(version=classifier.manifest.version)
    metadata = get(client, path, METADATA)
    assert metadata["versions"] == [classifier.manifest.version]
    assert [(row["name"], row["datatype"], row["shape"]) for row in metadata["inputs"]] == [("text", "BYTES", [-1])]
    assert [(row["name"], row["datatype"], row["shape"]) for row in metadata["outputs"]] == [
        ("label", "BYTES", [-1]),
        ("confidence", "FP64", [-1]),
        ("scores", "FP64", [-1, 5]),
    ]
    assert "One sentence an element" in metadata["inputs"][0]["parameters"]["description"]
    assert ", ".join(LABELS) in metadata["outputs"][2]["parameters"]["description"]
    assert client.get(f"{path}/ready").get_json() == {"name": "statements", "ready": True}


def test_the_tensors_say_what_classify_says(client, classifier):
    rows = client.post("/classify", json={"sentences": SENTENCES}).get_json()["sentences"]
    for path in (f"{MODEL}/infer", f"{MODEL}/versions/{classifier.manifest.version}/infer"):
        found = outputs(client, {"inputs": [tensor()]}, path=path)
        assert list(found) == ["label", "confidence", "scores"]
        assert found["label"]["data"] == [row["label"] for row in rows]
        assert found["confidence"]["data"] == pytest.approx([row["confidence"] for row in rows])
        assert found["scores"]["data"] == pytest.approx([row["scores"][label] for row in rows for label in LABELS])
        assert [found[name]["shape"] for name in found] == [[2], [2], [2, 5]]


@pytest.mark.parametrize(
    "changes", [{"shape": [2, 1]}, {"shape": [2, 1], "data": [[sentence] for sentence in SENTENCES]}]
)
def test_a_column_of_sentences_nested_or_flat(client, changes):
    assert outputs(client, {"inputs": [tensor(**changes)]}) == outputs(client, {"inputs": [tensor()]})


def test_id_is_echoed_and_outputs_are_selected_in_order(client):
    body = {"id": "42", "inputs": [tensor()], "outputs": [{"name": "scores"}, {"name": "label"}]}
    answer = infer(client, body).get_json()
    assert answer["id"] == "42"
    assert [output["name"] for output in answer["outputs"]] == ["scores", "label"]
    assert "id" not in infer(client, {"inputs": [tensor()]}).get_json()


def test_parameters_and_what_the_usual_clients_add_are_tolerated(client):
    body = {
        "id": None,
        "model_name": "statements",
        "parameters": {"priority": 1, "binary_data_output": True},
        "inputs": [tensor(parameters={"content_type": "str"})],
        "outputs": [{"name": "label", "parameters": {"binary_data": False}}],
    }
    assert list(outputs(client, body)) == ["label"]
    assert len(outputs(client, {"inputs": [tensor()], "outputs": [], "parameters": None})) == 3
    # tritonclient states no media type
    assert client.post(f"{MODEL}/infer", data=json.dumps({"inputs": [tensor()]})).status_code == 200


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, "/inputs: Missing"),
        ({"inputs": []}, "/inputs: Must hold the tensor text and no other."),
        ({"inputs": [tensor(), tensor()]}, "/inputs: Must hold the tensor text and no other."),
        ({"inputs": [tensor(name="texts")]}, "/inputs/0/name: Must be equal to text."),
        ({"inputs": [tensor(datatype="FP32")]}, "/inputs/0/datatype: Must be equal to BYTES."),
        ({"inputs": [tensor(shape=[3])]}, "/inputs/0/shape: Must be [2] or [2, 1] for 2 sentences; found [3]."),
        ({"inputs": [tensor(shape=[1, 2])]}, "/inputs/0/shape: Must be [2] or [2, 1] for 2 sentences; found [1, 2]."),
        ({"inputs": [tensor(shape=[2, 1, 1])]}, "/inputs/0/shape: Length"),
        ({"inputs": [tensor(shape=["2"])]}, "/inputs/0/shape/0: Not a valid integer."),
        ({"inputs": [tensor(shape=[True, 1])]}, "/inputs/0/shape/0: Not a valid integer."),
        ({"inputs": [tensor(shape=[0], data=[])]}, "/inputs/0/shape/0: Must be greater than or equal to 1."),
        ({"inputs": [tensor(data=["a", " "])]}, "/inputs/0/data/1: Must hold more than white space."),
        ({"inputs": [tensor(data=["a", 1])]}, "/inputs/0/data/1: Not a valid string."),
        ({"inputs": [tensor(data=[["a"], ["b"]])]}, "/inputs/0/data/0: Not a valid string."),
        ({"inputs": [tensor(shape=[2, 1], data=[["a"], ["b", "c"]])]}, "/inputs/0/data/1: Not a valid string."),
        ({"inputs": ["text"]}, "/inputs/0: Invalid input type."),
        ({"inputs": [tensor()], "outputs": [{"name": "logits"}]}, "/outputs/0/name: Must be one of: label,"),
        ({"inputs": [tensor()], "id": 42}, "/id: Not a valid string."),
        ({"inputs": [tensor()], "input": 1}, "/input: Unknown field."),
        ([], "Invalid input type."),
        (b'{"inputs": [', "The body is not valid JSON"),
        (b'{"id": "\\ud800"}', "/id: Holds a lone surrogate"),
    ],
)
def test_faults_are_400_and_say_where(client, body, error):
    assert refused(infer(client, body), 400).startswith(error)


def test_another_model_or_version_is_404(client):
    for path in ("/v2/models/other", f"{MODEL}/versions/0", f"{MODEL}/versions/0/ready", "/v2/models/other/ready"):
        assert (
            refused(client.get(path), 404)
            == f"The only model here is statements, version {read_manifest(SHIPPED).version}."
        )
    refused(infer(client, {"inputs": [tensor()]}, path="/v2/models/other/infer"), 404)


def test_every_error_below_v2_is_the_protocols(client, monkeypatch):
    refused(client.get("/v2/nowhere"), 404)
    refused(client.get(f"{MODEL}/infer"), 405)
    refused(infer(client, {"inputs": [tensor()]}, **{"Content-Type": "text/plain"}), 415)
    refused(infer(client, b"{}\x01\0\0\0a", **{"Inference-Header-Content-Length": "2"}), 415)
    monkeypatch.setitem(client.application.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setattr("service.inference.classify", lambda *_: 1 / 0)
    assert "division" not in refused(infer(client, {"inputs": [tensor()]}), 500)
    assert client.get("/v2x").content_type == "application/problem+json"


def test_the_limits_hold():
    client = create_app(Settings(max_sentences=1, max_body_bytes=1024)).test_client()
    assert refused(infer(client, {"inputs": [tensor()]}), 413) == "The request holds 2 sentences; the limit is 1."
    refused(infer(client, {"inputs": [tensor(shape=[1], data=["a" * 2000])]}), 413)
