"""The interactive API reference at ``/docs``: Swagger UI over the OpenAPI document, with no file from elsewhere."""

from pathlib import Path

import flask_swagger_ui
from flask import Blueprint, Flask, Response, make_response, render_template

#: Nothing but this service's own files; Swagger UI's style sheet holds its icons as data.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)

# the package's own page has a script in it, which the policy forbids; its files are all this takes
blueprint = Blueprint(
    "reference",
    __name__,
    url_prefix="/docs",
    static_folder=Path(flask_swagger_ui.__file__).with_name("dist"),
    static_url_path="/swagger-ui",
)


def init_app(app: Flask) -> None:
    """Register the page and Swagger UI's files."""
    app.register_blueprint(blueprint)


@blueprint.get("", strict_slashes=False)
def get_reference() -> Response:
    """The page; its script draws the operations."""
    response = make_response(render_template("reference.html"))
    response.headers["Content-Security-Policy"] = POLICY
    return response
