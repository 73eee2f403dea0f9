"""What goes into and comes out of `POST /feedback`."""

from marshmallow import Schema, ValidationError, fields, validate

from service.schemas import LabelName, ModelNameSchema, not_blank

_LONGEST_SENTENCE, _LONGEST_COMMENT = 10_000, 2_000  # characters


def _no_nul(text: str) -> None:
    if "\0" in text:
        raise ValidationError("Holds a NUL, which databases do not take.")


class CorrectionSchema(Schema):
    """A sentence with the label it should have."""

    id = fields.UUID(metadata={"description": "The caller's own, unless it is sent as Idempotency-Key."})
    sentence = fields.String(
        required=True,
        validate=[not_blank, _no_nul, validate.Length(max=_LONGEST_SENTENCE)],
        metadata={"minLength": 1, "pattern": r"\S"},
    )
    label = LabelName(required=True, metadata={"description": "The right one."})
    predicted = LabelName(metadata={"description": "The one that the service gave."})
    comment = fields.String(validate=[_no_nul, validate.Length(max=_LONGEST_COMMENT)])


class IdempotencySchema(Schema):
    """The header that may stand for the member `id`."""

    id = fields.UUID(data_key="Idempotency-Key", metadata={"description": "A UUID; the same again is stored once."})


class CorrectionAnswerSchema(CorrectionSchema):
    """The correction as it is kept."""

    id = fields.UUID(required=True)
    author = fields.String(required=True, metadata={"description": "Name of the API key."})
    received = fields.DateTime(required=True, metadata={"description": "In UTC."})
    model = fields.Nested(ModelNameSchema, required=True, metadata={"description": "The one that was serving."})
