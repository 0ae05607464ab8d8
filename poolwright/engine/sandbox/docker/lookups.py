"""Data sources of pulumi-docker: what a host has already."""

from __future__ import annotations

from poolwright.engine.sandbox.check import Failure
from poolwright.engine.sandbox.docker.engine_client import section
from poolwright.engine.sandbox.docker.images import inspected_image, repo_digest
from poolwright.engine.sandbox.docker.making import Making
from poolwright.engine.sandbox.docker.networks import inspected_network, network_outputs
from poolwright.engine.sandbox.values import Properties, Value

DATA_SOURCES = ("getNetwork", "getRemoteImage")


def looked_up(token: str, making: Making) -> Properties | list[Failure]:
    """The answer, or what is wrong with the question."""
    name = str(making.inputs.get("name"))
    match token.rpartition(":")[2]:
        case "getNetwork":
            shown = inspected_network(making.client, name)
            if shown is None:
                return [Failure("name", f"Could not find docker network: {name}")]
            containers: list[Value] = [
                {
                    "containerId": key,
                    "endpointId": each.get("EndpointID") or "",
                    "name": each.get("Name") or "",
                    "ipv4Address": each.get("IPv4Address") or "",
                    "ipv6Address": each.get("IPv6Address") or "",
                    "macAddress": each.get("MacAddress") or "",
                }
                for key, each in sorted(section(shown, "Containers").items())
            ]
            outputs = network_outputs({}, shown)
            kept = ("driver", "internal", "ipamConfigs", "name", "options", "scope")
            answer: Properties = {key: outputs[key] for key in kept}
            return {**answer, "id": shown["Id"], "containers": containers}
        case "getRemoteImage":
            image = inspected_image(making.client, name)
            if image is None:
                return [Failure("name", f"did not find docker image '{name}'")]
            return {"id": image["Id"], "name": name, "repoDigest": repo_digest(name, image)}
        case other:
            return [Failure("", f"the sandbox has no data source {other}; it has {', '.join(DATA_SOURCES)}")]
