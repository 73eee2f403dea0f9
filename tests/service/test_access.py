import pytest
from flask import g

from service import keys
from service.access import OPEN_PATHS
from service.settings import SettingsError


@pytest.fixture
def made():
    secret, kept = keys.generate("alice")
    return secret, f"{kept.name}:{kept.digest}"


def check_refused(response):
    assert response.status_code == 401
    assert response.content_type == "application/problem+json"
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="Statements API"'
    assert "API key" in response.get_json()["detail"]


def test_without_keys_the_service_is_open(client_with):
    assert client_with().get("/labels").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [{}, {"X-API-Key": "wrong"}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic YTpi"}, {"X-API-Key": ""}],
)
def test_without_a_valid_key_it_is_refused(client_with, made, headers):
    client = client_with(api_keys=[made[1]])
    check_refused(client.get("/labels", headers=headers))
    check_refused(client.post("/classify", json={"text": "Why?"}, headers=headers))


def test_a_key_opens_either_way_and_leaves_its_name(client_with, made):
    secret, line = made
    client = client_with(api_keys=[line])
    for headers in (
        {"X-API-Key": secret},
        {"Authorization": f"Bearer {secret}"},
        {"Authorization": f"bearer {secret}"},
    ):
        with client:
            assert client.get("/labels", headers=headers).status_code == 200
            assert g.key_name == "alice"


def test_a_refused_body_is_not_read(client_with, made):
    check_refused(client_with(api_keys=[made[1]]).post("/classify", data="{", content_type="application/json"))


def test_what_holds_no_text_stays_open(client_with, made):
    client = client_with(api_keys=[made[1]])
    for path in ("/healthz", "/readyz", "/openapi.json"):
        assert client.get(path).status_code == 200, path
    assert client.options("/classify").status_code == 200
    # whether a path exists is no secret; whether a key is right must not show there, where nothing is counted
    assert client.get("/nowhere").status_code == 404
    for path in ("/labels/", "/docs/../classify", "//classify", "/static/../classify", "/healthz/../classify"):
        assert client.post(path, json={"text": "Why?"}).status_code in (308, 401, 404, 405), path


@pytest.mark.parametrize(
    ("path", "is_open"),
    [
        *((path, True) for path in ("/", "/metrics", "/v2/health/live", "/docs", "/docs/ui.css", "/static/page.js")),
        *((path, False) for path in ("/classify", "/v2", "/v2/models/a/infer", "/documents", "/metrics/x", "")),
    ],
)
def test_open_paths(path, is_open):
    assert bool(OPEN_PATHS.fullmatch(path)) == is_open


def test_a_key_in_a_file_is_rotated_without_a_restart(client_with, made, tmp_path):
    secret, line = made
    path = tmp_path / "keys"
    path.write_text(line)
    client = client_with(api_keys_file=path)
    assert client.get("/labels", headers={"X-API-Key": secret}).status_code == 200
    fresh, kept = keys.generate("bob")
    path.write_text(f"{kept.name}:{kept.digest}\n")
    check_refused(client.get("/labels", headers={"X-API-Key": secret}))
    assert client.get("/labels", headers={"X-API-Key": fresh}).status_code == 200


@pytest.mark.parametrize("content", ["", "# none\n", "alice:secret\n", None])
def test_a_file_of_no_use_stops_the_start(client_with, tmp_path, content):
    path = tmp_path / "keys"
    if content is not None:
        path.write_text(content)
    with pytest.raises(SettingsError, match="STATEMENTS_API_KEYS_FILE cannot be used") as error:
        client_with(api_keys_file=path)
    assert "secret" not in str(error.value)


def test_the_openapi_document_says_where_a_key_goes(client):
    document = client.get("/openapi.json").get_json()
    assert document["components"]["securitySchemes"] == {
        "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
        "bearer": {"type": "http", "scheme": "bearer"},
    }
    assert document["security"] == [{}, {"apiKey": []}, {"bearer": []}]
    assert document["paths"]["/readyz"]["get"]["security"] == []
    assert "security" not in document["paths"]["/classify"]["post"]
    assert {"401", "429", "503"} <= set(document["paths"]["/classify"]["post"]["responses"])
