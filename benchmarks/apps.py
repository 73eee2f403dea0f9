"""Variants of the service for the benchmark alone: `python -m benchmarks.apps VARIANT PORT`.

They run under the server and the settings of `statements serve`.
"""

import sys
from collections.abc import Collection, Sequence

import numpy as np
from flask import Flask, Response, jsonify, request
from numpy.typing import NDArray

import models.classifier
from benchmarks.servers import WORKERS
from models.encoder import SentenceEncoder
from service.server import Server


class EchoServer(Server):
    """Bare Flask that sends back the JSON it gets: the floor."""

    def load(self) -> Flask:
        """Called by gunicorn."""
        app = Flask("echo")

        @app.post("/classify")
        def echo() -> Response:
            return jsonify(request.get_json())

        return app


class ConstantServer(Server):
    """The service with an encoder that knows one embedding: what everything else costs."""

    def load(self) -> Flask:
        """Called by gunicorn."""

        def tokenise(_: SentenceEncoder, sentences: Collection[str]) -> list[list[int]]:
            return [[0]] * len(sentences)

        def run(self: SentenceEncoder, sequences: Sequence[Sequence[int]]) -> NDArray[np.float32]:
            return np.zeros((len(sequences), self.hidden), dtype=np.float32)

        SentenceEncoder.tokenise, SentenceEncoder.run = tokenise, run
        return super().load()


class UnbatchedServer(Server):
    """The service where each thread runs the encoder itself."""

    def load(self) -> Flask:
        """Called by gunicorn."""
        models.classifier.BatchingEncoder = lambda encoder: encoder
        return super().load()


SERVERS = {"echo": EchoServer, "constant": ConstantServer, "unbatched": UnbatchedServer}

if __name__ == "__main__":
    variant, port = sys.argv[1:]
    SERVERS[variant]("127.0.0.1", int(port), WORKERS).run()
