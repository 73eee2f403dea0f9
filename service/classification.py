"""Turns a validated request into the body of its answer."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from models.classifier import Classifier, Tagged
from models.sentences import Span, split
from service.explanation import explanations
from service.offsets import convert
from service.problems import Problem


def classify(request: Mapping[str, Any], classifier: Classifier, max_sentences: int) -> dict[str, Any]:
    """Answer a request that `ClassifyRequestSchema` has loaded.

    All sentences of a request are scored in one call.

    Raises:
        Problem: 413 if the request holds more than ``max_sentences`` sentences.
    """
    model = {"name": classifier.manifest.name, "version": classifier.manifest.version}
    if "sentences" in request:
        texts: list[str] = request["sentences"]
        parts = [[Span(0, len(text))] for text in texts]
    else:
        texts = [request["text"]] if "text" in request else [document["text"] for document in request["documents"]]
        parts = [split(text) for text in texts]
    split_texts = list(zip(texts, parts, strict=True))
    sentences = [text[start:end] for text, part in split_texts for start, end in part]
    if len(sentences) > max_sentences:
        detail = f"The request holds {len(sentences)} sentences; the limit is {max_sentences}."
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)
    tagged = (classifier.explain if request["explain"] else classifier.tag)(sentences)
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
