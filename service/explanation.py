"""Explanations of labels as the answer states them: words placed in the caller's text."""

from collections.abc import Iterator, Sequence
from typing import Any

from models.classifier import Tagged
from models.sentences import Span
from service.offsets import convert


def explanations(
    texts: Sequence[tuple[str, Sequence[Span]]], tagged: Sequence[Tagged], unit: str
) -> Iterator[dict[str, Any] | None]:
    """The member ``explanation`` of each sentence, None where the model was not asked for it.

    Args:
        texts: Each text with the spans of its sentences.
        tagged: The sentences of all texts, in order.
        unit: Unit of the offsets.
    """
    items = iter(tagged)
    for text, sentences in texts:
        explained = [(span.start, next(items).explanation) for span in sentences]
        places = [
            Span(start + word.span.start, start + word.span.end)
            for start, explanation in explained
            if explanation
            for word in explanation.words
        ]
        found = zip(places, convert(text, places, unit), strict=True)
        for _, explanation in explained:
            if explanation is None:
                yield None
                continue
            yield {
                "label": explanation.label,
                "logit": explanation.logit,
                "intercept": explanation.intercept,
                "remainder": explanation.remainder,
                "spans": [
                    {
                        "start": span.start,
                        "end": span.end,
                        "text": text[place.start : place.end],
                        "contribution": word.value,
                    }
                    for word, (place, span) in zip(explanation.words, found, strict=False)
                ],
            }
