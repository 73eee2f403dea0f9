"""Sentence splitting with exact offsets.

A text is cut at paragraph breaks, then at every terminator (``.``, ``?``, ``!``, ``…``) that the rules below take for a
sentence end. Decisions look at the word before the terminator, the closing marks after it and the word that follows:
the same evidence as Punkt (Kiss & Strunk, *Unsupervised Multilingual Sentence Boundary Detection*, 2006), with closed
lists for news prose in place of learned ones. `benchmarks/splitting.py` compares the result with other splitters.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from models.abbreviations import (
    CALENDAR,
    CONNECTIVES,
    FINAL,
    FINAL_LOWER,
    NUMBERED,
    SPEECH_VERBS,
    STARTERS,
    TIME_WORDS,
    TITLES,
)


class Span(NamedTuple):
    """Half-open range of code points: the sentence is ``text[start:end]``."""

    start: int
    end: int


_OPENERS = "\"'“”‘’«‹([{`*_"
_CLOSERS = "\"'”’»›)]}*_"
_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad"

# A terminator run, its closing marks, then white space; or a stop that lost its space ("over.The"). The look-behind
# and the possessive quantifiers keep matching linear in the length of the text.
_CANDIDATE = re.compile(
    rf"(?<![.!?…])(?P<mark>[.!?…]++(?:[ \u00a0]?\.){{0,3}}+)(?P<close>[{re.escape(_CLOSERS)}{_ZERO_WIDTH}]*+)"
    r"(?:\s++|(?<=[a-z][a-z][.?!])(?=[A-Z][a-z]+[ ,])(?!Com|Net|Org))"
)
_LAST_WORD = re.compile(r"[^\s\"“”«(\[{`*_—–/]*$")
_NEXT_WORD = re.compile(rf"[{re.escape(_OPENERS)}{_ZERO_WIDTH}\s]*+([^\s]*)")
_WORD_CORE = re.compile(r"[\w’'-]+")
_DOTTED = re.compile(r"(?:[A-Za-z]\.)+[A-Za-z]")
_ATTRIBUTION = re.compile(r"(?:[A-Z][\w.’'-]*\s+){1,4}([a-z]+)\b")
_LIST_MARK = re.compile(r"(?:[-*•·▪◦–—]|\(?(?:\d{1,3}|[a-zA-Z])[.)])\s")
_LINE_ENDS = "\n\r\u2028\u2029\x0b\x0c\x85"
_LINE_GAP = re.compile(rf"[{_LINE_ENDS}]\s*+")
_TERMINATED = re.compile(rf"[.!?…:;][{re.escape(_CLOSERS)}]*$")
_CAPITALISED = TITLES | NUMBERED | FINAL
_QUOTES = frozenset("\"'”’»")
_QUOTE_OPENERS = frozenset("\"'“‘«`")
_ROMAN = re.compile(r"[IVXLC]+[.,;:)]*")
_ENUMERATOR = re.compile(r"\(?(?:\d{1,3}|[ivxIVX]{1,4}|[a-zA-Z])")
_WRAP_WIDTH = range(40, 101)
_WRAP_SLACK = 20


def split(text: str) -> list[Span]:
    """Split a text into sentences.

    Args:
        text: Any string; line ends may be LF, CRLF or CR.

    Returns:
        Ordered, non-overlapping spans with no white space at either end. Every character that is not white space lies
        in exactly one span; a text without such a character gives an empty list.
    """
    spans = []
    for block in _blocks(text):
        cuts = [block.start, *_cuts(text, block), block.end]
        for start, end in pairwise(cuts):
            span = _stripped(text, start, end)
            if span.start < span.end:
                spans.append(span)
    return spans


def _stripped(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    return Span(start + len(piece) - len(piece.lstrip()), max(start, end - len(piece) + len(piece.rstrip())))


def _blocks(text: str) -> Iterator[Span]:
    """Cut at blank lines and at single line ends, save those that merely wrap a paragraph."""
    wrap_width = _wrap_width(text)
    start = line_start = 0
    for gap in _LINE_GAP.finditer(text):
        line = text[line_start : gap.start()].rstrip()
        line_start = gap.end()
        if not _is_wrap(line, gap.group(), text[gap.end() : gap.end() + 8], wrap_width):
            yield Span(start, gap.start())
            start = gap.end()
    yield Span(start, len(text))


def _wrap_width(text: str) -> int:
    """Width at which the text is hard-wrapped, or 0 if its lines vary as paragraphs do."""
    lengths = [len(line) for line in text.splitlines() if line.strip()]
    widest = max(lengths, default=0)
    return widest if len(lengths) > 2 and widest in _WRAP_WIDTH else 0


def _is_wrap(line: str, gap: str, after: str, wrap_width: int) -> bool:
    breaks = sum(mark in _LINE_ENDS for mark in gap.replace("\r\n", "\n"))
    if breaks > 1 or not after or _LIST_MARK.match(after) or _TERMINATED.search(line[-8:]):
        return False
    return after[0].islower() or (bool(wrap_width) and wrap_width - len(line) <= _WRAP_SLACK)


def _cuts(text: str, block: Span) -> Iterator[int]:
    """Offsets inside a block at which a new sentence begins."""
    for candidate in _CANDIDATE.finditer(text, block.start, block.end):
        if candidate.end() < block.end and _ends_sentence(text, block.start, candidate):
            yield candidate.end()


def _ends_sentence(text: str, block_start: int, candidate: re.Match[str]) -> bool:
    mark, close = candidate["mark"], candidate["close"]
    following = _NEXT_WORD.match(text, candidate.end())
    assert following is not None  # the pattern matches the empty string
    word = following[1]
    if not word or (word[0] in "—–-,;:.…" and not word[1:2].isalnum()):
        return False
    quoted = following.start(1) > candidate.end()
    if not word[0].isalpha() and not word[0].isdigit() and word[0] not in "$£€¥#@%&•":
        return word[0] not in ")]}"
    if word[0].islower():
        return False
    if close and not _QUOTES.isdisjoint(close) and not quoted and _attributes(text, candidate.end()) and mark != ".":
        return False
    if mark.strip(" \u00a0") != ".":
        return not (mark[0] in ".…" and word == "I")
    before = text[max(block_start, candidate.start() - 24) : candidate.start()]
    found = _LAST_WORD.search(before)
    last_word = found.group().lstrip("'‘’") if found else ""
    if close and not _is_abbreviation(last_word):
        return True
    lead = before[: len(before) - len(last_word)]
    begins = candidate.start() - len(last_word) <= block_start + 1 or _ends_plainly(lead)
    if begins and _ENUMERATOR.fullmatch(last_word):
        return False
    opened = text[candidate.end() : candidate.end() + 1] in _QUOTE_OPENERS
    return _ends_after(last_word, lead, word, opened)


def _ends_plainly(lead: str) -> bool:
    """Whether the text before a number or letter ends a sentence, so that it numbers an item: ``...? A. Yes``."""
    lead = lead.rstrip()
    if not lead.endswith((".", "?", "!")):
        return False
    found = _LAST_WORD.search(lead, 0, len(lead) - 1)
    previous = found.group() if found else ""
    return len(previous) > 1 and previous.lower() not in CALENDAR and not _is_abbreviation(previous)


def _attributes(text: str, position: int) -> bool:
    """Whether ``Smith asked`` or the like follows: the quotation before it belongs to the same sentence."""
    match = _ATTRIBUTION.match(text, position)
    return match is not None and match[1] in SPEECH_VERBS


def _is_abbreviation(last_word: str) -> bool:
    key = last_word.lower()
    if _DOTTED.fullmatch(last_word):
        return True
    return key in _CAPITALISED if last_word[:1].isupper() else key in FINAL_LOWER


def _ends_after(last_word: str, before: str, word: str, opened: bool) -> bool:
    """Decide a single full stop by the word before it and the capitalised word or number after it."""
    core = _WORD_CORE.match(word)
    starter = (core.group() if core else word) in STARTERS
    key = last_word.lower()
    capitalised = last_word[:1].isupper()
    if key in NUMBERED and (any(c.isdigit() for c in word) or _ROMAN.fullmatch(word) or len(word) == 1):
        return False
    if key in CONNECTIVES and not capitalised:
        return False
    if capitalised and key in TITLES:
        return key in FINAL and starter
    if capitalised and key in CALENDAR:
        return starter or opened
    if len(last_word) == 1 and last_word.isalpha():
        if last_word == "I" and before.rstrip().split(" ")[-1][:1].islower():
            return True
        return starter and not before.endswith((".", ". "))
    if key in ("a.m", "p.m"):
        return opened or (not word[:1].isdigit() and word.strip(".,") not in TIME_WORDS)
    if _is_abbreviation(last_word):
        return starter or opened
    return True
