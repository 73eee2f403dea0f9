"""Clients that others' generators make of the service's own OpenAPI document."""

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.server import SEED, post

HERE = Path(__file__).parent
JAVASCRIPT = HERE / "javascript"
TEXT = SEED.with_suffix(".txt").read_text()


def run(*command, cwd):
    # openapi-python-client looks for ruff in the path
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    result = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture
def openapi(url, tmp_path):
    path = tmp_path / "openapi.json"
    with urllib.request.urlopen(f"{url}/openapi.json") as response:  # noqa: S310
        path.write_bytes(response.read())
    return path


@pytest.fixture(scope="session")
def tools():
    """Where npm has put the generator and the compiler; it installs them once."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("node and npm, which make the TypeScript client, are not installed")
    installed, lock = JAVASCRIPT / "node_modules" / ".package-lock.json", JAVASCRIPT / "package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=JAVASCRIPT)
    return JAVASCRIPT / "node_modules" / ".bin"


def check(output, server):
    said = json.loads(output)
    expected = post(server, {"text": TEXT})["sentences"]
    assert said["sentences"] == [{"text": row["text"], "label": row["label"]} for row in expected]
    assert said["refusal"]["status"] == 422
    assert said["refusal"]["errors"][0]["pointer"] == "/sentences/0"


def test_python(openapi, tmp_path, server, url):
    run("openapi-python-client", "generate", "--path", openapi, "--meta=none", "--output-path=generated", cwd=tmp_path)
    shutil.copy(HERE / "python" / "classify.py", tmp_path)
    check(run(sys.executable, "classify.py", url, TEXT, cwd=tmp_path), server)


def test_typescript(tools, openapi, tmp_path, server, url):
    run(tools / "openapi-ts", "--input", openapi, "--output", "generated", cwd=tmp_path)
    shutil.copy(JAVASCRIPT / "classify.ts", tmp_path)
    options = ["--strict", "--module", "commonjs", "--target", "es2022", "--lib", "es2022,dom,dom.iterable"]
    run(tools / "tsc", *options, "classify.ts", cwd=tmp_path)
    check(run("node", "classify.js", url, TEXT, cwd=tmp_path), server)
