import os
import sys

import pytest

from models.cli import main
from service import keys
from service.keys import Keyring


def make(name):
    secret, kept = keys.generate(name)
    return secret, f"{kept.name}:{kept.digest}"


def replace(path, text):
    """Write as rotation does: a new file in place of the old one."""
    new = path.with_suffix(".new")
    new.write_text(text)
    new.replace(path)


def test_keys_of_both_sources_are_in_force(tmp_path):
    (alice, line), (bob, other) = make("alice"), make("bob")
    path = tmp_path / "keys"
    path.write_text(f"# the newsroom\n\n  {other}  \n")
    keyring = Keyring([line], path)
    assert (keyring.holder(alice), keyring.holder(bob)) == ("alice", "bob")
    assert keyring.holder(alice[:-1]) is keyring.holder("") is keyring.holder("é") is None


def test_a_name_may_bear_an_old_and_a_new_key():
    (old, line), (new, other) = make("alice"), make("alice")
    keyring = Keyring([line, other], None)
    assert keyring.holder(old) == keyring.holder(new) == "alice"


def test_every_key_is_compared_in_constant_time(monkeypatch):
    made = [make(f"key-{number}") for number in range(5)]
    keyring = Keyring([line for _, line in made], None)
    compared = []
    monkeypatch.setattr("service.keys.hmac.compare_digest", lambda a, b: compared.append(a) or a == b)
    assert keyring.holder(made[0][0]) == "key-0"
    assert len(compared) == 5


def test_a_changed_file_is_read_anew(tmp_path):
    (old, line), (new, other) = make("alice"), make("alice")
    path = tmp_path / "keys"
    path.write_text(line)
    keyring = Keyring([], path)
    replace(path, other)
    assert (keyring.holder(old), keyring.holder(new)) == (None, "alice")


@pytest.mark.parametrize("content", [None, b"", b"# all gone\n", b"alice:secret\n", b"\xff\xfe"])
def test_a_broken_file_keeps_the_keys_and_is_logged_once(tmp_path, caplog, content):
    secret, line = make("alice")
    path = tmp_path / "keys"
    path.write_text(line)
    keyring = Keyring([], path)
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert keyring.holder(secret) == keyring.holder(secret) == "alice"
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert str(path) in caplog.text
    assert "secret" not in caplog.text
    replace(path, make("bob")[1])
    assert keyring.holder(secret) is None


@pytest.mark.parametrize("entry", ["", "alice", "alice:", "alice:" + "0" * 63, "alice:" + "G" * 64, "a b:" + "0" * 64])
def test_an_entry_that_is_none_is_not_quoted(entry):
    with pytest.raises(ValueError, match=r"^entry 2 is not name:digest") as error:
        keys.parse(["x:" + "0" * 64, entry])
    assert "alice" not in str(error.value)


def test_the_command_makes_a_key_that_works(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["statements", "key", "alice"])
    main()
    secret, line = (row.split(": ")[1] for row in capsys.readouterr().out.splitlines())
    assert Keyring([line], None).holder(secret) == "alice"
    assert len(secret) >= 43
    assert secret not in line


def test_the_command_refuses_a_name_that_cannot_be_written_down(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["statements", "key", f"a{os.linesep}b"])
    with pytest.raises(SystemExit):
        main()
    assert "a key's name" in capsys.readouterr().err
