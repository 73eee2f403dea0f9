"""The caller's address and scheme behind load balancers."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from service.settings import Settings


def init_app(app: Flask, settings: Settings) -> None:
    """Believe as many proxies as stand in front, counted from the nearest; what a caller adds is beyond them."""
    count = settings.trusted_proxies
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count)  # type: ignore[method-assign]
