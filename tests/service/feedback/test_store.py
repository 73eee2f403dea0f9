import sqlite3
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from models.cli import main
from service.feedback.store import ConflictError, Store
from service.feedback.tables import Base, Correction
from service.settings import SettingsError
from training.corpus import load_corpus
from training.data import read_labelled

ID = uuid.UUID(int=1)


def correction(**changes):
    values = {
        "author": "alice",
        "id": ID,
        "received": datetime(2026, 1, 2),
        "model_name": "statements",
        "model_version": "1.0.0",
        "sentence": "Talks resume.",
        "label": "report",
    }
    return Correction(**values | changes)


def test_the_migrations_make_what_the_models_say(store):
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_migrating_twice_changes_nothing(store):
    store.add(correction())
    store.migrate()
    store.prepare()
    assert len(store.corrections()) == 1


def test_an_empty_sqlite_file_gets_its_table_and_an_empty_postgresql_is_refused(database):
    store = Store(database)
    if database.startswith("sqlite"):
        store.prepare()
        assert store.corrections() == []
    else:
        with pytest.raises(SettingsError, match="statements feedback migrate"):
            store.prepare()
    store.engine.dispose()


def test_a_foreign_sqlite_file_or_another_revision_is_refused(tmp_path):
    file = tmp_path / "foreign.db"
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE theirs (id)")
    connection.close()
    with pytest.raises(SettingsError, match="revision None"):
        Store(f"sqlite:///{file}").prepare()


def test_a_revision_of_a_later_version_is_refused(store):
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SettingsError, match="revision 9999"):
        store.prepare()
    with pytest.raises(SettingsError, match="9999"):
        store.migrate()


def test_an_id_from_eight_threads_is_stored_once(store):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: store.add(correction()), range(8)))
    assert sorted(new for _, new in answers) == [False] * 7 + [True]
    assert len(store.corrections()) == 1


def test_ids_are_told_apart_by_author(store):
    assert store.add(correction())[1]
    assert store.add(correction(author="bob", label="threat"))[1]
    with pytest.raises(ConflictError):
        store.add(correction(label="threat"))
    assert [item.label for item in store.corrections()] == ["report", "threat"]


@pytest.fixture
def command(monkeypatch, database):
    monkeypatch.setenv("STATEMENTS_FEEDBACK_DATABASE", database)

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["statements", "feedback", *map(str, arguments)])
        main()

    return run


def test_export_is_read_by_both_readers_of_labelled_sentences(command, database, tmp_path, capsys):
    command("migrate")
    store = Store(database)
    rows = [
        ("alice", 2, "Talks\tresume.", "threat"),
        ("alice", 3, "Talks resume.", "report"),
        ("bob", 4, "He “took” bribes.", "report"),
        ("alice", 5, "He “took” bribes.", "allegation"),
    ]
    for number, (author, day, sentence, label) in enumerate(rows):
        received = datetime(2026, 1, day)
        kept = {"author": author, "received": received, "sentence": sentence, "label": label}
        store.add(correction(id=uuid.UUID(int=number), **kept))
    store.engine.dispose()
    (tmp_path / "out").mkdir()
    file = tmp_path / "out" / "corrections.tsv"
    command("export", "--out", file)
    expected = [("report", "Talks resume."), ("allegation", "He “took” bribes.")]
    assert [(row.label, row.sentence) for row in load_corpus(file.parent)] == expected
    assert [(row.label, row.sentence) for row in read_labelled([file], one_label=True)] == expected
    said = capsys.readouterr().err
    assert said == "disagreement: bob says report, alice says allegation: He “took” bribes.\n"
    command("export", "--since", "2026-01-05")
    assert capsys.readouterr().out.splitlines()[1:] == ["allegation\t\tsingle\tfeedback\tHe “took” bribes."]


def test_commands_want_a_database(monkeypatch, capsys):
    monkeypatch.delenv("STATEMENTS_FEEDBACK_DATABASE", raising=False)
    monkeypatch.setattr("sys.argv", ["statements", "feedback", "migrate"])
    with pytest.raises(SystemExit, match="2"):
        main()
    assert capsys.readouterr().err == "statements: set STATEMENTS_FEEDBACK_DATABASE\n"
