"""WordPiece tokenisation of English text.

Greedy longest-match-first sub-words (Schuster & Nakajima 2012) over BERT's uncased normalisation (Devlin et al. 2019):
control characters dropped, accents stripped, lower case, every punctuation mark a word of its own. Owned rather than
imported because the usual library brings a hub client and its dependencies into the serving image.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

_MAX_WORD = 100  # characters; a longer word is unknown, as in BERT's reference code


class WordPiece:
    """Turns a sentence into token ids.

    Args:
        vocabulary: Token to id; continuation pieces start with ``##``. Holds ``<s>``, ``</s>`` and ``[UNK]``.
        max_tokens: Longest id sequence returned, the two end marks included; the rest of a sentence is cut off.
    """

    def __init__(self, vocabulary: Mapping[str, int], max_tokens: int = 128) -> None:
        self.max_tokens = max_tokens
        self._vocabulary = dict(vocabulary)
        self._first = self._vocabulary["<s>"]
        self._last = self._vocabulary["</s>"]
        self._unknown = self._vocabulary["[UNK]"]
        # news repeats its words: most look-ups end here
        self._pieces = lru_cache(maxsize=65_536)(self._split_word)

    @classmethod
    def from_file(cls, path: Path, max_tokens: int = 128) -> "WordPiece":
        """Read a vocabulary with one token a line; a token's id is its line number from 0."""
        tokens = path.read_text(encoding="utf-8").split("\n")
        return cls({token: index for index, token in enumerate(tokens) if token}, max_tokens)

    def __call__(self, sentence: str) -> list[int]:
        """Token ids of a sentence, between the two end marks; at least 2, at most ``max_tokens`` ids."""
        ids = [self._first]
        room = self.max_tokens - 1
        for word in _words(sentence[: self.max_tokens * _MAX_WORD]):
            ids.extend(self._pieces(word))
            if len(ids) >= room:
                del ids[room:]
                break
        ids.append(self._last)
        return ids

    def words(self, sentence: str) -> list[tuple[int, int, int]]:
        """Where the words stand that the ids of a sentence are of.

        Returns:
            Start and end offset of each word and mark of punctuation, and how many ids it has, in order; together they
            have all the ids that `__call__` gives but the two end marks. A contraction or compound is one word.
        """
        room = len(self(sentence)) - 2
        found = []
        for start, end in _word_spans(sentence):
            ids = min(sum(len(self._pieces(word)) for word in _words(sentence[start:end])), room)
            room -= ids
            if ids:
                found.append((start, end, ids))
        return found

    def _split_word(self, word: str) -> tuple[int, ...]:
        if word in self._vocabulary:
            return (self._vocabulary[word],)
        if len(word) > _MAX_WORD:
            return (self._unknown,)
        pieces = []
        start = 0
        while start < len(word):
            prefix = "##" if start else ""
            for end in range(len(word), start, -1):
                piece = self._vocabulary.get(prefix + word[start:end])
                if piece is not None:
                    pieces.append(piece)
                    start = end
                    break
            else:
                return (self._unknown,)
        return tuple(pieces)


class _CharacterMap(dict[int, str]):
    """Lazy `str.translate` table: drops, spaces out or keeps a character."""

    def __missing__(self, code: int) -> str:
        self[code] = mapped = _map_character(chr(code))
        return mapped


def _map_character(character: str) -> str:
    category = unicodedata.category(character)
    if character in "\t\n\r" or category == "Zs":
        return " "
    if category.startswith("C") or character == "\ufffd" or category == "Mn":
        return ""
    code = ord(character)
    symbol = 33 <= code <= 47 or 58 <= code <= 64 or 91 <= code <= 96 or 123 <= code <= 126
    ideograph = 0x3400 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF or 0x20000 <= code <= 0x2FA1F
    if symbol or ideograph or category.startswith("P"):
        return f" {character} "
    return character


_CHARACTERS = _CharacterMap()


def _words(sentence: str) -> list[str]:
    if not sentence.isascii():
        sentence = unicodedata.normalize("NFD", sentence)
    return sentence.translate(_CHARACTERS).lower().split()


def _word_spans(sentence: str) -> Iterator[tuple[int, int]]:
    """Cut a sentence at white space and around marks, though not at one that joins two letters, as in "won't"."""
    start = None
    for index, character in enumerate(sentence):
        mapped = unicodedata.normalize("NFD", character).translate(_CHARACTERS)
        before, after = sentence[max(index - 1, 0)], sentence[index + 1 : index + 2]
        joins = character in "'’-" and before.isalnum() and after.isalnum()
        if mapped.startswith(" ") and not joins:
            if start is not None:
                yield start, index
                start = None
            if mapped.strip():
                yield index, index + 1
        elif start is None:
            start = index
    if start is not None:
        yield start, len(sentence)
