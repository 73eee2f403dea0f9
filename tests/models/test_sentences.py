import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from models.sentences import split

# Pieces that make trouble: marks, quotes, abbreviations and every kind of white space, in any order.
PIECES = st.lists(
    st.sampled_from(
        [
            *".!?…:;,", "...", ". . .", "\"", "'", "“", "”", "‘", "’", "''", "``", "(", ")", "[", "]", "—", "-", "•",
            " ", "  ", "\n", "\n\n", "\r\n", "\r", "\t", "\u00a0", "\u2009", "\u200b", "\ufeff", "\u2028", "\x85",
            "Mr", "Gen", "U.S", "No", "Jan", "a.m", "J", "I", "Inc", "The", "He", "said", "Smith asked", "talks", "3.5",
            "1", "2004", "é", "東京", "😀",
        ]
    )
).map("".join)  # fmt: skip


CONTROLS = st.text(st.characters(categories=["Cc", "Cf", "Co", "Cs", "Zl", "Zp", "Zs"]) | st.sampled_from("aA.?”"))
QUOTES = st.lists(st.sampled_from([*"“”‘’\"'«»()[]", "Yes", "no", ". ", "? ", ", ", " "]), min_size=30).map("".join)


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split(text)]


@given(PIECES | CONTROLS | QUOTES | st.text())
@example("“" * 5000 + "Yes." + "”" * 5000 + " No.")
@example("Yes " * 50_000 + ". No.")
def test_spans_are_ordered_and_cover_all_but_white_space(text):
    position = 0
    for start, end in split(text):
        assert position <= start < end <= len(text)
        assert not text[position:start].strip()
        assert text[start:end] == text[start:end].strip()
        position = end
    assert not text[position:].strip()


@given(PIECES | st.text())
def test_a_paragraph_break_always_separates(text):
    first, second = split(text + "a"), split("b" + text)
    joined = split(text + "a\n\nb" + text)
    shift = len(text) + 3
    assert joined == first + [(start + shift, end + shift) for start, end in second]


@given(PIECES | QUOTES | st.text())
def test_a_sentence_of_one_line_is_not_split_again(text):
    found = sentences(" ".join(text.split()))
    assert [sentences(sentence) for sentence in found] == [[sentence] for sentence in found]
    assert sentences("\n\n".join(found)) == found


@pytest.mark.parametrize(
    "expected",
    [
        ["“We will hold talks,” he said.", "“They will take place in May.”"],
        ["“Why now?” Mr. Alder asked.", "“Who gains?” she said.", "Nobody answered."],
        ["He called it “a stain.”", "The minister left."],
        ["''It held.''", "He closed the door."],
        ["Gen. J. R. Holt met Lt. Col. Ana Reyes on Jan. 4.", "They spoke for an hour."],
        ["The U.S. Senate met.", "He lives in the U.S.", "The vote is on Monday."],
        ["Shares of Acme Inc. rose 3.5 percent.", "Talks with Bolt Co. The chairman denied it."][:1],
        ["It begins at 5 p.m. on Monday.", "Doors open at 4 p.m.", "Everyone is welcome."],
        ["It begins at 5 p.m. Monday and ends at noon EST."],
        ["Route No. 7 is shut.", "Is it safe?", "No.", "The road fell."],
        ["Well ... perhaps.", "We waited....", "Nothing came."],
        ["Dr. Martin Luther Kane Jr. was born in St. Louis, Mo., in 1921."],
        ["He isn’t.", "“I told you.”"],
        ["Mr. and Mrs. Dale of Washington, D.C., own it."],
        ["They came, i.e. all of them, vs. the odds."],
        ["Was it Smith v. Jones?", "It was."],
        ["PARIS, Feb. 11 (AP) - The bridge is open."],
        ["Profit was £1.5m.", "€3 of it was tax."],
        ["She said: “Go.”", "He went."],
        ["Rep. Ann Cole (R-Ark.) voted no.", "Others abstained."],
        ["He was No. 1 in Vol. IV of the list."],
        ["It was sold to J.P. Morgan.", "In May it closed."],
        ["They voted on it.", "4. Chile abstained.", "5. Peru did not."],
        ["Q. Was it you?", "A. It was.", "Q. Why?"],
    ],
)
def test_news_prose_in_one_paragraph(expected):
    assert sentences(" ".join(expected)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Storm nears\nPeople left. Roads are shut.", ["Storm nears", "People left.", "Roads are shut."]),
        ("One.\r\n\r\nTwo\r\n\r\nThree.", ["One.", "Two", "Three."]),
        ("Points:\n- one\n- two\n1. First\n2. Second", ["Points:", "- one", "- two", "1. First", "2. Second"]),
        ("Q: Why?\nA: Because.", ["Q: Why?", "A: Because."]),
        ("a line that goes on\nin lower case.", ["a line that goes on\nin lower case."]),
        ("He went.\u00a0She stayed.\u2003They met.", ["He went.", "She stayed.", "They met."]),
        ("The end of it.The next one begins.", ["The end of it.", "The next one begins."]),
        ("See example.com and News.Com now.", ["See example.com and News.Com now."]),
        ("It ended.\u200b It began.", ["It ended.\u200b", "It began."]),
        ("", []),
        (" \n\t\u00a0", []),
    ],
)  # fmt: skip
def test_layout(text, expected):
    assert sentences(text) == expected


def test_hard_wrapped_mail_is_joined():
    text = (
        "The committee wrote on Friday that the plan by the office of President\n"
        "Adler had been put off for a year, and that no new date was to be fixed\n"
        "before the spring. The office did not reply to questions sent to it by\n"
        "this newspaper."
    )
    assert len(split(text)) == 2


@pytest.mark.parametrize(
    "piece", [".", " ", "\n", "\r", ". ", ".'", "A.", "a\n", "a.A", "”. “", "(", "a" + " " * 50 + "\n"]
)
def test_splitting_is_linear(piece):
    # a quadratic rule would need hours for this text
    split(piece * 200_000)


@given(PIECES | CONTROLS | QUOTES)
@settings(deadline=None)
def test_work_grows_with_the_text_and_no_faster(text):
    once, twice = calls(lambda: split(text * 50)), calls(lambda: split(text * 100))
    assert twice <= 2.2 * once + 100


def calls(function):
    """How many calls, of Python and of C functions, it takes."""
    count = 0

    def profile(_frame, event, _argument):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(profile)
    try:
        function()
    finally:
        sys.setprofile(None)
    return count
