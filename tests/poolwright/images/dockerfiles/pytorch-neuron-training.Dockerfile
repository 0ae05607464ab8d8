# Made by `poolwright images`: pytorch, training, neuron.
FROM registry.example/neuron-training@sha256:0000000000000000000000000000000000000000000000000000000000000006 AS runtime

FROM runtime AS build
# The base has torch-neuronx and pip; the environment sees the base's packages.
RUN python3 -m venv --without-pip --system-site-packages /opt/venv
COPY .poolwright/packages.txt app/requirements.txt /build/
RUN python3 -m pip --python /opt/venv/bin/python install --no-cache-dir --disable-pip-version-check \
--requirement /build/requirements.txt --requirement /build/packages.txt
COPY .poolwright/runtime /opt/poolwright
COPY app /app
RUN mkdir -p /app && python3 -m compileall -q --invalidation-mode unchecked-hash /opt/poolwright /app

FROM runtime
LABEL \
    "org.opencontainers.image.base.digest"="sha256:0000000000000000000000000000000000000000000000000000000000000006" \
    "org.opencontainers.image.base.name"="public.ecr.aws/neuron/pytorch-training-neuronx:2.9.0-neuronx-py312-sdk2.27.1-ubuntu24.04" \
    "org.opencontainers.image.licenses"="Apache-2.0" \
    "org.opencontainers.image.source"="https://git.example.com/shop" \
    "org.opencontainers.image.title"="shop, variant a: it's \"here\"" \
    "org.poolwright.template"="pytorch"
ENV PATH="/opt/venv/bin:$PATH" \
    PYTHONPATH="/opt/poolwright:/app" \
    PYTHONUNBUFFERED="1" \
    PYTHONDONTWRITEBYTECODE="1" \
    HOME="/tmp" \
    ENTRY="main" \
    ACCELERATOR="neuron" \
    FRAMEWORK="pytorch"
COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/poolwright /opt/poolwright
COPY --from=build /app /app
WORKDIR /app
USER 10001:10001
HEALTHCHECK NONE
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "-m", "poolwright.images.runtime.start"]
CMD ["python", "-m", "poolwright.images.runtime.train"]
