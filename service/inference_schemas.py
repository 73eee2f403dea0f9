"""Requests and answers of the Open Inference Protocol, version 2, as marshmallow schemas."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, pre_load, validate, validates_schema

from service.schemas import text_field

#: Name and datatype of every output tensor.
OUTPUTS = {"label": "BYTES", "confidence": "FP64", "scores": "FP64"}


def _parameters() -> fields.Dict:
    return fields.Dict(keys=fields.String(), allow_none=True, metadata={"description": "Accepted; none has an effect."})


class InferInputSchema(Schema):
    """The tensor `text`: one sentence an element, tagged as it stands."""

    name = fields.String(required=True, validate=validate.Equal("text"), metadata={"enum": ["text"]})
    datatype = fields.String(required=True, validate=validate.Equal("BYTES"), metadata={"enum": ["BYTES"]})
    shape = fields.List(
        fields.Integer(strict=True, validate=validate.Range(min=1)),
        required=True,
        validate=validate.Length(min=1, max=2),
        metadata={"description": "[n] or [n, 1]."},
    )
    data = fields.List(
        text_field(),
        required=True,
        validate=validate.Length(min=1),
        metadata={"description": "The n sentences; for shape [n, 1] also as n lists of one."},
    )
    parameters = _parameters()

    @pre_load
    def _flatten(self, tensor: Any, **_: object) -> Any:  # noqa: ANN401 - any JSON value
        """Tensor data may keep the tensor's dimensions or be flat."""
        match tensor:
            case {"shape": [_, _], "data": [*rows]}:
                flat = [row[0] if isinstance(row, list) and len(row) == 1 else row for row in rows]
                return tensor | {"data": flat}
        return tensor

    @validates_schema
    def _shape_fits(self, tensor: dict[str, Any], **_: object) -> None:
        shape, count = tensor["shape"], len(tensor["data"])
        if shape not in ([count], [count, 1]):
            raise ValidationError(f"Must be [{count}] or [{count}, 1] for {count} sentences; found {shape}.", "shape")


class InferOutputNameSchema(Schema):
    """An output tensor asked for."""

    name = fields.String(required=True, validate=validate.OneOf(OUTPUTS))
    parameters = _parameters()


class InferRequestSchema(Schema):
    """Sentences to tag, as a tensor."""

    id = fields.String(allow_none=True, metadata={"description": "Given back in the answer."})
    model_name = fields.String(
        allow_none=True, metadata={"description": "Sent by KServe's client; the path alone names the model."}
    )
    inputs = fields.List(
        fields.Nested(InferInputSchema),
        required=True,
        validate=validate.Length(equal=1, error="Must hold the tensor text and no other."),
    )
    outputs = fields.List(
        fields.Nested(InferOutputNameSchema),
        allow_none=True,
        metadata={"description": "The tensors to answer with, in this order; all of them if none is named."},
    )
    parameters = _parameters()


class TensorMetadataSchema(Schema):
    """What a tensor holds."""

    name = fields.String(required=True)
    datatype = fields.String(required=True)
    shape = fields.List(fields.Integer(), required=True, metadata={"description": "-1 stands for any size."})
    parameters = fields.Dict(
        keys=fields.String(), values=fields.String(), metadata={"description": "A description, for people."}
    )


class ModelMetadataSchema(Schema):
    """The model and its tensors."""

    name = fields.String(required=True)
    versions = fields.List(fields.String(), required=True)
    platform = fields.String(required=True)
    inputs = fields.List(fields.Nested(TensorMetadataSchema), required=True)
    outputs = fields.List(fields.Nested(TensorMetadataSchema), required=True)


class InferOutputSchema(Schema):
    """An output tensor."""

    name = fields.String(required=True)
    datatype = fields.String(required=True)
    shape = fields.List(fields.Integer(), required=True)
    data = fields.List(fields.Raw(), required=True, metadata={"description": "Flat, row by row."})


class InferAnswerSchema(Schema):
    """The output tensors, one row a sentence."""

    model_name = fields.String(required=True)
    model_version = fields.String(required=True)
    id = fields.String(metadata={"description": "As the request gave it."})
    outputs = fields.List(fields.Nested(InferOutputSchema), required=True)


class ServerMetadataSchema(Schema):
    """The server."""

    name = fields.String(required=True)
    version = fields.String(required=True)
    extensions = fields.List(fields.String(), required=True)


class LiveSchema(Schema):
    """Whether the server is alive."""

    live = fields.Boolean(required=True)


class ReadySchema(Schema):
    """Whether to send requests; `name` where a model was asked."""

    name = fields.String()
    ready = fields.Boolean(required=True)


class InferErrorSchema(Schema):
    """An error as the protocol words it."""

    error = fields.String(required=True)
