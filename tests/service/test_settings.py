from pathlib import Path

import pytest

from service.settings import Settings, SettingsError


def test_defaults(monkeypatch):
    for name in ("MODEL", "MAX_BODY_BYTES", "MAX_SENTENCES"):
        monkeypatch.delenv(f"STATEMENTS_{name}", raising=False)
    assert Settings.from_environment() == Settings()
    assert (Settings().max_body_bytes, Settings().max_sentences) == (1024 * 1024, 10_000)


def test_values_are_read(monkeypatch):
    monkeypatch.setenv("STATEMENTS_MODEL", "/models/7")
    monkeypatch.setenv("STATEMENTS_MAX_BODY_BYTES", "2048")
    monkeypatch.setenv("STATEMENTS_MAX_SENTENCES", "5")
    assert Settings.from_environment() == Settings(model=Path("/models/7"), max_body_bytes=2048, max_sentences=5)


@pytest.mark.parametrize("value", ["", "many", "0", "-1", "1.5"])
def test_a_wrong_value_is_named(monkeypatch, value):
    monkeypatch.setenv("STATEMENTS_MAX_SENTENCES", value)
    with pytest.raises(SettingsError, match="STATEMENTS_MAX_SENTENCES"):
        Settings.from_environment()
