"""Headers on every answer: what a browser may do with it, and which pages may ask for it."""

from flask import Flask, Response, request
from flask_cors import CORS

from service.access import HEADER
from service.limits import HEADERS
from service.settings import Settings

#: Each unless the route set its own.
DEFAULTS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def init_app(app: Flask, settings: Settings) -> None:
    """Add the security headers, and CORS for the origins that are set."""

    @app.after_request
    def add_defaults(response: Response) -> Response:
        given = {name.lower() for name, _ in response.headers}
        response.headers.extend([item for item in DEFAULTS.items() if item[0].lower() not in given])
        if settings.hsts_seconds and request.is_secure:
            response.headers["Strict-Transport-Security"] = f"max-age={settings.hsts_seconds}"
        return response

    if settings.cors_origins:
        CORS(
            app,
            origins=list(settings.cors_origins),
            methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type", HEADER],
            expose_headers=["Retry-After", "X-Request-ID", *HEADERS.values()],
            max_age=600,
        )
