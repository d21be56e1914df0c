# One image for every part of Sasayaki: ARG SERVICE chooses what it runs.
#   routing media monitoring recording callreason: a Python service
#   gateway: the browser's door, with the built console
#   node: the media node
# Checked by schema and lint only; see docs.
ARG PYTHON_VERSION=3.11
ARG RUST_VERSION=1.95
ARG NODE_VERSION=24
ARG DEBIAN=bookworm

FROM rust:${RUST_VERSION}-slim-${DEBIAN} AS native
RUN apt-get update && apt-get install -y --no-install-recommends cmake g++ make && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY proto proto
COPY services/media/core services/media/core
RUN cd services/media/core \
    && cargo build --profile ci --locked -p sasayaki-node \
    && cp target/ci/sasayaki-node /sasayaki-node

FROM node:${NODE_VERSION}-${DEBIAN}-slim AS console
WORKDIR /src
COPY console console
RUN cd console && npm ci --ignore-scripts && npm run build

FROM python:${PYTHON_VERSION}-slim-${DEBIAN} AS packages
WORKDIR /src
COPY requirements.lock .
RUN python -m venv /opt/sasayaki \
    && /opt/sasayaki/bin/pip install --no-cache-dir --require-hashes --no-deps -r requirements.lock
COPY proto proto
COPY chassis chassis
COPY services/routing services/routing
COPY services/media/pyproject.toml services/media/pyproject.toml
COPY services/media/sasayaki_media services/media/sasayaki_media
COPY services/monitoring services/monitoring
COPY services/recording services/recording
COPY services/callreason services/callreason
COPY services/gateway services/gateway
RUN /opt/sasayaki/bin/pip install --no-cache-dir --no-deps ./proto ./chassis ./services/*

FROM python:${PYTHON_VERSION}-slim-${DEBIAN}
ARG SERVICE
ENV SASAYAKI_SERVICE=${SERVICE} \
    PATH=/opt/sasayaki/bin:${PATH} \
    PYTHONUNBUFFERED=1
RUN useradd --system --uid 10001 --home-dir /var/lib/sasayaki --create-home sasayaki
COPY --from=packages /opt/sasayaki /opt/sasayaki
COPY --from=native /sasayaki-node /usr/local/bin/sasayaki-node
COPY --from=console /src/console/dist /opt/sasayaki/console
RUN install -d -o sasayaki /run/sasayaki /var/lib/sasayaki/journal /var/lib/sasayaki/spool \
    /var/lib/sasayaki/keys /var/lib/sasayaki/prompts /var/lib/sasayaki/recordings /var/lib/sasayaki/gateway
USER sasayaki
WORKDIR /var/lib/sasayaki
CMD ["/bin/sh", "-c", "case $SASAYAKI_SERVICE in node) exec sasayaki-node ;; *) exec python -m sasayaki_$SASAYAKI_SERVICE ;; esac"]
