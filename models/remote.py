"""A model behind a Statements service, in the place of one on disk."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import httpx

from models.classifier import Tagged
from statements_client import Client, ModelChangedError, ServiceError


class RemoteClassifier:
    """Tags as `models.classifier.Classifier` does.

    Args:
        url: Where the service is. Its API key is read from the environment, so that no list of processes shows it.

    Raises:
        OSError: If the service cannot be reached or refuses; so does `tag`.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        with self._naming_the_service():
            self._client = Client(url, api_key=os.environ.get("STATEMENTS_CLIENT_KEY"))
            self.labels = tuple(self._client.model()["labels"])

    def tag(self, sentences: Sequence[str]) -> list[Tagged]:
        """Tag sentences, one to one."""
        with self._naming_the_service():
            rows = self._client.classify(sentences=sentences)["sentences"]
        return [
            Tagged(
                text=row["text"],
                label=row["top_label"],
                confidence=row["confidence"],
                scores=tuple(row["scores"][label] for label in self.labels),
                labels_90=tuple(row["labels_90"]),
            )
            for row in rows
        ]

    @contextmanager
    def _naming_the_service(self) -> Iterator[None]:
        try:
            yield
        except (ServiceError, ModelChangedError, httpx.HTTPError, httpx.InvalidURL) as error:
            raise OSError(f"{self._url}: {error}") from error
