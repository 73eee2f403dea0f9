"""How often a caller may ask: the holder of a key under its name, anybody else under the address."""

from flask import Flask, Response, request
from flask_limiter import ApplicationLimit, HeaderNames, Limiter

from service.access import is_open, key_name
from service.settings import Settings

#: Flask-Limiter's headers under the names of the IETF draft, whose reset is in seconds from now.
HEADERS = {
    HeaderNames.LIMIT: "RateLimit-Limit",
    HeaderNames.REMAINING: "RateLimit-Remaining",
    HeaderNames.RETRY_AFTER: "RateLimit-Reset",
    HeaderNames.RESET: "X-RateLimit-Reset",
}
_TIMEOUT = 1  # seconds to wait for Redis before counting in memory


def init_app(app: Flask, settings: Settings) -> None:
    """Limit every caller, where a limit is set; requests with a wrong key count too, so this goes before `access`.

    While Redis does not answer, each worker counts for itself; that is logged, and Redis is tried again.
    """
    if not settings.rate_limit:
        return
    limiter = Limiter(
        _caller,
        application_limits=[
            ApplicationLimit(settings.rate_limit, error_message=f"More requests than {settings.rate_limit}.")
        ],
        headers_enabled=True,
        header_name_mapping=HEADERS,
        storage_uri=settings.rate_limit_storage,
        storage_options={"socket_connect_timeout": _TIMEOUT, "socket_timeout": _TIMEOUT},
        in_memory_fallback_enabled=True,
    )
    limiter.request_filter(is_open)

    @app.after_request  # handlers run last to first: this one after the limiter's own
    def say_when_to_retry(response: Response) -> Response:
        if limiter.current_limit and limiter.current_limit.breached:
            response.headers["Retry-After"] = response.headers["RateLimit-Reset"]
        return response

    limiter.init_app(app)


def _caller() -> str:
    name = key_name()
    return f"key {name}" if name else f"address {request.remote_addr}"
