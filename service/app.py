"""The Flask application factory."""

from flask import Flask

import service
from models.classifier import Classifier
from service import access, feedback, headers, inference, limits, logs, metrics, page, proxies, reference, tracing
from service.draining import Draining
from service.openapi import complete, name_labels
from service.problems import ProblemApi
from service.routes import blueprint, probes
from service.settings import Settings
from service.state import State, attach


def create_app(settings: Settings | None = None, draining: Draining | None = None) -> Flask:
    """Build the application with its model loaded and warm.

    Args:
        settings: Taken from the environment if not given.
        draining: The server's flag; readiness follows it.

    Raises:
        SettingsError: If an environment variable, the file of API keys or the database is wrong, or a package that a
            setting needs is not installed.
        ArtefactError: If the model cannot be loaded.
    """
    settings = settings or Settings.from_environment()
    with metrics.MODEL_LOAD_SECONDS.time():
        classifier = Classifier.load(settings.model, shared=True, cache_size=settings.cache_sentences)
    app = Flask("service")
    app.config.update(
        MAX_CONTENT_LENGTH=settings.max_body_bytes,
        API_TITLE="Statements",
        API_VERSION=service.__version__,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/",
        OPENAPI_JSON_PATH="openapi.json",
    )
    attach(app.extensions, State(classifier, settings, draining or Draining()))
    # these first: they see every request, and its answer as it leaves
    logs.init_app(app)
    metrics.init_app(app)
    tracing.init_app(app, settings)
    proxies.init_app(app, settings)
    limits.init_app(app, settings)
    access.init_app(app, settings)
    headers.init_app(app, settings)
    api = ProblemApi(app)
    name_labels(api, classifier.labels)
    api.register_blueprint(blueprint)
    api.register_blueprint(probes)
    inference.init_app(app, api, classifier.manifest)
    feedback.init_app(app, api, settings)
    complete(api.spec, classifier.labels)
    reference.init_app(app)
    app.register_blueprint(page.blueprint)
    return app
