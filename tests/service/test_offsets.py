import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.sentences import Span, split
from service.offsets import UNITS, convert

TEXTS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("é漢😀. \n"))


@given(TEXTS)
def test_spans_cut_the_same_text_in_every_unit(text):
    spans = split(text)
    for unit, encoding, size in (("utf8", "utf-8", 1), ("utf16", "utf-16-le", 2)):
        raw = text.encode(encoding)
        pieces = [raw[start * size : end * size].decode(encoding) for start, end in convert(text, spans, unit)]
        assert pieces == [text[start:end] for start, end in spans]


@given(TEXTS, st.data())
def test_any_ordered_spans_are_converted_as_their_prefixes_are_long(text, data):
    ends = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    spans = [Span(start, end) for start, end in zip(ends[::2], ends[1::2], strict=False)]
    for unit, encoding, size in (("codepoint", "utf-32-le", 4), ("utf8", "utf-8", 1), ("utf16", "utf-16-le", 2)):
        expected = [tuple(len(text[:offset].encode(encoding)) // size for offset in span) for span in spans]
        assert convert(text, spans, unit) == expected


@pytest.mark.parametrize("unit", UNITS)
def test_ascii_needs_no_conversion(unit):
    spans = split("One. Two.")
    assert convert("One. Two.", spans, unit) == spans
