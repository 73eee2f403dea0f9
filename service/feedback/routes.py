"""`POST /feedback`."""

import logging
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, cast

from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from service.access import key_name
from service.feedback.schemas import CorrectionAnswerSchema, CorrectionSchema, IdempotencySchema
from service.feedback.store import ConflictError, Store
from service.feedback.tables import Correction
from service.problems import MEDIA_TYPE, Problem, invalid
from service.routes import StatementsBlueprint
from service.schemas import ProblemSchema
from service.state import state

EXTENSION = "statements-feedback"
_log = logging.getLogger(__name__)

blueprint = StatementsBlueprint("feedback", __name__, description="Corrections from use")


@blueprint.post("/feedback")
@blueprint.arguments(CorrectionSchema())
@blueprint.arguments(IdempotencySchema(), location="headers")
@blueprint.response(201, CorrectionAnswerSchema, description="Stored.")
@blueprint.alt_response(200, schema=CorrectionAnswerSchema, description="Stored before.")
@blueprint.alt_response(409, schema=ProblemSchema, content_type=MEDIA_TYPE, description="The id is another's.")
@blueprint.alt_response(503, schema=ProblemSchema, content_type=MEDIA_TYPE, description="Not stored: try again.")
def post_feedback(asked: dict[str, Any], header: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Store the right label of a sentence; the same id again, with the same content, stores nothing more."""
    classifier = state().classifier
    for name in ("label", "predicted"):
        if name in asked and asked[name] not in classifier.labels:
            raise invalid(f"/{name}", f"Must be one of: {', '.join(classifier.labels)}.")
    ids = {given["id"] for given in (asked, header) if "id" in given}
    if len(ids) != 1:
        raise invalid("/id", "Give one UUID, as id or in the header Idempotency-Key.")
    author = key_name()
    assert author is not None  # access let nobody else in
    correction = Correction(
        author=author,
        id=ids.pop(),
        received=datetime.now(UTC).replace(tzinfo=None),
        model_name=classifier.manifest.name,
        model_version=classifier.manifest.version,
        sentence=asked["sentence"],
        label=asked["label"],
        predicted=asked.get("predicted"),
        comment=asked.get("comment"),
    )
    try:
        kept, new = cast(Store, current_app.extensions[EXTENSION]).add(correction)
    except ConflictError as error:
        raise Problem(HTTPStatus.CONFLICT, "The id was used before, for another correction.") from error
    except SQLAlchemyError as error:
        _log.error("a correction could not be stored: %s", type(error).__name__)  # the message may quote the text
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "The correction could not be stored; try again later.") from error
    return _answer(kept), HTTPStatus.CREATED if new else HTTPStatus.OK


def _answer(kept: Correction) -> dict[str, Any]:
    optional = {name: value for name in ("predicted", "comment") if (value := getattr(kept, name)) is not None}
    return optional | {
        "id": kept.id,
        "sentence": kept.sentence,
        "label": kept.label,
        "author": kept.author,
        "received": kept.received.replace(tzinfo=UTC),
        "model": {"name": kept.model_name, "version": kept.model_version},
    }
