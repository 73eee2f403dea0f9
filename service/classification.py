"""Turns a validated request into the body of its answer."""

import time
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from structlog.contextvars import bind_contextvars
from werkzeug.exceptions import ServiceUnavailable

from models.classifier import Classifier, Tagged
from models.sentences import Span, split
from service import metrics
from service.explanation import explanations
from service.offsets import convert
from service.problems import Problem
from service.settings import Settings

_BATCH, _EXPLAINED_BATCH = 256, 8  # sentences between two looks at the clock: explaining is slow
_RETRY_AFTER = 10  # seconds


def classify(request: Mapping[str, Any], classifier: Classifier, settings: Settings) -> dict[str, Any]:
    """Answer a request that `ClassifyRequestSchema` has loaded.

    Raises:
        Problem: 413 if the request holds more sentences than the settings allow.
        ServiceUnavailable: If it takes longer than they allow.
    """
    deadline = time.monotonic() + settings.request_seconds
    model = {"name": classifier.manifest.name, "version": classifier.manifest.version}
    if "sentences" in request:
        texts: list[str] = request["sentences"]
        parts = [[Span(0, len(text))] for text in texts]
    else:
        texts = [request["text"]] if "text" in request else [document["text"] for document in request["documents"]]
        parts = [split(text) for text in texts]
    split_texts = list(zip(texts, parts, strict=True))
    sentences = [text[start:end] for text, part in split_texts for start, end in part]
    if len(sentences) > settings.max_sentences:
        detail = f"The request holds {len(sentences)} sentences; the limit is {settings.max_sentences}."
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail, reason="TooManySentences")
    tag, batch = (classifier.explain, _EXPLAINED_BATCH) if request["explain"] else (classifier.tag, _BATCH)
    tagged: list[Tagged] = []
    for start in range(0, len(sentences), batch):
        if time.monotonic() > deadline:
            detail = f"Given up after {settings.request_seconds:g} seconds: send fewer sentences, or try again later."
            raise ServiceUnavailable(detail, retry_after=_RETRY_AFTER)
        tagged += tag(sentences[start : start + batch])
    metrics.record(tagged)
    bind_contextvars(sentences=len(tagged))
    spans = [span for text, part in split_texts for span in convert(text, part, request["offsets"])]
    explained = list(explanations(split_texts, tagged, request["offsets"]))
    if "documents" not in request:
        return {"model": model} | _body(tagged, spans, explained, classifier.labels, request)
    documents = []
    first = 0
    for document, part in zip(request["documents"], parts, strict=True):
        rows = slice(first, first + len(part))
        body = _body(tagged[rows], spans[rows], explained[rows], classifier.labels, request)
        documents.append({"id": document["id"]} | body)
        first = rows.stop
    return {"model": model, "documents": documents}


def _body(
    tagged: Sequence[Tagged],
    spans: Sequence[Span],
    explained: Sequence[dict[str, Any] | None],
    labels: Sequence[str],
    request: Mapping[str, Any],
) -> dict[str, Any]:
    summary = dict.fromkeys(labels, 0)
    rows = []
    for index, (item, span, explanation) in enumerate(zip(tagged, spans, explained, strict=True)):
        label = item.label if item.confidence >= request["min_confidence"] else None
        if label:
            summary[label] += 1
        row = {
            "index": index,
            "text": item.text,
            "start": span.start,
            "end": span.end,
            "label": label,
            "top_label": item.label,
            "confidence": item.confidence,
            "labels_90": item.labels_90,
        }
        if request["scores"]:
            row["scores"] = dict(zip(labels, item.scores, strict=True))
        if explanation:
            row["explanation"] = explanation
        rows.append(row)
    return {"sentences": rows, "summary": summary}
