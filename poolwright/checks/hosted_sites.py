"""Docker sites: images, networks, ways in, volumes and how hosts are reached."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from poolwright.checks.check import Fault, NotYet, Severity, on_each, on_stack
from poolwright.checks.evidence import Evidence
from poolwright.checks.hosted_names import CONTAINER, IMAGE, NETWORK, VOLUME, hosted_names
from poolwright.checks.resource import NotKnownError, Resource, part

PROVIDER = "pulumi:providers:docker"
_LEADING_OUT = ("-front", "-out")
_WRITER = "-proxy-config-writer"
_ICC = "com.docker.network.bridge.enable_icc"
_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")


@on_each(
    IMAGE,
    id="docker.latest",
    title="Images on hosts have a version",
    remedy="Give image.reference a tag, or a digest, in stacks/",
)
def images_have_versions(image: Resource) -> Iterator[str]:
    name = str(image.get("name", ""))
    tag = name.rpartition("/")[2].partition(":")[2]
    if not _DIGEST.search(name) and tag in ("", "latest"):
        yield f"{name} is whatever was pushed last"


@on_stack(
    IMAGE,
    id="docker.pinned",
    title="Images on hosts are pinned by a digest of a registry",
    severity=Severity.WARN,
    remedy="Push the image to a registry and give image.reference and image.digest in stacks/",
)
def images_are_pinned(evidence: Evidence) -> Iterator[Fault]:
    for image in evidence.of_type(IMAGE):
        name = str(image.get("name", ""))
        if not _DIGEST.search(name):
            yield Fault(text=f"{name} has no digest: another image may come under the name", resource=image)
    for _, site in evidence.hosted():
        for service in site.services:
            for variant in service.variants:
                if variant.image_reference is None and variant.image_digest is not None:
                    yield Fault(
                        text="runs an image by the id that one engine gave it: another host can't pull it",
                        subject=f"{service.key}.{variant.key}",
                        at=("workloads", service.key),
                    )


@on_each(
    CONTAINER,
    id="docker.ports",
    title="Only a host's proxy publishes ports",
    remedy="Give the service an `exposure` in stacks/: the proxy of components/docker/proxy.py leads to it, with TLS",
)
def only_proxies_publish(container: Resource) -> Iterator[str]:
    if container.holds("publishAllPorts"):
        yield "publishes all ports of its image"
    if container.labels.get("role") != "proxy":
        for port in container.mappings("ports"):
            yield f"publishes {port.get('internal')}, past the proxy and without TLS"


@on_stack(
    CONTAINER,
    id="docker.tls",
    title="Proxies serve TLS, send plain HTTP there, and can't be changed from within",
    remedy="Keep tls_connection_policies, the redirect and admin.disabled in components/docker/proxy_config.py",
)
def proxies_serve_tls(evidence: Evidence) -> Iterator[Fault | NotYet]:
    for writer in evidence.of_type(CONTAINER):
        if not writer.name.endswith(_WRITER):
            continue
        try:
            texts = [str(each.get("content", "")) for each in writer.mappings("uploads")]
            configuration: Any = json.loads(texts[0]) if texts else {}
        except (NotKnownError, ValueError):
            yield NotYet(writer)
            continue
        if not part(configuration, "admin").get("disabled"):
            yield Fault(text="lets whoever is in the container change what the proxy does", resource=writer)
        servers = part(part(part(configuration, "apps"), "http"), "servers")
        for name in servers:
            server = part(servers, name)
            inside = all(str(each).startswith("127.0.0.1:") for each in server.get("listen") or ())
            if not inside and not server.get("tls_connection_policies") and not _redirects(server):
                yield Fault(text=f"serves {name} in clear", resource=writer)


def _redirects(server: Any) -> bool:
    handlers = [handler for route in server.get("routes") or () for handler in route.get("handle") or ()]
    return bool(handlers) and all(
        handler.get("handler") == "static_response" and handler.get("status_code") == 308 for handler in handlers
    )


@on_each(
    NETWORK,
    id="docker.egress",
    title="Networks on hosts lead nowhere, but for the proxy and for what calls places elsewhere",
    remedy="Keep internal and enable_icc in components/docker/network.py",
)
def networks_lead_nowhere(network: Resource) -> Iterator[str]:
    if network.holds("internal"):
        return
    if not network.name.endswith(_LEADING_OUT):
        yield "leads out of the host"
    elif str(part({"o": network.get("options")}, "o").get(_ICC)) != "false":
        yield "lets containers reach each other that only need a way out"


@on_each(
    CONTAINER,
    id="docker.networks",
    title="No container is on the network that all of a host's containers share",
    remedy="Keep networks_advanced in components/docker/settings.py",
)
def nobody_is_on_the_common_network(container: Resource) -> Iterator[str]:
    if not container.mappings("networksAdvanced") and container.get("networkMode") != "none":
        yield "is on the engine's own bridge, with whatever else runs there"


@on_stack(
    VOLUME,
    id="docker.volumes",
    title="Volumes of claims are protected where the stack protects data",
    remedy="Keep the protection in components/docker/storage.py, or set data_protection: false in stacks/",
)
def claims_are_protected(evidence: Evidence) -> Iterator[Fault]:
    for key, site in evidence.hosted():
        claims = hosted_names(evidence.lock.stack, key, site)[VOLUME] if evidence.lock is not None else frozenset[str]()
        for volume in evidence.of_type(VOLUME):
            if site.protect and volume.name in claims and not volume.protected:
                yield Fault(text="can be deleted with all that it holds", resource=volume)


@on_each(
    PROVIDER,
    id="docker.engine",
    title="Engines that listen on the network want a certificate",
    remedy="Give the host `certificates` in stacks/, or reach it over ssh://",
)
def engines_want_certificates(provider: Resource) -> Iterator[str]:
    host = str(provider.get("host", ""))
    if host.startswith("http://") or (host.startswith("tcp://") and not provider.get("certPath")):
        yield f"speaks to {host} without TLS: anybody on the way can use the host"
