"""What goes in and what comes out, as marshmallow schemas: the validation and the OpenAPI document come from these."""

from typing import Any

from marshmallow import INCLUDE, Schema, ValidationError, fields, validate, validates_schema

from service.offsets import UNITS

#: Of these members a request holds exactly one.
INPUTS = ("text", "sentences", "documents")


class Flag(fields.Boolean):
    """A JSON boolean, and nothing that could pass for one."""

    def _deserialize(self, value: object, *_: object, **__: object) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class Number(fields.Float):
    """A JSON number, and nothing that could pass for one."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:  # noqa: ANN401
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


def not_blank(text: str) -> None:
    """Raise a ValidationError unless there is more than white space."""
    if not text.strip():
        raise ValidationError("Must hold more than white space.")


def text_field(required: bool = False, **metadata: str) -> fields.String:
    """A string with more than white space in it."""
    # the pattern states not_blank in the OpenAPI document
    return fields.String(required=required, validate=not_blank, metadata={"minLength": 1, "pattern": r"\S"} | metadata)


class DocumentSchema(Schema):
    """A text with the caller's own id."""

    id = fields.String(
        required=True, validate=validate.Length(min=1, max=512), metadata={"description": "Unique in the request."}
    )
    text = text_field(required=True, description="Split into sentences.")


class ClassifyRequestSchema(Schema):
    """Exactly one of `text`, `sentences` and `documents`, with options."""

    text = text_field(description="Split into sentences.")
    sentences = fields.List(
        text_field(),
        validate=validate.Length(min=1),
        metadata={"description": "Already split: tagged one to one."},
    )
    documents = fields.List(
        fields.Nested(DocumentSchema),
        validate=validate.Length(min=1),
        metadata={"description": "Each answered under its id, in order."},
    )
    offsets = fields.String(
        load_default="codepoint",
        validate=validate.OneOf(UNITS),
        metadata={"description": "Unit of start and end: codepoint (Python), utf16 (JavaScript, Java), utf8 (Go)."},
    )
    min_confidence = Number(
        load_default=0.0,
        validate=validate.Range(min=0, max=1),
        metadata={"description": "Below it, label is null; top_label still names the best guess."},
    )
    explain = Flag(
        load_default=False,
        metadata={"description": "Whether to say which words speak for each label; takes a run of the model a word."},
    )
    scores = Flag(load_default=True, metadata={"description": "Whether to give every label's probability."})

    @validates_schema(skip_on_field_errors=False)
    def _one_input(self, data: dict[str, Any], **_: object) -> None:
        given = [name for name in INPUTS if name in data]
        if len(given) != 1:
            found = ", ".join(given) or "none"
            raise ValidationError(f"Give exactly one of text, sentences and documents; found {found}.")

    @validates_schema
    def _unique_ids(self, data: dict[str, Any], **_: object) -> None:
        seen: set[str] = set()
        for index, document in enumerate(data.get("documents", ())):
            if document["id"] in seen:
                raise ValidationError({"documents": {index: {"id": ["Repeats the id of an earlier document."]}}})
            seen.add(document["id"])


class LabelName(fields.String):
    """One of the model's labels; `service.openapi` states which these are."""


class ScoresSchema(Schema):
    """A probability for each of the model's labels."""

    class Meta:
        """The labels are the members."""

        unknown = INCLUDE


class SummarySchema(Schema):
    """A count for each of the model's labels."""

    class Meta:
        """The labels are the members."""

        unknown = INCLUDE


class ContributionSchema(Schema):
    """What one word adds to the logit of the sentence's label."""

    start = fields.Integer(required=True)
    end = fields.Integer(required=True)
    text = fields.String(required=True)
    contribution = fields.Float(required=True, metadata={"description": "Positive if the word speaks for the label."})


class ExplanationSchema(Schema):
    """The logit of `top_label` taken apart: intercept, remainder and contributions add up to it exactly.

    The model encodes a sentence as a whole, so words have no shares of their own: a contribution is what the logit
    loses when the model is given the sentence without that word. What words do only together is in the remainder.
    """

    label = LabelName(required=True)
    logit = fields.Float(required=True, metadata={"description": "Scores are the softmax of the labels' logits."})
    intercept = fields.Float(required=True, metadata={"description": "What every sentence starts from."})
    remainder = fields.Float(required=True, metadata={"description": "What no single word accounts for."})
    spans = fields.List(fields.Nested(ContributionSchema), required=True, metadata={"description": "Words, in order."})


class SentenceSchema(Schema):
    """One tagged sentence."""

    index = fields.Integer(required=True, metadata={"description": "Position among the sentences, from 0."})
    text = fields.String(required=True)
    start = fields.Integer(required=True, metadata={"description": "Offset of the first character."})
    end = fields.Integer(required=True, metadata={"description": "Offset behind the last character."})
    label = LabelName(
        required=True, allow_none=True, metadata={"description": "Null where confidence is below min_confidence."}
    )
    top_label = LabelName(required=True, metadata={"description": "Label of the highest score."})
    confidence = fields.Float(required=True, metadata={"description": "Calibrated probability of top_label."})
    labels_90 = fields.List(
        LabelName(), required=True, metadata={"description": "Smallest set that holds the true label 90% of the time."}
    )
    scores = fields.Nested(ScoresSchema, metadata={"description": "Probability of each label; they sum to 1."})
    explanation = fields.Nested(ExplanationSchema)


class ModelNameSchema(Schema):
    """Which model answered."""

    name = fields.String(required=True)
    version = fields.String(required=True)


class TaggedSchema(Schema):
    """The sentences of one text."""

    sentences = fields.List(fields.Nested(SentenceSchema), required=True)
    summary = fields.Nested(SummarySchema, metadata={"description": "How many sentences carry each label."})


class TaggedDocumentSchema(TaggedSchema):
    """The sentences of one document."""

    id = fields.String(required=True)


class ClassifyAnswerSchema(Schema):
    """`sentences` and `summary` for one text or list of sentences; `documents` for several."""

    model = fields.Nested(ModelNameSchema, required=True)
    sentences = fields.List(fields.Nested(SentenceSchema))
    summary = fields.Nested(SummarySchema, metadata={"description": "How many sentences carry each label."})
    documents = fields.List(fields.Nested(TaggedDocumentSchema))


class LabelSchema(Schema):
    """A label and what it means."""

    label = LabelName(required=True)
    definition = fields.String(
        required=True, allow_none=True, metadata={"description": "Null where the model does not say."}
    )


class LabelsAnswerSchema(Schema):
    """The labels of the model that answers, in the order of its scores."""

    labels = fields.List(fields.Nested(LabelSchema), required=True)


class ManifestSchema(Schema):
    """What the model says of itself."""

    name = fields.String(required=True)
    version = fields.String(required=True)
    labels = fields.List(LabelName(), required=True)
    corpus = fields.String(required=True, metadata={"description": "SHA-256 of the training rows."})
    definitions = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "What the labels mean; empty where nobody said."},
    )
    metrics = fields.Dict(required=True, metadata={"description": "What training measured."})
    files = fields.Dict(
        keys=fields.String(), values=fields.String(), required=True, metadata={"description": "SHA-256."}
    )
    libraries = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class StatusSchema(Schema):
    """Whether the service is well."""

    status = fields.String(required=True)


class FaultSchema(Schema):
    """One fault of a request."""

    pointer = fields.String(required=True, metadata={"description": "JSON pointer into the request body."})
    detail = fields.String(required=True)


class ProblemSchema(Schema):
    """RFC 9457 problem details."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    request_id = fields.String(required=True, metadata={"description": "As in X-Request-ID: the log tells by it."})
    errors = fields.List(fields.Nested(FaultSchema))
