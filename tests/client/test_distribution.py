"""The client as a distribution of its own."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

CLIENT = Path(__file__).parents[2] / "client"

ALONE = """
import sys
for name in ("models", "service", "training", "flask", "sklearn", "numpy", "onnxruntime"):
    sys.modules[name] = None  # importing it fails
import statements_client
statements_client.Client("http://127.0.0.1:8000").close()
"""


def test_it_needs_nothing_of_the_service():
    result = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_its_wheel_is_typed_and_asks_for_httpx_alone(tmp_path):
    source = shutil.copytree(CLIENT, tmp_path / "client", ignore=shutil.ignore_patterns("*.egg-info", "build"))
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-w", tmp_path, source]
    subprocess.run(build, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = wheel.namelist()
        metadata = wheel.read(next(name for name in names if name.endswith("METADATA"))).decode()
    assert "statements_client/py.typed" in names
    assert {name.split("/")[0] for name in names if "dist-info" not in name} == {"statements_client"}
    required = [line.split()[1] for line in metadata.splitlines() if line.startswith("Requires-Dist")]
    assert required == ["httpx>=0.28", "httpx-retries>=0.4"]
