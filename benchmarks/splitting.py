"""Sentence splitting against nupunkt: boundaries found, and megabytes a second; and how time grows with length.

The texts are the corpus' articles with their sentences joined into paragraphs of one to four. They were written by this
project, so the boundary score says how the two compare, not how either does on the open web.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

import nupunkt

from models.sentences import split
from training.corpus import load_corpus

ROUNDS = 3
HARD = [".", " ", "\n", ". ", ".'", "A.", "a\n", "“", "”. “", "(", "a", "No. 4 ", "...", " \n. ", "\u200b", "Yes.”" * 9]
_SENTENCE_END = tuple(".?!…\"”’'")


def main() -> None:
    """Print one line a splitter."""
    paragraphs = list(_paragraphs())
    size = sum(len(" ".join(paragraph).encode()) for paragraph in paragraphs) / 1e6
    print(f"splitting {len(paragraphs)} paragraphs, {size:.1f} MB")
    print(f"{'':12}boundary F1  precision  recall    MB/s")
    splitters: dict[str, Callable[[str], Sequence[tuple[int, int]]]] = {
        "statements": split,
        "nupunkt": nupunkt.sent_spans,
    }
    speeds: dict[str, list[float]] = {name: [] for name in splitters}
    for _ in range(ROUNDS):
        for name, splitter in splitters.items():
            began = time.perf_counter()
            for paragraph in paragraphs:
                splitter(" ".join(paragraph))
            speeds[name].append(size / (time.perf_counter() - began))
    for name, splitter in splitters.items():
        precision, recall = _score(splitter, paragraphs)
        f1 = 2 * precision * recall / (precision + recall)
        print(f"{name:12}{f1:11.4f}  {precision:9.4f}  {recall:6.4f}  {sorted(speeds[name])[ROUNDS // 2]:6.1f}")
    ratios = sorted(ours / theirs for ours, theirs in zip(speeds["statements"], speeds["nupunkt"], strict=True))
    print(f"speed ratio {ratios[ROUNDS // 2]:.2f}")
    growth = {piece: _seconds(piece, 1_600_000) / _seconds(piece, 200_000) for piece in HARD}
    worst = max(growth, key=lambda piece: growth[piece])
    print(f"time for 8 times the text: {growth[worst]:.1f} times at worst, for {worst!r} over and over")


def _seconds(piece: str, length: int) -> float:
    """Shortest time, of three, in which a piece repeated to a length in characters is split."""
    text = piece * (length // len(piece))
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        split(text)
        times.append(time.process_time() - began)
    return min(times)


def _paragraphs() -> Iterator[list[str]]:
    """Runs of one to four sentences of an article; a headline or fragment stands alone, as in print."""
    shuffler = random.Random(0)  # noqa: S311
    articles = [row for row in load_corpus() if row.from_article]
    for _, rows in groupby(articles, key=lambda row: row.group):
        paragraph: list[str] = []
        wanted = shuffler.randint(1, 4)
        for row in rows:
            if not row.sentence.endswith(_SENTENCE_END):
                yield [row.sentence]
                continue
            paragraph.append(row.sentence)
            if len(paragraph) == wanted:
                yield paragraph
                paragraph, wanted = [], shuffler.randint(1, 4)
        if paragraph:
            yield paragraph


def _score(
    splitter: Callable[[str], Sequence[tuple[int, int]]], paragraphs: Sequence[Sequence[str]]
) -> tuple[float, float]:
    """Precision and recall of the boundaries inside paragraphs."""
    right = found = due = 0
    for paragraph in paragraphs:
        text = " ".join(paragraph)
        gold, end = set(), -1
        for sentence in paragraph:
            end += len(sentence) + 1
            gold.add(end)
        ends = {start + len(text[start:stop].rstrip()) for start, stop in splitter(text)}
        gold.discard(len(text))
        ends.discard(len(text))
        right, found, due = right + len(gold & ends), found + len(ends), due + len(gold)
    return right / found, right / due
