"""From a response to its content, or to the error it reports."""

from typing import Any

import httpx

from statements_client.messages import Problem


class ServiceError(Exception):
    """The service refused or failed; `problem` is what it said."""

    def __init__(self, problem: Problem) -> None:
        faults = "; ".join(f"{fault['pointer']}: {fault['detail']}" for fault in problem.get("errors", ()))
        super().__init__(f"{problem['status']} {problem['title']}: {problem['detail']} {faults}".rstrip())
        self.problem = problem


def content(response: httpx.Response) -> Any:  # noqa: ANN401 - any JSON value
    """The JSON value of a successful response.

    Raises:
        ServiceError: For any other response. One that is no problem document came from something in between.
    """
    media_type = response.headers.get("content-type", "").partition(";")[0]
    if response.is_success and media_type == "application/json":
        return response.json()
    if media_type == "application/problem+json":
        raise ServiceError(response.json())
    status, title = response.status_code, response.reason_phrase
    detail = f"{response.url} does not answer as the service does."
    raise ServiceError({"type": "about:blank", "title": title, "status": status, "detail": detail})
