"""Logs: one JSON object a line on standard output, one line a request, and never what a request said."""

import logging
import re
import sys
import time
import traceback
import uuid
from collections.abc import Iterator, MutableMapping
from http import HTTPMethod
from typing import Any

import structlog
from flask import Flask, Response, g, request, request_started
from gunicorn import glogging
from structlog.contextvars import bind_contextvars, clear_contextvars, merge_contextvars

from service.settings import Settings

_log = logging.getLogger(__name__)
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
# W3C Trace Context: version, trace id, parent id, flags; versions after 00 may append fields
_TRACEPARENT = re.compile(r"(?!ff|00.{54})[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?")


def configure(settings: Settings) -> None:
    """Send all logging of this process, its libraries' as well, to standard output in the form the settings name."""
    renderer: structlog.typing.Processor = structlog.processors.JSONRenderer()
    if settings.log_format == "text":
        renderer = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                merge_contextvars,
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.stdlib.ExtraAdder(),
                structlog.processors.TimeStamper(fmt="iso"),
                _without_values,
            ],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler], force=True)
    logging.captureWarnings(True)


def init_app(app: Flask) -> None:
    """Give every request an id, answer with it, and log a line when the answer is ready."""
    request_started.connect(_begin, app)  # before any hook that might refuse the request
    app.after_request(_end)
    app.teardown_request(lambda _: clear_contextvars())  # the thread goes on to other requests


def _begin(_app: Flask, **_: object) -> None:
    g.log_started = time.perf_counter()
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
    bind_contextvars(request_id=g.request_id)
    if traceparent := _TRACEPARENT.fullmatch(request.headers.get("traceparent", "")):
        bind_contextvars(trace_id=traceparent[1])


def _end(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.request_id
    _log.info(
        "request",
        extra={
            # the path and an unknown method are the caller's own words
            "method": request.method if request.method in HTTPMethod.__members__ else "other",
            "route": request.url_rule.rule if request.url_rule else "none",
            "status": response.status_code,
            "reason": g.get("reason"),
            "seconds": round(time.perf_counter() - g.log_started, 6),
            "bytes_in": request.content_length,
            "remote": request.remote_addr,
            "key": g.get("key_name"),
        },
    )
    return response


class GunicornLogger(glogging.Logger):
    """Gunicorn's logger, in the form of all the others and without what it quotes of requests."""

    def setup(self, cfg: object) -> None:  # noqa: ARG002 - gunicorn's signature
        """Called at start and at each reload."""
        configure(Settings.from_environment())
        self.error_log.propagate = True
        self.error_log.setLevel(max(logging.INFO, logging.root.level))  # its debug lines quote paths

    def warning(self, msg: str, *args: object, **kwargs: Any) -> None:  # noqa: ANN401
        """A request that cannot be parsed may be the rest of a body, so only the kind of its fault is told."""
        if msg.startswith("Invalid request from ip="):
            kind = sys.exc_info()[0]
            msg = f"{msg.partition(': ')[0]}: {kind.__name__ if kind else ''}"
        super().warning(msg, *args, **kwargs)


def _without_values(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Show where an exception came from and its type, but not its message, which may quote the request.

    Nor what was logged with it: Flask and gunicorn put the raw path there.
    """
    exc_info = event.pop("exc_info", None)
    if exc_info and exc_info[1]:
        event["event"] = "exception"
        event["exception"] = "".join(_traceback(exc_info[1]))
    return event


def _traceback(error: BaseException) -> Iterator[str]:
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before:
        yield from _traceback(before)
        yield "\n\nthen\n\n"
    yield from traceback.format_tb(error.__traceback__)
    yield type(error).__qualname__
