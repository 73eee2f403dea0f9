"""Who is measured over HTTP: the service, variants of it, and the same pipeline under other servers."""

import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.servers import ROOT, WORKERS, Contestant

_PEERS = ROOT / "build" / "peers"
_MLFLOW_MODEL = str(_PEERS / "mlflow" / "model")


def _sentences(sentences: Sequence[str]) -> object:
    return {"sentences": sentences}


def _text(sentences: Sequence[str]) -> object:
    return {"text": "\n".join(sentences)}


def _tensor(sentences: Sequence[str]) -> object:
    return {"inputs": [{"name": "sentences", "shape": [len(sentences), 1], "datatype": "BYTES", "data": sentences}]}


def _inputs(sentences: Sequence[str]) -> object:
    return {"inputs": sentences}


def _program(peer: str, name: str) -> str:
    return str(_PEERS / peer / "bin" / name)


def _variant(name: str, variant: str) -> Contestant:
    return Contestant(
        name=name,
        command=(sys.executable, "-m", "benchmarks.apps", variant, "{port}"),
        path="/classify",
        sentences=_sentences,
        text=_text,
    )


STATEMENTS = Contestant(
    name="Statements",
    command=(str(Path(sys.executable).parent / "statements"), "serve", "--port", "{port}", "--workers", str(WORKERS)),
    path="/classify",
    sentences=_sentences,
    text=_text,
    environment={"STATEMENTS_DRAIN_SECONDS": "0"},
)
ECHO = _variant("Flask echo", "echo")
CONSTANT = _variant("Statements, constant embedding", "constant")
UNBATCHED = _variant("Statements, no micro-batching", "unbatched")
PEERS = (
    Contestant(
        name="FastAPI",
        command=(
            *(_program("fastapi", "uvicorn"), "benchmarks.peers.fastapi_server:app"),
            *("--port", "{port}", "--workers", str(WORKERS), "--no-access-log"),
        ),
        path="/classify",
        sentences=_sentences,
    ),
    Contestant(
        name="LitServe",
        command=(_program("litserve", "python"), "-m", "benchmarks.peers.litserve_server", "{port}"),
        path="/classify",
        sentences=_sentences,
    ),
    Contestant(
        name="BentoML",
        command=(
            *(_program("bentoml", "bentoml"), "serve", "benchmarks.peers.bentoml_server:Statements"),
            *("--host", "127.0.0.1", "--port", "{port}"),
        ),
        path="/classify",
        sentences=_sentences,
        environment={"BENTOML_DO_NOT_TRACK": "true", "BENTOML_HOME": str(_PEERS / "bentoml" / "home")},
    ),
    Contestant(
        name="MLServer",
        command=(_program("mlserver", "mlserver"), "start", "benchmarks/peers/mlserver"),
        path="/v2/models/statements/infer",
        sentences=_tensor,
        environment={"MLSERVER_HTTP_PORT": "{port}", "MLSERVER_GRPC_PORT": "0"},
    ),
    Contestant(
        name="MLflow",
        command=(
            *(_program("mlflow", "mlflow"), "models", "serve", "--env-manager", "local", "--model-uri", _MLFLOW_MODEL),
            *("--port", "{port}", "--workers", str(WORKERS)),
        ),
        path="/invocations",
        sentences=_inputs,
        prepare=(_program("mlflow", "python"), "-m", "benchmarks.peers.mlflow_model", _MLFLOW_MODEL),
    ),
)
