import openapi_spec_validator
import pytest
import schemathesis
from hypothesis import HealthCheck, assume, given, settings


def is_fair(body):
    """Leaves out bodies that repeat a document id: that ids are unique is beyond JSON Schema."""
    documents = body.get("documents") if isinstance(body, dict) else None
    ids = [str(item.get("id")) for item in (documents if isinstance(documents, list) else ()) if isinstance(item, dict)]
    return len(ids) == len(set(ids))


POSITIVE, NEGATIVE = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE


def check_operation(client, label, mode):
    """Send what Schemathesis makes up for an operation, and check the answers against the document."""
    schema = schemathesis.openapi.from_wsgi("/openapi.json", client.application)
    operation = next(found.ok() for found in schema.get_all_operations() if found.ok().label == label)

    @given(operation.as_strategy(generation_mode=mode))
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    def fuzz(case):
        assume(is_fair(case.body))
        if mode is POSITIVE and "infer" in label:  # that a shape fits its data is beyond JSON Schema
            tensor = case.body["inputs"][0]
            tensor["shape"] = [len(tensor["data"])]
        case.call_and_validate()

    fuzz()


@pytest.mark.parametrize(
    ("label", "mode"),
    [
        ("POST /classify", POSITIVE),
        ("POST /classify", NEGATIVE),
        ("GET /labels", POSITIVE),
        ("GET /model", POSITIVE),
        ("GET /healthz", POSITIVE),
        ("GET /readyz", POSITIVE),
        ("POST /v2/models/{model}/infer", POSITIVE),
        ("POST /v2/models/{model}/infer", NEGATIVE),
        ("GET /v2/models/{model}/versions/{version}", POSITIVE),
    ],
)
def test_schemathesis_finds_no_fault(client, label, mode):
    check_operation(client, label, mode)


def test_the_document_is_valid_openapi_3_1(client):
    document = client.get("/openapi.json").get_json()
    assert document["openapi"].startswith("3.1")
    openapi_spec_validator.validate(document)


def test_it_names_every_route_and_every_refusal(client):
    paths = client.get("/openapi.json").get_json()["paths"]
    models = ("/v2/models/{model}", "/v2/models/{model}/versions/{version}")
    inference = {f"{path}{end}" for path in models for end in ("", "/ready", "/infer")}
    assert set(paths) == {"/classify", "/labels", "/model", "/healthz", "/readyz"} | inference | {
        "/v2",
        "/v2/health/live",
        "/v2/health/ready",
    }
    responses = paths["/classify"]["post"]["responses"]
    assert {"200", "400", "413", "415", "422"} <= set(responses)


def test_labels_and_model(client):
    labels = client.get("/labels").get_json()["labels"]
    assert [row["label"] for row in labels] == ["threat", "warning", "allegation", "analysis", "report"]
    assert all(row["definition"] for row in labels)
    model = client.get("/model").get_json()
    assert set(model["files"]) == {"pipeline.joblib", "encoder.onnx.gz", "vocabulary.txt"}


def test_probes(client):
    assert client.get("/healthz").get_json() == {"status": "ok"}
    assert client.get("/readyz").get_json() == {"status": "ready"}
