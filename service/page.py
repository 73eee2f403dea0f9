"""The page at ``/``, for people: a text goes in, its sentences come back marked in place."""

from flask import Blueprint, Response, make_response, render_template

from models.labels import DEFINITIONS
from service.settings import Settings
from service.state import state

#: Nothing but this service's own files, and no other page may frame it.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)

blueprint = Blueprint("page", __name__)


@blueprint.get("/")
def get_page() -> Response:
    """The page, with the labels of the model that answers."""
    current = state()
    page = render_template(
        "page.html",
        manifest=current.classifier.manifest,
        labels=current.classifier.labels,
        definitions=DEFINITIONS,
        part_size=part_size(current.settings),
    )
    response = make_response(page)
    response.headers["Content-Security-Policy"] = POLICY
    return response


def part_size(settings: Settings) -> int:
    """Most UTF-16 units of a long text that the page sends in one request, well below what the service accepts.

    A unit takes up to six bytes of JSON, and few sentences are shorter than twenty units.
    """
    return min(10_000, settings.max_body_bytes // 8, settings.max_sentences * 20)
