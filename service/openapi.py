"""What flask-smorest cannot say by itself in the OpenAPI document."""

from apispec import APISpec

from service.access import HEADER, OPEN_PATHS
from service.problems import MEDIA_TYPE
from service.schemas import INPUTS

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


def complete(spec: APISpec) -> None:
    """State that one input is due, that errors are problem documents, which refusals to expect and where keys go."""
    schemas = spec.components.schemas
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
