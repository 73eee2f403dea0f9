import pytest

ORIGIN = "https://news.example.org"


@pytest.mark.parametrize("path", ["/labels", "/healthz", "/openapi.json", "/nowhere", "/classify"])
def test_every_answer_bears_the_security_headers(client, path):
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["Cache-Control"] == "no-store"
    assert "microphone=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers
    assert "Access-Control-Allow-Origin" not in headers


def test_an_unforeseen_error_bears_them_too(client, monkeypatch):
    monkeypatch.setitem(client.application.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setattr("service.routes.classify", lambda *_: 1 / 0)
    response = client.post("/classify", json={"text": "Why?"})
    assert response.status_code == 500
    assert response.headers["Cache-Control"] == "no-store"


def test_a_route_may_set_its_own(client_with):
    client = client_with()
    own = {"Content-Security-Policy": "default-src 'self'", "Cache-Control": "max-age=60"}
    client.application.add_url_rule("/own", view_func=lambda: ("", own))
    headers = client.get("/own").headers
    assert {name: headers[name] for name in own} == own
    assert headers.getlist("Cache-Control") == ["max-age=60"]


def test_https_is_insisted_on_only_where_it_is_spoken(client_with):
    client = client_with(hsts_seconds=3600, trusted_proxies=1)
    assert "Strict-Transport-Security" not in client.get("/labels").headers
    response = client.get("/labels", headers={"X-Forwarded-Proto": "https"})
    assert response.headers["Strict-Transport-Security"] == "max-age=3600"


def test_only_pages_of_the_set_origins_may_call(client_with):
    client = client_with(cors_origins=[ORIGIN])
    response = client.get("/labels", headers={"Origin": ORIGIN})
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Retry-After" in response.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in response.headers
    other = client.get("/labels", headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in other.headers


def test_a_preflight_is_answered_without_a_key(client_with):
    client = client_with(cors_origins=[ORIGIN], api_keys=["alice:" + "0" * 64])
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type, x-api-key"}
    response = client.options("/classify", headers={"Origin": ORIGIN} | asked)
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "POST" in response.headers["Access-Control-Allow-Methods"]
    assert "x-api-key" in response.headers["Access-Control-Allow-Headers"].lower()
    refused = client.post("/classify", json={"text": "Why?"}, headers={"Origin": ORIGIN})
    assert refused.status_code == 401
    assert refused.headers["Access-Control-Allow-Origin"] == ORIGIN
