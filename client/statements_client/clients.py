"""The two clients. What they share is in `batches` and `problems`; here is only how requests are sent."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self, Unpack, cast

import httpx
from httpx_retries import Retry, RetryTransport

from statements_client.batches import Batch, batches, join
from statements_client.messages import Answer, Label, Manifest, Request
from statements_client.problems import content

_ONCE = {"retry": Retry(total=0)}


@dataclass(kw_only=True, eq=False)
class _Settings:
    url: str = field(kw_only=False)
    api_key: str | None = field(default=None, repr=False)
    timeout: float = 60.0
    retries: int = 4
    batch_items: int = 500
    batch_bytes: int = 256 * 1024

    def _http_options(self, transport: httpx.BaseTransport | httpx.AsyncBaseTransport) -> dict[str, Any]:
        retry = Retry(
            total=self.retries,
            allowed_methods=("GET", "POST"),  # no request changes anything in the service, so each may be sent again
            status_forcelist=(429, 503),
            retry_on_exceptions=(httpx.ConnectTimeout, httpx.NetworkError, httpx.RemoteProtocolError),
            backoff_factor=0.25,
        )
        return {
            "base_url": self.url,
            "headers": {"X-API-Key": self.api_key} if self.api_key else {},
            "timeout": self.timeout,
            "transport": RetryTransport(transport, retry),
        }

    def _batches(self, request: Request) -> Iterator[Batch]:
        return batches(request, self.batch_items, self.batch_bytes)


@dataclass(kw_only=True, eq=False)
class Client(_Settings):
    """A client that waits for each answer; to be used as a context manager, or closed.

    Its methods raise `ServiceError` where the service refuses or fails, and `httpx.TransportError` where it cannot be
    reached or takes too long.

    Args:
        url: Where the service is, such as ``http://127.0.0.1:8000``.
        api_key: Sent as ``X-API-Key``.
        timeout: Seconds to wait for a connection, and for each further sign of life.
        retries: How often to ask again after 429, 503 or a broken connection: after the time in ``Retry-After``, at
            most two minutes, else after a random one of at most 0.5 seconds, then 1, 2, 4 ...
        batch_items: Most sentences or documents in one request; longer lists are asked in several.
        batch_bytes: Most bytes they may take there. Both are to be below the service's limits.
        transport: In place of httpx's own, as for a proxy: ``httpx.HTTPTransport(proxy=...)``.
    """

    transport: httpx.BaseTransport | None = None

    def __post_init__(self) -> None:
        self._http = httpx.Client(**self._http_options(self.transport or httpx.HTTPTransport()))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def classify(self, **request: Unpack[Request]) -> Answer:
        """Tag sentences; the arguments are the members of `Request`.

        Raises:
            ModelChangedError: If the parts of a long list were answered by different models.
        """
        return join([self._send(batch) for batch in self._batches(request)])

    def labels(self) -> list[Label]:
        """The model's labels and their definitions."""
        return cast(list[Label], content(self._http.get("/labels"))["labels"])

    def model(self) -> Manifest:
        """The manifest of the model that answers."""
        return cast(Manifest, content(self._http.get("/model")))

    def ready(self) -> bool:
        """Whether the service takes requests now; asked once, without retries."""
        try:
            return self._http.get("/readyz", extensions=_ONCE).is_success
        except httpx.TransportError:
            return False

    def _send(self, batch: Batch) -> Answer:
        return batch.answer(self._http.post("/classify", json=batch.body))


@dataclass(kw_only=True, eq=False)
class AsyncClient(_Settings):
    """`Client` for asyncio, with the same arguments and methods, and several requests under way at once.

    Args:
        concurrency: Most requests to ``/classify`` under way at once, over all calls.
        transport: In place of httpx's own, as for a proxy: ``httpx.AsyncHTTPTransport(proxy=...)``.
    """

    concurrency: int = 4
    transport: httpx.AsyncBaseTransport | None = None

    def __post_init__(self) -> None:
        self._http = httpx.AsyncClient(**self._http_options(self.transport or httpx.AsyncHTTPTransport()))
        self._slots = asyncio.Semaphore(self.concurrency)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def classify(self, **request: Unpack[Request]) -> Answer:
        """As `Client.classify`."""
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._send(batch)) for batch in self._batches(request)]
        except ExceptionGroup as failures:  # the first one ended the others
            raise failures.exceptions[0] from None
        return join([task.result() for task in tasks])

    async def labels(self) -> list[Label]:
        """As `Client.labels`."""
        return cast(list[Label], content(await self._http.get("/labels"))["labels"])

    async def model(self) -> Manifest:
        """As `Client.model`."""
        return cast(Manifest, content(await self._http.get("/model")))

    async def ready(self) -> bool:
        """As `Client.ready`."""
        try:
            return (await self._http.get("/readyz", extensions=_ONCE)).is_success
        except httpx.TransportError:
            return False

    async def _send(self, batch: Batch) -> Answer:
        async with self._slots:
            return batch.answer(await self._http.post("/classify", json=batch.body))
