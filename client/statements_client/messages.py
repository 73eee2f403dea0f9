"""The service's JSON, as types. Labels are strings: which there are is for the model to say."""

from collections.abc import Sequence
from typing import Any, Literal, NotRequired, TypedDict


class Document(TypedDict):
    """A text with the caller's own id, of 1 to 512 characters."""

    id: str
    text: str


class Request(TypedDict, total=False):
    """Exactly one of ``text``, ``sentences`` and ``documents``, and options."""

    text: str  # to be split into sentences
    sentences: Sequence[str]  # already split; tagged one to one
    documents: Sequence[Document]
    offsets: Literal["codepoint", "utf16", "utf8"]  # unit of start and end in the answer; code points if not given
    min_confidence: float  # 0 to 1; a sentence below it has None as its label
    scores: bool  # whether to give every label's probability; true if not given
    explain: bool  # whether to say which words spoke for the label and which against it


class Span(TypedDict):
    """A part of a sentence, and how many logits it moved the explained label by."""

    start: int
    end: int
    text: str
    contribution: float


class Explanation(TypedDict):
    """Why ``label``: intercept, remainder and the spans' contributions add up to its logit."""

    label: str
    logit: float
    intercept: float
    remainder: float
    spans: list[Span]


class Sentence(TypedDict):
    """A tagged sentence."""

    index: int
    text: str
    start: int
    end: int  # behind the last character
    label: str | None  # None where confidence is below min_confidence
    top_label: str
    confidence: float  # probability of top_label
    labels_90: list[str]  # the smallest set that holds the true label 90% of the time, best first
    scores: NotRequired[dict[str, float]]
    explanation: NotRequired[Explanation]


class TaggedDocument(TypedDict):
    """The sentences of one document, and how many carry each label."""

    id: str
    sentences: list[Sentence]
    summary: dict[str, int]


class Answer(TypedDict):
    """``documents`` where the request held documents, else ``sentences`` and ``summary``."""

    model: dict[str, str]  # name and version
    sentences: NotRequired[list[Sentence]]
    summary: NotRequired[dict[str, int]]
    documents: NotRequired[list[TaggedDocument]]


class Label(TypedDict):
    """A label and what it means."""

    label: str
    definition: str


class Manifest(TypedDict):
    """What the model says of itself; ``corpus`` and ``files`` hold SHA-256 digests."""

    name: str
    version: str
    labels: list[str]
    corpus: str
    metrics: dict[str, Any]
    files: dict[str, str]
    libraries: dict[str, str]


class Fault(TypedDict):
    """One fault of a request, and the JSON pointer (RFC 6901) to it."""

    pointer: str
    detail: str


class Problem(TypedDict):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str
    errors: NotRequired[list[Fault]]
