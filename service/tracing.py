"""OpenTelemetry traces: a span a request, sent to the collector that the ``OTEL_*`` variables name."""

import os

from flask import Flask, request
from structlog.contextvars import bind_contextvars

from service.settings import Settings, SettingsError


def init_app(app: Flask, settings: Settings) -> None:
    """Open a span around every request, as part of the caller's trace if it sent ``traceparent``.

    Raises:
        SettingsError: If tracing is on and its packages are not installed.
    """
    if not settings.tracing:
        return
    try:
        import opentelemetry.exporter.otlp.proto.http.trace_exporter  # noqa: F401 - for all workers to share
        from opentelemetry import trace
        from opentelemetry.instrumentation.wsgi import OpenTelemetryMiddleware
    except ImportError as error:
        raise SettingsError(
            "STATEMENTS_TRACING needs the packages of requirements/options.txt: pip install 'statements[tracing]'"
        ) from error

    def name(span: trace.Span, *_: object) -> None:
        route = request.url_rule.rule if request.url_rule else "none"
        span.update_name(f"{request.method} {route}" if request.url_rule else route)
        span.set_attributes({"http.route": route, "http.target": route})  # the raw target is the caller's own words

    def tell_log(span: trace.Span, _: object) -> None:
        bind_contextvars(trace_id=trace.format_trace_id(span.get_span_context().trace_id))

    # not the Flask instrumentation: it puts the messages of exceptions, which may quote the request, into the span
    app.wsgi_app = OpenTelemetryMiddleware(  # type: ignore[method-assign]
        app.wsgi_app, request_hook=tell_log, response_hook=name
    )


def start(settings: Settings) -> None:
    """Start sending spans from this process; its thread would not outlive a fork."""
    if not settings.tracing:
        return
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    os.environ.setdefault("OTEL_SERVICE_NAME", "statements")
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)


def stop(settings: Settings) -> None:
    """Send the spans that still wait; exit handlers are not run in workers."""
    if not settings.tracing:
        return
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider

    provider = trace.get_tracer_provider()
    if isinstance(provider, TracerProvider):  # not so in a worker that failed to start
        provider.shutdown()
