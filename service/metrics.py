"""Metrics for Prometheus at ``/metrics``.

Under gunicorn each worker counts in files of its own, in the directory that `service.gunicorn` names in
``PROMETHEUS_MULTIPROC_DIR``, and the worker that is asked adds them all up. Without that variable a process counts
for itself.
"""

import os
import time
from collections.abc import Sequence
from functools import cache

from flask import Flask, Response, g, request, request_started
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector
from werkzeug.exceptions import default_exceptions

from models.classifier import Tagged
from service.state import state

_SEVERAL_PROCESSES = "PROMETHEUS_MULTIPROC_DIR" in os.environ  # prometheus_client asks this once, too
_REGISTRY = CollectorRegistry()
_REQUESTS = Counter("statements_requests", "Requests answered.", ["route", "status"], registry=_REGISTRY)
_SECONDS = Histogram(
    "statements_request_seconds",
    "Time from the request's headers to its answer.",
    ["route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
    registry=_REGISTRY,
)
_IN_FLIGHT = Gauge(
    "statements_requests_in_flight",
    "Requests being answered.",
    ["route"],
    multiprocess_mode="livesum",
    registry=_REGISTRY,
)
_REJECTED = Counter(
    "statements_rejected", "Requests answered with a problem.", ["reason", "status"], registry=_REGISTRY
)
_SENTENCES = Counter("statements_sentences", "Sentences tagged, by their top label.", ["label"], registry=_REGISTRY)
_CONFIDENCE = Histogram(
    "statements_confidence",
    "Confidence in the top label.",
    ["label"],
    buckets=(0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1),
    registry=_REGISTRY,
)
MODEL_LOAD_SECONDS = Gauge(
    "statements_model_load_seconds",
    "Time the last loading of a model took.",
    multiprocess_mode="mostrecent",
    registry=_REGISTRY,
)


def init_app(app: Flask) -> None:
    """Count every request, and answer ``/metrics``."""
    request_started.connect(_begin, app)  # before any hook that might refuse the request
    app.after_request(_end)
    app.teardown_request(_leave)
    app.add_url_rule("/metrics", view_func=metrics)


def record(tagged: Sequence[Tagged]) -> None:
    """Count sentences that were tagged for an answer."""
    for item in tagged:
        sentences, confidence = _of_label(item.label)
        sentences.inc()
        confidence.observe(item.confidence)


def record_refusal(status: int) -> None:
    """Count a request that the server refused before the app saw it."""
    _REJECTED.labels(default_exceptions[status].__name__, int(status)).inc()


def metrics() -> Response:
    """What Prometheus scrapes, in the format it asks for."""
    registry = CollectorRegistry()
    registry.register(MultiProcessCollector(None) if _SEVERAL_PROCESSES else _REGISTRY)
    manifest = state().classifier.manifest
    # made anew for each scrape: a file would go on telling of models that are no longer served
    model = Info("statements_model", "The model of the worker that answers.", registry=registry)
    model.info({"name": manifest.name, "version": manifest.version})
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return Response(encode(registry), content_type=content_type)


def _begin(_app: Flask, **_: object) -> None:
    rule = request.url_rule
    g.route = rule.rule if rule else "none"
    g.metrics_started = time.perf_counter()
    _in_flight(g.route).inc()


def _end(response: Response) -> Response:
    requests, seconds = _of_route(g.route, response.status_code)
    requests.inc()
    seconds.observe(time.perf_counter() - g.metrics_started)
    if "reason" in g:
        _REJECTED.labels(g.reason, response.status_code).inc()
    return response


def _leave(_: BaseException | None) -> None:
    if "route" in g:  # not so in a context that was pushed without a request to answer
        _in_flight(g.route).dec()


# Looking up a metric by its label values costs as much as counting, and these are few.
@cache
def _of_route(route: str, status: int) -> tuple[Counter, Histogram]:
    return _REQUESTS.labels(route, status), _SECONDS.labels(route, status)


@cache
def _in_flight(route: str) -> Gauge:
    return _IN_FLIGHT.labels(route)


@cache
def _of_label(label: str) -> tuple[Counter, Histogram]:
    return _SENTENCES.labels(label), _CONFIDENCE.labels(label)
