"""Long lists are asked in several requests, and answered as if in one."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import httpx

from statements_client.messages import Answer, Request
from statements_client.problems import ServiceError, content


class ModelChangedError(RuntimeError):
    """The service moved to another model between two requests of one call; the call may simply be made again."""


@dataclass(frozen=True)
class Batch:
    """One request of a call.

    Attributes:
        body: What to send.
        member: Member of the body that holds a part of the caller's list; None where there is no list.
        first: Index of that part's first item in the caller's list.
    """

    body: dict[str, Any]
    member: str | None = None
    first: int = 0

    def answer(self, response: httpx.Response) -> Answer:
        """What the service says to this request.

        Raises:
            ServiceError: As `content` does, with pointers into the caller's list.
        """
        try:
            return cast(Answer, content(response))
        except ServiceError as error:
            for fault in error.problem.get("errors", ()):
                match fault["pointer"].split("/"):
                    case ["", member, index, *rest] if member == self.member:
                        fault["pointer"] = "/".join(("", member, str(self.first + int(index)), *rest))
            raise ServiceError(error.problem) from None


def batches(request: Request, most_items: int, most_bytes: int) -> Iterator[Batch]:
    """Cut a request into several.

    Args:
        request: What the caller asks.
        most_items: Most sentences or documents in one request.
        most_bytes: Most bytes they may take there as JSON; an item above it goes alone.
    """
    body = dict(request)
    member = next((name for name in ("sentences", "documents") if name in body), None)
    if member is None:
        yield Batch(body)
        return
    items = cast(Sequence[object], body[member])
    first = size = 0
    for index, item in enumerate(items):
        width = len(json.dumps(item, ensure_ascii=False).encode()) + 1
        if index > first and (index - first == most_items or size + width > most_bytes):
            yield Batch(body | {member: items[first:index]}, member, first)
            first, size = index, 0
        size += width
    yield Batch(body | {member: items[first:]}, member, first)


def join(answers: Sequence[Answer]) -> Answer:
    """Put the answers to the batches of one request together.

    Raises:
        ModelChangedError: If they are not all of one model.
    """
    model = answers[0]["model"]
    if any(answer["model"] != model for answer in answers):
        raise ModelChangedError("the service moved to another model between two requests: ask again")
    if "documents" in answers[0]:
        return {"model": model, "documents": [item for answer in answers for item in answer["documents"]]}
    sentences = [sentence for answer in answers for sentence in answer["sentences"]]
    for index, sentence in enumerate(sentences):
        sentence["index"] = index
    summary = {label: sum(answer["summary"][label] for answer in answers) for label in answers[0]["summary"]}
    return {"model": model, "sentences": sentences, "summary": summary}
