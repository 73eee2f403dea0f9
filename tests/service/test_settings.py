import os
import re
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from models.artefact import SHIPPED
from models.cli import main
from service import gunicorn
from service.settings import Settings, SettingsError, as_text, variable

ROOT = Path(__file__).parents[2]
KEY = "alice:" + "0" * 64


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch):
    for name in [name for name in os.environ if name.startswith("STATEMENTS_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)


def test_defaults():
    assert Settings.from_environment() == Settings()
    assert (Settings().max_body_bytes, Settings().max_sentences) == (1024 * 1024, 10_000)


def test_values_are_read(monkeypatch):
    given = {
        "models_directory": Path("/models"),
        "model": Path("/models/7"),
        "model_key": "k" * 32,
        "model_key_file": Path("/run/key"),
        "max_body_bytes": 2048,
        "max_sentences": 5,
        "cache_sentences": 0,
        "request_seconds": 2.5,
        "transfer_seconds": 7.5,
        "drain_seconds": 0.0,
        "api_keys": [KEY, "bob:" + "1" * 64],
        "api_keys_file": Path("/run/keys"),
        "rate_limit": "10/second;600/minute",
        "rate_limit_storage": "redis://127.0.0.1:1/0",
        "trusted_proxies": 2,
        "cors_origins": ["https://a.example", "http://localhost:3000"],
        "hsts_seconds": 3600,
        "log_level": "warning",
        "log_format": "text",
        "tracing": True,
        "feedback_database": "sqlite:////data/feedback.db",
    }
    for item in fields(Settings):
        monkeypatch.setenv(variable(item), as_text(given[item.name]))
    assert Settings.from_environment() == Settings(**given)


def test_a_collector_switches_tracing_on(monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318")
    assert Settings.from_environment() == Settings(tracing=True)


def test_a_relative_model_is_looked_up_in_the_directory(monkeypatch):
    monkeypatch.setenv("STATEMENTS_MODELS_DIRECTORY", "/models")
    monkeypatch.setenv("STATEMENTS_MODEL", "7")
    assert Settings.from_environment().model == Path("/models/7")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("MAX_SENTENCES", value) for value in ("", "many", "0", "-1", "1.5")),
        *(("REQUEST_SECONDS", value) for value in ("0", "-1", "nan", "inf", "111")),
        *(("API_KEYS", value) for value in ("", "alice", KEY + ",", KEY[:-1])),
        ("API_KEYS_FILE", ""),
        *(("RATE_LIMIT", value) for value in ("", "many", "600", "600/fortnight")),
        *(("RATE_LIMIT_STORAGE", value) for value in ("", "redis", "mongodb://h", "redis://h:port")),
        *(("CORS_ORIGINS", value) for value in ("", "example.org", "https://a.example/", "https://.*")),
        ("TRUSTED_PROXIES", "-1"),
        ("HSTS_SECONDS", "a year"),
        *(("DRAIN_SECONDS", value) for value in ("-1", "601")),
        *(("LOG_LEVEL", value) for value in ("", "loud", "INFO")),
        ("LOG_FORMAT", "xml"),
        ("TRACING", "perhaps"),
    ],
)
def test_a_wrong_value_is_named(monkeypatch, name, value):
    monkeypatch.setenv(f"STATEMENTS_{name}", value)
    with pytest.raises(SettingsError, match=f"STATEMENTS_{name}"):
        Settings.from_environment()


def test_a_password_is_not_quoted(monkeypatch):
    monkeypatch.setenv("STATEMENTS_RATE_LIMIT_STORAGE", "rdis://:hunter2@h")
    with pytest.raises(SettingsError) as error:
        Settings.from_environment()
    assert "hunter2" not in str(error.value)
    assert "hunter2" not in repr(Settings(rate_limit_storage="redis://:hunter2@h", model_key="hunter2"))


def test_a_misspelt_variable_is_an_error(monkeypatch):
    monkeypatch.setenv("STATEMENTS_API_KEY", KEY)
    with pytest.raises(SettingsError, match="STATEMENTS_API_KEY is not a setting; is STATEMENTS_API_KEYS meant"):
        Settings.from_environment()


def test_what_kubernetes_sets_for_a_service_is_let_be(monkeypatch):
    for name, value in {
        "SERVICE_HOST": "10.0.0.1",
        "SERVICE_PORT": "80",
        "SERVICE_PORT_HTTP": "80",
        "PORT": "tcp://10.0.0.1:80",
        "PORT_80_TCP": "tcp://10.0.0.1:80",
        "PORT_80_TCP_ADDR": "10.0.0.1",
        "CANARY_SERVICE_HOST": "10.0.0.2",
    }.items():
        monkeypatch.setenv(f"STATEMENTS_{name}", value)
    assert Settings.from_environment() == Settings()


def test_gunicorn_waits_longer_than_a_request_may_take(monkeypatch):
    monkeypatch.setenv("STATEMENTS_REQUEST_SECONDS", "110")
    assert Settings.from_environment().request_seconds < gunicorn.timeout


def test_the_command_prints_values_and_where_they_come_from(monkeypatch, capsys):
    monkeypatch.setenv("STATEMENTS_MAX_SENTENCES", "5")
    monkeypatch.setenv("STATEMENTS_RATE_LIMIT_STORAGE", "redis://:hunter2@h")
    monkeypatch.setenv("STATEMENTS_MODEL_KEY", "hunter2" * 5)
    monkeypatch.setattr(sys, "argv", ["statements", "config"])
    main()
    out = capsys.readouterr().out
    rows = {line.split()[0]: line.split()[1:3] for line in out.splitlines()}
    assert list(rows) == [variable(item) for item in fields(Settings)]
    assert rows["STATEMENTS_MAX_SENTENCES"] == ["5", "environment"]
    assert rows["STATEMENTS_MODEL"] == [str(SHIPPED), "default"]
    assert rows["STATEMENTS_RATE_LIMIT_STORAGE"] == ["(secret)", "environment"]
    assert rows["STATEMENTS_RATE_LIMIT"] == ["-", "default"]
    assert "hunter2" not in out


def test_the_table_in_the_operations_page_is_the_settings():
    page = (ROOT / "docs" / "operations.md").read_text()
    section = page.split("\n## Settings\n")[1].split("\n## ")[0]
    table = re.findall(r"^\| `(\w+)` \| (.*) \| (.*) \|$", section, re.MULTILINE)
    assert table == [
        (variable(item), as_text(item.default).removeprefix(f"{ROOT}/"), item.metadata["description"])
        for item in fields(Settings)
    ]
