# Any Debian-like image with Python 3.11 or later will do as a base.
ARG BASE=docker.io/library/python:3.12-slim

FROM ${BASE} AS build
# "options" adds what Redis, tracing and feedback need
ARG REQUIREMENTS=runtime
WORKDIR /build
COPY requirements/build.txt requirements/${REQUIREMENTS}.txt ./
RUN python3 -m venv /opt/statements \
    && /opt/statements/bin/python -m pip install --no-cache-dir --require-hashes -r build.txt -r ${REQUIREMENTS}.txt
COPY pyproject.toml README.md LICENSE ./
COPY models models
COPY service service
# the example on the page is a link to the seed article
COPY seeds seeds
# the package itself, then out with everything that serves only installing
RUN /opt/statements/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation . \
    && /opt/statements/bin/python -m pip uninstall --yes setuptools pip

FROM ${BASE}
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin statements
COPY --from=build /opt/statements /opt/statements
ENV PATH=/opt/statements/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PORT=8000 WEB_CONCURRENCY=1
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s \
    CMD ["python3", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/readyz', timeout=2)"]
# exec form: gunicorn takes the place of this command, as process 1, and gets SIGTERM itself
CMD ["statements", "serve", "--host", "0.0.0.0"]
