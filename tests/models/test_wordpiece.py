import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.artefact import SHIPPED
from models.encoder import VOCABULARY
from models.wordpiece import WordPiece

TOKENS = ["<s>", "<pad>", "</s>", "[UNK]", "the", "un", "##able", "##s", "cafe", ",", "“", "talk", "東"]
VOCAB = {token: index for index, token in enumerate(TOKENS)}


def tokens(sentence: str, max_tokens: int = 20) -> list[str]:
    return [TOKENS[index] for index in WordPiece(VOCAB, max_tokens)(sentence)]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The talks", ["the", "talk", "##s"]),
        ("unable", ["un", "##able"]),
        ("CAFÉ,“the", ["cafe", ",", "“", "the"]),
        ("the\u200b\x00 talk\u00a0the", ["the", "talk", "the"]),
        ("東the", ["東", "the"]),
        ("zebra the", ["[UNK]", "the"]),
        ("t" * 101, ["[UNK]"]),
        ("", []),
    ],
)
def test_pieces(sentence, expected):
    assert tokens(sentence) == ["<s>", *expected, "</s>"]


def test_long_sentences_are_cut_and_still_closed():
    assert tokens("talks " * 50, max_tokens=6) == ["<s>", "talk", "##s", "talk", "##s", "</s>"]


@given(st.text())
def test_any_text_gives_bounded_known_ids(text):
    tokenise = WordPiece.from_file(SHIPPED / VOCABULARY, max_tokens=32)
    ids = tokenise(text)
    assert 2 <= len(ids) <= 32
    assert ids == tokenise(text)
