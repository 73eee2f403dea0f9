"""What flask-smorest cannot say by itself in the OpenAPI document."""

from collections.abc import Sequence
from typing import Any

from apispec import APISpec
from flask_smorest import Api
from marshmallow.fields import Field

from service.access import HEADER, OPEN_PATHS
from service.problems import MEDIA_TYPE
from service.schemas import INPUTS, LabelName

_TEXT = "The union said it would walk out on Monday unless pay talks resume. Managers declined to comment."
#: Requests to try, by what they show.
EXAMPLES = {
    "text": {"summary": "A text, split into sentences", "value": {"text": _TEXT}},
    "sentences": {
        "summary": "Sentences, tagged one to one",
        "value": {"sentences": ["He is charged with taking bribes.", "Officials lifted the tsunami warning."]},
    },
    "documents": {
        "summary": "Several texts, each under its id; the surest labels only",
        "value": {
            "documents": [
                {"id": "strike", "text": _TEXT},
                {"id": "port", "text": "A strike would cripple the port, the chamber of commerce cautioned."},
            ],
            "min_confidence": 0.6,
            "scores": False,
        },
    },
    "explain": {
        "summary": "A text with an explanation of each label, and offsets for JavaScript",
        "value": {"text": _TEXT, "explain": True, "offsets": "utf16"},
    },
}
_REFUSALS = {
    "400": "Not JSON: malformed, not UTF-8, a repeated member, a number out of range.",
    "401": "Without a valid API key, where the service demands one.",
    "413": "Body over the size limit, or more sentences than one request may hold.",
    "415": "Not sent as application/json in UTF-8, or compressed.",
    "429": "More requests than the caller may make; Retry-After says when to go on.",
    "503": "Not done in the time a request may take.",
}
_KEYS = {
    "apiKey": {"type": "apiKey", "in": "header", "name": HEADER},
    "bearer": {"type": "http", "scheme": "bearer"},
}


def name_labels(api: Api, labels: Sequence[str]) -> None:
    """Have every label in the document be one of the model's; to be called before blueprints are registered."""

    def label2enum(_converter: object, field: Field[Any], **_: object) -> dict[str, Any]:
        if not isinstance(field, LabelName):
            return {}
        return {"enum": [*labels, None] if field.allow_none else list(labels)}

    api.ma_plugin.converter.add_attribute_function(label2enum)


def complete(spec: APISpec, labels: Sequence[str]) -> None:
    """State what depends on the labels, that one input is due, how errors look, which to expect and where keys go."""
    schemas = spec.components.schemas
    for name, kind in (("Scores", "number"), ("Summary", "integer")):
        schemas[name] |= {"properties": {label: {"type": kind} for label in labels}, "required": list(labels)}
    schemas.pop("PaginationMetadata", None)
    request = schemas["ClassifyRequest"]
    schemas["ClassifyRequest"] = {"oneOf": []}
    for name in INPUTS:  # a schema each, since generated clients have types for these and none for a bare condition
        members = {key: value for key, value in request["properties"].items() if key == name or key not in INPUTS}
        variant = f"Classify{name.capitalize()}"
        schemas[variant] = request | {"properties": members, "required": [name]}
        schemas["ClassifyRequest"]["oneOf"].append({"$ref": f"#/components/schemas/{variant}"})
    for response in spec.components.responses.values():
        response["content"] = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    operation = spec._paths["/classify"]["post"]
    operation["requestBody"]["content"]["application/json"]["examples"] = EXAMPLES
    for status, description in _REFUSALS.items():
        operation["responses"][status] = {
            "description": description,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    for name, scheme in _KEYS.items():
        spec.components.security_scheme(name, scheme)
    spec.options["security"] = [{}, *({name: []} for name in _KEYS)]  # {}: without one, if the service demands none
    for path, operations in spec._paths.items():
        if OPEN_PATHS.fullmatch(path):
            for operation in operations.values():
                operation["security"] = []
