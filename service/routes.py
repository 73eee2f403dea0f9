"""The routes. Each validates at the edge, calls one function and answers."""

from http import HTTPStatus
from typing import Any

import orjson
from flask import Response
from flask_smorest import Blueprint

from service.classification import classify
from service.parsing import Parser
from service.problems import Problem
from service.schemas import (
    ClassifyAnswerSchema,
    ClassifyRequestSchema,
    LabelsAnswerSchema,
    ManifestSchema,
    StatusSchema,
)
from service.state import state


class StatementsBlueprint(Blueprint):
    """A blueprint that reads request bodies strictly."""

    ARGUMENTS_PARSER = Parser()


blueprint = StatementsBlueprint("statements", __name__, description="Tag the sentences of news texts")
probes = StatementsBlueprint("probes", __name__, description="For load balancers and orchestrators")


@blueprint.post("/classify")
@blueprint.arguments(ClassifyRequestSchema())  # an instance: a class would be instantiated at every request
@blueprint.response(200, ClassifyAnswerSchema)
def post_classify(request: dict[str, Any]) -> Response:
    """Tag every sentence of a text, of a list of sentences, or of several documents."""
    current = state()
    return _json(classify(request, current.classifier, current.settings))


@blueprint.get("/labels")
@blueprint.response(200, LabelsAnswerSchema)
def get_labels() -> Response:
    """The labels and their definitions."""
    manifest = state().classifier.manifest
    labels = [{"label": label, "definition": manifest.definitions.get(label)} for label in manifest.labels]
    return _json({"labels": labels})


@blueprint.get("/model")
@blueprint.response(200, ManifestSchema)
def get_model() -> Response:
    """The manifest of the model that answers."""
    return _json(state().classifier.manifest.as_dict())


@probes.get("/healthz")
@probes.response(200, StatusSchema)
def get_healthz() -> Response:
    """Whether the process is alive."""
    return _json({"status": "ok"})


@probes.get("/readyz")
@probes.response(200, StatusSchema)
def get_readyz() -> Response:
    """Whether to send requests here: not while the server drains before it stops."""
    check_ready()
    return _json({"status": "ready"})


def check_ready() -> None:
    """Raise a 503 while the server drains."""
    if state().draining.begun:
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "The server is about to stop.")


def _json(body: dict[str, Any]) -> Response:
    return Response(orjson.dumps(body), mimetype="application/json")
