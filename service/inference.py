"""The Open Inference Protocol, version 2, for callers that speak KServe, Seldon or Triton.

Under /v2 an error is the protocol's ``{"error": "..."}`` and not a problem document, since those callers' clients read
that member and nothing else. https://github.com/kserve/open-inference-protocol
"""

from http import HTTPStatus
from typing import Any

import numpy as np
from flask import Flask, Request, Response, json, request
from flask_smorest import Api
from marshmallow import Schema

import service
from models.artefact import Manifest
from service import json_body
from service.classification import classify
from service.inference_schemas import (
    OUTPUTS,
    InferAnswerSchema,
    InferErrorSchema,
    InferRequestSchema,
    LiveSchema,
    ModelMetadataSchema,
    ReadySchema,
    ServerMetadataSchema,
)
from service.parsing import Parser
from service.problems import MEDIA_TYPE, Problem
from service.routes import StatementsBlueprint, check_ready
from service.schemas import ClassifyRequestSchema
from service.state import state

_EXAMPLE = {
    "id": "42",
    "inputs": [
        {
            "name": "text",
            "datatype": "BYTES",
            "shape": [2],
            "data": ["The union said it would walk out on Monday unless talks resume.", "Talks resume on Monday."],
        }
    ],
    "outputs": [{"name": "label"}, {"name": "confidence"}],
}
_ERROR = {
    "description": "Any error, in the protocol's form rather than as a problem document.",
    "content": {"application/json": {"schema": InferErrorSchema}},
}


class InferenceParser(Parser):
    """Reads a body of no stated media type as well: Triton's client states none."""

    def load_json(self, req: Request, schema: Schema) -> Any:  # noqa: ANN401, ARG002 - webargs' signature
        """Body of the request, parsed strictly."""
        if "Inference-Header-Content-Length" in req.headers:
            detail = "Binary tensor data is not supported: send the tensor's data as JSON (binary_data=False)."
            raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail)
        return json_body.read(req, state().settings.max_sentences, media_types=("application/json", ""))


class InferenceBlueprint(StatementsBlueprint):
    """A blueprint whose errors are documented as the protocol words them."""

    ARGUMENTS_PARSER = InferenceParser()

    def __init__(self, name: str, description: str) -> None:
        super().__init__(name, __name__, description=description)
        self._prepare_doc_cbks.append(self._prepare_error_doc)

    @staticmethod
    def _prepare_error_doc(doc: dict[str, Any], *_: object, **__: object) -> dict[str, Any]:
        return doc | {"responses": {200: doc["responses"][200], "default": _ERROR}}


server = InferenceBlueprint("inference-server", "Open Inference Protocol v2: the server")
model = InferenceBlueprint("inference", "Open Inference Protocol v2: the model")


def init_app(app: Flask, api: Api, manifest: Manifest) -> None:
    """Register the routes; the path of each of the model's names the model, with or without its version."""
    name, version = (
        {"name": part, "in": "path", "required": True, "schema": {"type": "string", "enum": [value]}}
        for part, value in (("model", manifest.name), ("version", manifest.version))
    )
    path = "/v2/models/<model>"
    api.register_blueprint(server, url_prefix="/v2")
    api.register_blueprint(model, url_prefix=path, parameters=[name])
    versioned = f"{path}/versions/<version>"
    api.register_blueprint(model, url_prefix=versioned, parameters=[name, version], name="inference-by-version")
    app.after_request(_reword)


def _reword(response: Response) -> Response:
    """Say an error as the protocol does, whatever raised it."""
    if not f"{request.path}/".startswith("/v2/") or response.mimetype != MEDIA_TYPE:
        return response
    problem = response.get_json()
    faults = [f"{fault['pointer']}: {fault['detail']}".removeprefix(": ") for fault in problem.get("errors", ())]
    response.data = json.dumps({"error": " ".join(faults) or problem["detail"]})
    response.mimetype = "application/json"
    if response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY:  # the protocol's clients expect the plain 400
        response.status_code = HTTPStatus.BAD_REQUEST
    return response


@model.url_value_preprocessor
def _find(_endpoint: str | None, names: dict[str, Any] | None) -> None:
    """Refuse a model or version that is not the loaded one; the views then need neither name."""
    assert names is not None
    manifest = state().classifier.manifest
    name, version = names.pop("model"), names.pop("version", manifest.version)
    if (name, version) != (manifest.name, manifest.version):
        detail = f"The only model here is {manifest.name}, version {manifest.version}."
        raise Problem(HTTPStatus.NOT_FOUND, detail)


@server.get("", strict_slashes=False)
@server.response(200, ServerMetadataSchema)
def get_server() -> dict[str, Any]:
    """Name and version of the server."""
    return {"name": "statements", "version": service.__version__, "extensions": []}


@server.get("/health/live")
@server.response(200, LiveSchema)
def get_live() -> dict[str, Any]:
    """Whether the process is alive, as at /healthz."""
    return {"live": True}


@server.get("/health/ready")
@server.response(200, ReadySchema)
def get_ready() -> dict[str, Any]:
    """Whether to send requests here, as at /readyz."""
    check_ready()
    return {"ready": True}


@model.get("/ready")
@model.response(200, ReadySchema)
def get_model_ready() -> dict[str, Any]:
    """Whether to send the model requests, as at /readyz."""
    check_ready()
    return {"name": state().classifier.manifest.name, "ready": True}


@model.get("")
@model.response(200, ModelMetadataSchema)
def get_model() -> dict[str, Any]:
    """The model's tensors, and what their elements are."""
    manifest = state().classifier.manifest
    described = {
        "label": ([-1], "The most probable label of each sentence."),
        "confidence": ([-1], "The calibrated probability of that label."),
        "scores": ([-1, len(manifest.labels)], "Probability of each label: " + ", ".join(manifest.labels)),
    }
    return {
        "name": manifest.name,
        "versions": [manifest.version],
        "platform": "sklearn_joblib",
        "inputs": [_metadata("text", "BYTES", [-1], "One sentence an element, in UTF-8; [n, 1] is accepted as well.")],
        "outputs": [_metadata(name, OUTPUTS[name], *rest) for name, rest in described.items()],
    }


def _metadata(name: str, datatype: str, shape: list[int], description: str) -> dict[str, Any]:
    return {"name": name, "datatype": datatype, "shape": shape, "parameters": {"description": description}}


@model.post("/infer")
@model.arguments(InferRequestSchema, example=_EXAMPLE)
@model.response(200, InferAnswerSchema)
def post_infer(asked: dict[str, Any]) -> dict[str, Any]:
    """Tag the sentences of the tensor `text`, one to one.

    The answer holds the tensors `label` (BYTES, [n]), `confidence` (FP64, [n]) and `scores` (FP64, [n, labels]), or
    those that `outputs` names. Errors are `{"error": "..."}`, as KServe, Seldon and Triton give them and their clients
    read them, and not problem documents; a request that is not valid is a 400.
    """
    current = state()
    sentences = ClassifyRequestSchema().load({"sentences": asked["inputs"][0]["data"]})
    rows = classify(sentences, current.classifier, current.settings)["sentences"]
    tensors = {
        "label": [row["label"] for row in rows],
        "confidence": [row["confidence"] for row in rows],
        "scores": [list(row["scores"].values()) for row in rows],
    }
    named = [output["name"] for output in asked.get("outputs") or ()]
    answer = {
        "model_name": current.classifier.manifest.name,
        "model_version": current.classifier.manifest.version,
        "outputs": [_tensor(name, tensors[name]) for name in named or OUTPUTS],
    }
    return answer | ({"id": asked["id"]} if asked.get("id") is not None else {})


def _tensor(name: str, rows: list[Any]) -> dict[str, Any]:
    values = np.array(rows)
    return {"name": name, "datatype": OUTPUTS[name], "shape": list(values.shape), "data": values.ravel().tolist()}
