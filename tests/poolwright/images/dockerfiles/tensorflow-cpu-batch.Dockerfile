# Made by `poolwright images`: tensorflow, batch, cpu.
FROM registry.example/debian@sha256:0000000000000000000000000000000000000000000000000000000000000001 AS runtime
# Versions are Debian's: its fixes for the pinned base are wanted.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates python3 \
 && rm -rf /var/lib/apt/lists/*

FROM runtime AS build
# Versions are Debian's: its fixes for the pinned base are wanted.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3-venv \
 && rm -rf /var/lib/apt/lists/*
# pip runs out of Debian's wheel, so the environment has none.
RUN python3 -m venv --without-pip /opt/venv
COPY .poolwright/packages.txt app/requirements.txt /build/
RUN PYTHONPATH="$(echo /usr/share/python-wheels/pip-*.whl)" /opt/venv/bin/python -m pip install \
 --no-cache-dir --disable-pip-version-check \
--requirement /build/requirements.txt --requirement /build/packages.txt
COPY .poolwright/runtime /opt/poolwright
COPY app /app
RUN mkdir -p /app && python3 -m compileall -q --invalidation-mode unchecked-hash /opt/poolwright /app

FROM runtime
LABEL \
    "org.opencontainers.image.base.digest"="sha256:0000000000000000000000000000000000000000000000000000000000000001" \
    "org.opencontainers.image.base.name"="docker.io/library/debian:bookworm-slim" \
    "org.opencontainers.image.licenses"="Apache-2.0" \
    "org.opencontainers.image.source"="https://git.example.com/shop" \
    "org.opencontainers.image.title"="shop, variant a: it's \"here\"" \
    "org.poolwright.template"="tensorflow"
ENV PATH="/opt/venv/bin:$PATH" \
    PYTHONPATH="/opt/poolwright:/app" \
    PYTHONUNBUFFERED="1" \
    PYTHONDONTWRITEBYTECODE="1" \
    HOME="/tmp" \
    ENTRY="main:run" \
    ACCELERATOR="cpu"
COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/poolwright /opt/poolwright
COPY --from=build /app /app
WORKDIR /app
USER 10001:10001
HEALTHCHECK NONE
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "-m", "poolwright.images.runtime.start"]
CMD ["python", "-m", "poolwright.images.runtime.run"]
