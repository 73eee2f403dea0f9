"""LitServe."""

import sys
from typing import Any

import litserve
from numpy.typing import NDArray

from models.artefact import load_artefact


class Statements(litserve.LitAPI):
    """The pipeline as LitServe takes it."""

    def setup(self, device: str) -> None:  # noqa: ARG002 - LitServe's signature
        """Called in each worker."""
        self.pipeline = load_artefact().pipeline

    def decode_request(self, request: dict[str, Any]) -> list[str]:
        """From the body to what `predict` takes."""
        return request["sentences"]

    def predict(self, sentences: list[str]) -> NDArray[Any]:
        """Tag sentences."""
        return self.pipeline.predict_proba(sentences)

    def encode_response(self, scores: NDArray[Any]) -> dict[str, Any]:
        """To the body of the answer."""
        return {"scores": scores.tolist()}


if __name__ == "__main__":
    server = litserve.LitServer(
        Statements(api_path="/classify"), accelerator="cpu", workers_per_device=2, timeout=False
    )
    server.run(host="127.0.0.1", port=int(sys.argv[1]), generate_client_file=False, log_level="warning")
