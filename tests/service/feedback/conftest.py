"""Databases: an SQLite file, and one in a PostgreSQL cluster of our own where that is installed."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

import psycopg
import pytest

from service import keys
from service.feedback.store import Store
from tests.server import free_port


@pytest.fixture(scope="session")
def postgresql():
    """Port of a PostgreSQL server."""
    programs = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"))), None)
    if not programs:
        pytest.skip("postgresql is not installed")
    # PostgreSQL does not run as root, and pytest's own directories are closed to others
    whose = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}
    with tempfile.TemporaryDirectory() as directory:
        if whose:
            shutil.chown(directory, "postgres")
        data, port = Path(directory) / "data", free_port()
        initdb = [programs / "initdb", "--pgdata", data, "--auth=trust", "--username=postgres", "--no-sync"]
        subprocess.run(initdb, cwd=directory, check=True, capture_output=True, timeout=120, **whose)
        command = [programs / "postgres", "-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", directory]
        process = subprocess.Popen(command, cwd=directory, stderr=subprocess.DEVNULL, **whose)
        try:
            wait_for(process, programs / "pg_isready", port)
            yield port
        finally:
            process.send_signal(signal.SIGINT)  # end sessions, then stop
            process.wait(timeout=60)


def wait_for(process, pg_isready, port):
    deadline = time.monotonic() + 60
    while subprocess.run([pg_isready, "-q", "-h", "127.0.0.1", "-p", str(port)], check=False).returncode:
        assert process.poll() is None, "PostgreSQL ended"
        assert time.monotonic() < deadline, "PostgreSQL did not get ready"
        time.sleep(0.1)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'feedback.db'}"
    port, name = request.getfixturevalue("postgresql"), f"test_{uuid.uuid4().hex}"
    with psycopg.connect(f"postgresql://postgres@127.0.0.1:{port}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"postgresql+psycopg://postgres@127.0.0.1:{port}/{name}"


@pytest.fixture
def store(database):
    """A store whose database has its table."""
    store = Store(database)
    store.migrate()
    yield store
    store.engine.dispose()


@pytest.fixture(scope="session")
def people():
    """Keys of Alice and Bob: secrets by name, and the lines for the settings."""
    made = [keys.generate(name) for name in ("alice", "bob")]
    return {kept.name: secret for secret, kept in made}, [f"{kept.name}:{kept.digest}" for _, kept in made]
