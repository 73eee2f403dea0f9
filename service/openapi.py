"""What flask-smorest cannot say by itself in the OpenAPI document."""

from apispec import APISpec

from service.problems import MEDIA_TYPE
from service.schemas import INPUTS

_EXAMPLE = {"text": "The union said it would walk out on Monday unless pay talks resume. Managers declined to comment."}
_REFUSALS = {
    "400": "Not JSON: malformed, not UTF-8, a repeated member, a number out of range.",
    "413": "Body over the size limit, or more sentences than one request may hold.",
    "415": "Not sent as application/json in UTF-8, or compressed.",
}


def complete(spec: APISpec) -> None:
    """State that one input is due, that errors are problem documents, and which refusals to expect."""
    schemas = spec.components.schemas
    schemas.pop("PaginationMetadata", None)
    schemas["ClassifyRequest"]["oneOf"] = [{"required": [name]} for name in INPUTS]
    schemas["ClassifyRequest"]["examples"] = [_EXAMPLE]
    for response in spec.components.responses.values():
        response["content"] = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    operation = spec._paths["/classify"]["post"]
    for status, description in _REFUSALS.items():
        operation["responses"][status] = {
            "description": description,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
