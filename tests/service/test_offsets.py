import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.sentences import split
from service.offsets import UNITS, convert

TEXTS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("é漢😀. \n"))


@given(TEXTS)
def test_spans_cut_the_same_text_in_every_unit(text):
    spans = split(text)
    for unit, encoding, size in (("utf8", "utf-8", 1), ("utf16", "utf-16-le", 2)):
        raw = text.encode(encoding)
        pieces = [raw[start * size : end * size].decode(encoding) for start, end in convert(text, spans, unit)]
        assert pieces == [text[start:end] for start, end in spans]


@pytest.mark.parametrize("unit", UNITS)
def test_ascii_needs_no_conversion(unit):
    spans = split("One. Two.")
    assert convert("One. Two.", spans, unit) == spans
