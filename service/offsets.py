"""Offsets in the unit a caller's language indexes strings by."""

from collections.abc import Callable, Sequence

from models.sentences import Span

#: Bytes or code units one code point takes, by unit.
_WIDTHS: dict[str, Callable[[str], int]] = {
    "utf8": lambda piece: len(piece.encode("utf-8")),
    "utf16": lambda piece: len(piece.encode("utf-16-le")) // 2,
}
UNITS = ("codepoint", *reversed(_WIDTHS))


def convert(text: str, spans: Sequence[Span], unit: str) -> Sequence[Span]:
    """Re-express spans of code points in another unit.

    Args:
        text: The text the spans point into; no lone surrogates.
        spans: Ordered, non-overlapping spans.
        unit: ``codepoint`` (Python), ``utf16`` (JavaScript, Java, C#) or ``utf8`` (Go, Rust, C).

    Returns:
        As many spans, in one pass over the text.
    """
    if unit == "codepoint" or text.isascii():
        return spans
    width = _WIDTHS[unit]
    converted = []
    position = offset = 0
    for span in spans:
        start = offset + width(text[position : span.start])
        offset = start + width(text[span.start : span.end])
        position = span.end
        converted.append(Span(start, offset))
    return converted
