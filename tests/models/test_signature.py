import json
import shutil
import sys

import pytest

from models.artefact import MANIFEST, SHIPPED, ArtefactError, load_artefact
from models.cli import main
from models.signature import SIGNATURE

KEY = "a key of no fewer than 32 bytes, for tests"


@pytest.fixture
def copy(tmp_path):
    return shutil.copytree(SHIPPED, tmp_path / "copy")


@pytest.fixture
def sign(monkeypatch):
    """`statements sign` with an environment of its own; gives its exit status."""

    def run(directory, **environment):
        with monkeypatch.context() as patched:
            patched.setattr(sys, "argv", ["statements", "sign", str(directory)])
            for name, value in environment.items():
                patched.setenv(name, value)
            try:
                main()
            except SystemExit as end:
                return end.code
        return 0

    return run


def refused(directory, monkeypatch):
    monkeypatch.setattr("joblib.load", lambda *_: pytest.fail("unpickled"))
    with pytest.raises(ArtefactError, match="is not signed with the key"):
        load_artefact(directory)


def test_a_signed_artefact_loads(sign, copy, monkeypatch):
    assert sign(copy, STATEMENTS_MODEL_KEY=KEY) == 0
    monkeypatch.setenv("STATEMENTS_MODEL_KEY", KEY)
    assert load_artefact(copy).manifest.name == "statements"


def test_the_key_may_lie_in_a_file(sign, copy, tmp_path, monkeypatch):
    file = tmp_path / "key"
    file.write_text(KEY + "\n")
    assert sign(copy, STATEMENTS_MODEL_KEY_FILE=str(file)) == 0
    monkeypatch.setenv("STATEMENTS_MODEL_KEY_FILE", str(file))
    load_artefact(copy)


def test_an_unsigned_artefact_is_refused(copy, monkeypatch):
    monkeypatch.setenv("STATEMENTS_MODEL_KEY", KEY)
    refused(copy, monkeypatch)


def test_a_signature_of_another_key_is_refused(sign, copy, monkeypatch):
    sign(copy, STATEMENTS_MODEL_KEY=KEY + "!")
    monkeypatch.setenv("STATEMENTS_MODEL_KEY", KEY)
    refused(copy, monkeypatch)


@pytest.mark.parametrize("signature", [b"", b"\xff" * 64, b"0" * 64])
def test_a_spoilt_signature_is_refused(copy, signature, monkeypatch):
    (copy / SIGNATURE).write_bytes(signature)
    monkeypatch.setenv("STATEMENTS_MODEL_KEY", KEY)
    refused(copy, monkeypatch)


def test_an_amended_manifest_needs_a_new_signature(sign, copy, monkeypatch):
    sign(copy, STATEMENTS_MODEL_KEY=KEY)
    manifest = copy / MANIFEST
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"version": "9"}))
    monkeypatch.setenv("STATEMENTS_MODEL_KEY", KEY)
    refused(copy, monkeypatch)


@pytest.mark.parametrize("key", ["", "short"])
def test_a_short_key_is_refused(monkeypatch, key):
    monkeypatch.setenv("STATEMENTS_MODEL_KEY", key)
    with pytest.raises(ArtefactError, match="STATEMENTS_MODEL_KEY: a key has at least 32 bytes"):
        load_artefact()


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "set STATEMENTS_MODEL_KEY or"),
        ({"STATEMENTS_MODEL_KEY_FILE": "/nowhere"}, "/nowhere"),
        ({"STATEMENTS_MODEL_KEY": KEY, "STATEMENTS_MODEL_KEY_FILE": "/nowhere"}, "not both"),
    ],
)
def test_signing_without_a_usable_key_is_one_line(sign, copy, capsys, environment, said):
    assert sign(copy, **environment) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert not (copy / SIGNATURE).exists()


def test_only_an_artefact_is_signed(sign, tmp_path):
    assert sign(tmp_path, STATEMENTS_MODEL_KEY=KEY) == 2
