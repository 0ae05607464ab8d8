"""What the proxy of a host does, as Caddy's own JSON: TLS, redirect, paths to services, overflow, log.

Written for Caddy 2.6, which Debian 12 has. Replicas of a service are found by the name that Docker's DNS has for them:
the proxy needs no change when their number does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from components.docker.files import STATE
from components.docker.network import GRAFANA
from solver.plan.docker import DockerSitePlan, HostedService, HostPlan
from solver.plan.hosted_monitoring import GRAFANA_PATH, GRAFANA_PORT
from solver.vocabulary import Protocol

HTTPS_PORT = 8443
"""Where the proxy listens inside its container; published at the plan's port."""
HTTP_PORT = 8080
"""Likewise."""
HEALTH_PORT = 8079
"""Answers inside the container alone."""
CONFIG_FOLDER = "/etc/poolwright"
"""Folder of the configuration."""
_FIND_AGAIN = "2s"
"""How old an answer of Docker's DNS may be."""
_RETRIES = 2
_SECONDS_OF_WORK = 1.0
"""A replica that has more open requests than it is planned to answer in this time is full."""
_LEAST_OPEN = 4

_GIVEN = "given"
"""Tag of the certificate that Caddy does not make itself."""

Json = dict[str, Any]


@dataclass(frozen=True)
class CertificateFiles:
    """Where the proxy finds a certificate of one's own."""

    chain: str
    """Path of the certificate and those between it and the root."""
    key: str
    """Path of its private key."""


def proxy_config(
    plan: DockerSitePlan,
    host: HostPlan,
    *,
    addresses: Mapping[str, str],
    overflow: Mapping[str, str],
    certificate: CertificateFiles | None = None,
) -> str:
    """The configuration of one host's proxy.

    `addresses` are names of the services that run on the host; `overflow` are URLs of the same services at AWS. Without
    a `certificate` all names have one of the host's own authority; with it those that callers on the site alone use.
    """
    exposed = sorted(
        (service for service in plan.services if service.exposure is not None),
        key=lambda each: (-len(each.path), each.path),
    )
    here = [service for service in exposed if service.key in addresses or service.key in overflow]
    named = [plan.network.domain] if plan.network.domain is not None else []
    subjects: list[str] = list(dict.fromkeys([*named, host.address, "localhost"]))
    own = [name for name in subjects if certificate is None or name != plan.network.domain]
    config: Json = {
        # No way to change it but through Pulumi.
        "admin": {"disabled": True, "config": {"persist": False}},
        "logging": {"logs": _logs()},
        "storage": {"module": "file_system", "root": STATE},
        "apps": {
            "http": {
                "http_port": HTTP_PORT,
                "https_port": HTTPS_PORT,
                "grace_period": "20s",
                "servers": {
                    "health": {
                        "listen": [f"127.0.0.1:{HEALTH_PORT}"],
                        "automatic_https": {"disable": True},
                        "routes": [{"handle": [{"handler": "static_response", "status_code": 200}]}],
                    },
                    "redirect": {
                        "listen": [f":{HTTP_PORT}"],
                        "automatic_https": {"disable": True},
                        "read_header_timeout": "10s",
                        "routes": [{"handle": [_redirect(plan.network.https_port)]}],
                    },
                    "services": {
                        "listen": [f":{HTTPS_PORT}"],
                        # HTTP/3 needs UDP, which no port is published for.
                        "protocols": ["h1", "h2"],
                        "automatic_https": {"disable_redirects": True},
                        "read_header_timeout": "10s",
                        "idle_timeout": "2m",
                        "max_header_bytes": 65536,
                        "tls_connection_policies": _tls_policies(plan.network.domain, own[0], certificate),
                        "routes": [
                            {"handle": _headers()},
                            *([] if plan.monitoring is None else [_to_grafana()]),
                            *(_route(each, addresses.get(each.key), overflow.get(each.key)) for each in here),
                            {"handle": [{"handler": "static_response", "status_code": 404, "body": "no such path"}]},
                        ],
                        "errors": {"routes": _errors(here, addresses, overflow)},
                        "logs": {"default_logger_name": "requests"},
                    },
                },
            },
            "tls": {
                "certificates": {"automate": own, **_loaded(certificate)},
                "automation": {"policies": [{"subjects": own, "issuers": [{"module": "internal"}]}]},
            },
            "pki": {"certificate_authorities": {"local": {"install_trust": False}}},
        },
    }
    return json.dumps(config, indent=1, sort_keys=True) + "\n"


def _tls_policies(domain: str | None, unnamed: str, certificate: CertificateFiles | None) -> list[Json]:
    """The given certificate for the site's name and for nothing else; who calls a host by its number sends no name."""
    others: Json = {"default_sni": unnamed}
    if certificate is None:
        return [others]
    return [{"match": {"sni": [domain]}, "certificate_selection": {"any_tag": [_GIVEN]}}, others]


def _loaded(certificate: CertificateFiles | None) -> Json:
    if certificate is None:
        return {}
    return {"load_files": [{"certificate": certificate.chain, "key": certificate.key, "tags": [_GIVEN]}]}


def _logs() -> Json:
    """Requests and the proxy's own messages, a JSON object a line; headers with credentials are left out by Caddy."""
    encoder = {"format": "json"}
    return {
        "default": {"writer": {"output": "stderr"}, "encoder": encoder, "exclude": ["http.log.access.requests"]},
        "requests": {"writer": {"output": "stdout"}, "encoder": encoder, "include": ["http.log.access.requests"]},
    }


def _redirect(https_port: int) -> Json:
    port = "" if https_port == 443 else f":{https_port}"
    return {
        "handler": "static_response",
        "status_code": 308,
        "headers": {"Location": [f"https://{{http.request.host}}{port}{{http.request.uri}}"]},
    }


def _headers() -> list[Json]:
    """For browsers: HTTPS for a year and no guessing of types; no frames of others unless the service says so."""
    always = {"Strict-Transport-Security": ["max-age=31536000"], "X-Content-Type-Options": ["nosniff"]}
    unless_said = {"Referrer-Policy": "strict-origin-when-cross-origin", "X-Frame-Options": "SAMEORIGIN"}
    return [
        {"handler": "headers", "response": {"deferred": True, "set": always, "delete": ["Server"]}},
        *(
            {
                "handler": "headers",
                "response": {"deferred": True, "set": {name: [value]}, "require": {"headers": {name: None}}},
            }
            for name, value in unless_said.items()
        ),
    ]


def path_patterns(path: str) -> list[str]:
    """A path prefix: `/search` itself and all below it, but not `/searching`."""
    return [f"{path}*"] if path.endswith("/") else [path, f"{path}/*"]


def _route(service: HostedService, address: str | None, url: str | None) -> Json:
    """Where requests of a service go: its replicas, or AWS where the host has none."""
    handlers: list[Json] = []
    if address is not None:
        handlers.append(_to_replicas(service, address, url))
    elif url is not None:
        handlers.append(_to_url(url))
    return {"match": [{"path": path_patterns(service.path)}], "handle": handlers, "terminal": True}


def _to_grafana() -> Json:
    """Grafana knows that it is below this path, and asks for a password itself."""
    handler: Json = {
        "handler": "reverse_proxy",
        "upstreams": [{"dial": f"{GRAFANA}:{GRAFANA_PORT}"}],
        "transport": {"protocol": "http", "dial_timeout": "3s"},
    }
    return {"match": [{"path": path_patterns(GRAFANA_PATH)}], "handle": [handler], "terminal": True}


def _to_replicas(service: HostedService, address: str, url: str | None) -> Json:
    handler: Json = {
        "handler": "reverse_proxy",
        "dynamic_upstreams": {"source": "a", "name": address, "port": str(service.port), "refresh": _FIND_AGAIN},
        "load_balancing": {
            "selection_policy": {"policy": "least_conn"},
            # Of replicas that end or begin, another one answers.
            "retries": _RETRIES,
            "try_interval": "50ms",
        },
        "transport": {"protocol": "http", "dial_timeout": "3s"},
    }
    if service.protocol is Protocol.GRPC:
        handler["transport"]["versions"] = ["h2c", "2"]
        handler["flush_interval"] = -1
    if url is not None:
        # Caddy takes no `max_fails` for 0, by which every replica would be unwell from the start.
        handler["health_checks"] = {"passive": {"unhealthy_request_count": most_open(service), "max_fails": 1}}
        handler["handle_response"] = [
            {
                "match": {"status_code": [429, 503]},
                "routes": [
                    # What has no body can be asked again; the body of the others has gone to the replica already.
                    {"match": [{"method": ["GET", "HEAD", "OPTIONS"]}], "handle": [_to_url(url)]},
                    {
                        "match": [{"not": [{"method": ["GET", "HEAD", "OPTIONS"]}]}],
                        "handle": [{"handler": "copy_response"}],
                    },
                ],
            }
        ]
    return handler


def most_open(service: HostedService) -> int:
    """Open requests of a replica above which the next one goes to AWS: what it is planned to answer in a second."""
    slowest = min(variant.load_per_replica_per_second for variant in service.variants)
    return max(_LEAST_OPEN, ceil(slowest * _SECONDS_OF_WORK))


def _to_url(url: str) -> Json:
    """The same service's load balancer at AWS, under the name that its certificate has."""
    scheme, _, name = url.partition("://")
    tls = scheme == "https"
    transport: Json = {"protocol": "http", "dial_timeout": "3s"}
    if tls:
        transport["tls"] = {"server_name": name}
    return {
        "handler": "reverse_proxy",
        "upstreams": [{"dial": f"{name}:{443 if tls else 80}"}],
        "headers": {"request": {"set": {"Host": [name]}}},
        "transport": transport,
    }


def _errors(services: Sequence[HostedService], addresses: Mapping[str, str], overflow: Mapping[str, str]) -> list[Json]:
    """No replica can be reached, or all are full: AWS answers, where it has the service."""
    return [
        {
            "match": [{"path": path_patterns(each.path), "expression": "{http.error.status_code} in [502, 503]"}],
            "handle": [*_headers(), _to_url(overflow[each.key])],
            "terminal": True,
        }
        for each in services
        if each.key in addresses and each.key in overflow
    ]
