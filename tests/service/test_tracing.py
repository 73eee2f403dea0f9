"""Spans, as a collector receives them from the real server."""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from service.app import create_app
from service.settings import Settings, SettingsError
from tests.server import serving
from tests.service.test_logs import HEAD, MARKER, exchange, fail

PARENT = "00f067aa0ba902b7"


@pytest.fixture
def collector():
    """An OTLP/HTTP collector: its address, and the bodies it has received."""

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            received.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    received = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", received
        server.shutdown()
        thread.join()


def attributes(pairs):
    return {pair.key: pair.value.string_value or pair.value.int_value for pair in pairs}


def test_each_request_is_a_span_in_its_callers_trace(tmp_path, collector):
    endpoint, received = collector
    traces = [f"{number:032x}" for number in range(1, 21)]
    body = json.dumps({"text": f"{MARKER} left the talks."}).encode()
    with serving(tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=endpoint, STATEMENTS_DRAIN_SECONDS="0") as (process, port):
        for trace in traces:
            head = HEAD + f"traceparent: 00-{trace}-{PARENT}-01\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            exchange(port, head + body)
        exchange(port, HEAD + b"Content-Length: 2\r\n\r\n{}")
        exchange(port, f"GET /{MARKER}?{MARKER} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        process.terminate()
        assert process.wait(timeout=40) == 0
    exports = [ExportTraceServiceRequest.FromString(export) for export in received]
    resources = [resource for export in exports for resource in export.resource_spans]
    spans = [span for resource in resources for scope in resource.scope_spans for span in scope.spans]
    assert {attributes(resource.resource.attributes)["service.name"] for resource in resources} == {"statements"}
    called = [span for span in spans if span.parent_span_id]
    assert sorted(span.trace_id.hex() for span in called) == traces
    assert {span.parent_span_id.hex() for span in called} == {PARENT}
    assert {span.name for span in called} == {"POST /classify"}
    assert {attributes(span.attributes)["http.route"] for span in called} == {"/classify"}
    logged = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    requests = [line for line in logged if line["event"] == "request"]
    # with or without a caller's trace, the log names the span's
    assert sorted(line["trace_id"] for line in requests) == sorted(span.trace_id.hex() for span in spans)
    assert MARKER.encode() not in b"".join(received)


def test_an_exception_leaves_no_values_in_its_span(client_with, monkeypatch):
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr("opentelemetry.trace.get_tracer_provider", lambda: provider)
    client = client_with(tracing=True)
    client.application.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setattr("service.routes.classify", fail)
    client.post("/classify", json={"text": MARKER}).close()
    (span,) = exporter.get_finished_spans()
    assert (span.name, span.status.is_ok) == ("POST /classify", False)
    assert MARKER not in span.to_json()


def test_missing_packages_are_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry.instrumentation.wsgi", None)
    with pytest.raises(SettingsError, match=r"requirements/options.txt"):
        create_app(Settings(tracing=True))
    assert create_app(Settings())
