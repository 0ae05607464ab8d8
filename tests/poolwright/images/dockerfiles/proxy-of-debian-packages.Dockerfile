# Made by `poolwright images`: the proxy.
FROM sha256:dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd AS build
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
# A copy made by cat has none of the rights that the file may carry: without them it starts in a container that has none.
RUN mkdir -p /out/root/bin /out/root/usr/bin /out/root/etc/ssl/certs /out/state/data /out/state/config \
 && cat /usr/bin/caddy > /out/root/usr/bin/caddy \
 && chmod 0755 /out/root/usr/bin/caddy \
 && cp -L /bin/bash /bin/sh /bin/chown /bin/chmod /bin/false /out/root/bin/ \
 && cp /etc/ssl/certs/ca-certificates.crt /out/root/etc/ssl/certs/ \
 && { ldd /out/root/bin/* /usr/bin/caddy || true; } | { grep -oE '/(usr/)?lib[^ ]*' || true; } \
  | sort -u | while read -r library; do cp -L --parents "$library" /out/root || exit 1; done

FROM scratch
LABEL \
    "org.opencontainers.image.licenses"="Apache-2.0" \
    "org.opencontainers.image.source"="https://github.com/caddyserver/caddy" \
    "org.opencontainers.image.title"="Caddy, the proxy of a Docker site" \
    "org.poolwright.template"="proxy"
ENV XDG_DATA_HOME="/data" XDG_CONFIG_HOME="/config" HOME="/config"
COPY --from=build /out/root /
COPY --from=build --chown=10001:10001 /out/state /
USER 10001:10001
EXPOSE 8080 8443
HEALTHCHECK --interval=15s --timeout=5s --start-period=10s --retries=3 CMD ["/bin/bash", "-c", ": < /dev/tcp/127.0.0.1/8079"]
STOPSIGNAL SIGTERM
CMD ["/usr/bin/caddy", "run", "--config", "/etc/poolwright/caddy.json"]
