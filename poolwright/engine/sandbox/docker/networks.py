"""Networks and volumes of a host."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from poolwright.engine.sandbox.docker.engine_client import EngineClient, section
from poolwright.engine.sandbox.docker.making import SANDBOX_LABEL, URN_LABEL, Making
from poolwright.engine.sandbox.docker.stand_in import fitted_options
from poolwright.engine.sandbox.values import Properties, Value, fields, flag, objects, text

_PATIENCE_SECONDS: Final = 5.0
"""How long something may still be in use that is to be removed: what used it may be on its way out."""
_LOOK_AGAIN_SECONDS: Final = 0.2
_OWN: Final = (URN_LABEL, SANDBOX_LABEL)


def create_network(making: Making) -> tuple[str, Properties]:
    """The network's id and outputs."""
    inputs = making.inputs
    name = str(inputs["name"])
    wanted: dict[str, Any] = {
        "Name": name,
        "CheckDuplicate": True,
        "Driver": text(inputs.get("driver")) or "bridge",
        "Internal": flag(inputs.get("internal")),
        "Attachable": flag(inputs.get("attachable")),
        "Ingress": flag(inputs.get("ingress")),
        "EnableIPv6": flag(inputs.get("ipv6")),
        "Options": _texts(inputs.get("options")),
        "Labels": _labels(making),
        "IPAM": {
            "Driver": text(inputs.get("ipamDriver")) or "default",
            "Options": _texts(inputs.get("ipamOptions")),
            "Config": [_ipam(each) for each in objects(inputs.get("ipamConfigs"))],
        },
    }
    with making.client.asking("Unable to create network") as api:
        for left in api.networks(filters={"label": [f"{key}={value}" for key, value in making.labels.items()]}):
            # Made by a creation of this very resource whose answer was lost.
            if left["Name"] == name:
                api.remove_network(left["Id"])
        answer = api._post_json(api._url("/networks/create"), data=wanted)
        network = str(api._result(answer, json=True)["Id"])
    shown = inspected_network(making.client, network) or {}
    return network, network_outputs(inputs, shown)


def inspected_network(client: EngineClient, network: str) -> dict[str, Any] | None:
    """What the engine says of a network; None when it has none of that id or name."""
    from docker.errors import NotFound

    with client.asking("Unable to inspect network") as api:
        try:
            found: dict[str, Any] = api.inspect_network(network)
        except NotFound:
            return None
    return found


def network_outputs(inputs: Properties, shown: Mapping[str, Any]) -> Properties:
    """All outputs of a network."""
    ipam = section(shown, "IPAM")
    settled: Properties = {
        "name": shown["Name"],
        "driver": shown["Driver"],
        "internal": bool(shown.get("Internal")),
        "attachable": bool(shown.get("Attachable")),
        "ingress": bool(shown.get("Ingress")),
        "ipv6": bool(shown.get("EnableIPv6")),
        "ipamDriver": ipam.get("Driver") or "default",
        "options": shown.get("Options") or {},
        "scope": shown.get("Scope") or "local",
        "ipamConfigs": _shown_ipams(ipam.get("Config")),
    }
    given: Properties = {name: value for name, value in inputs.items() if not name.startswith("__")}
    return _with_labels({**given, **settled}, shown)


def delete_network(client: EngineClient, network: str) -> None:
    """Removes it, once nothing is connected any more."""
    if inspected_network(client, network) is None:
        return
    with client.asking(f"Unable to remove network {network[:12]}") as api:
        _patiently("has active endpoints", lambda: api.remove_network(network))


def create_volume(making: Making) -> tuple[str, Properties]:
    """The volume's name, which is its id, and outputs."""
    inputs = making.inputs
    options = _texts(inputs.get("driverOpts")) or None
    with making.client.asking("Unable to create volume") as api:
        made = api.create_volume(
            name=text(inputs.get("name")),
            driver=text(inputs.get("driver")),
            driver_opts=fitted_options(options) if making.client.host.stood_in else options,
            labels=_labels(making),
        )
    return str(made["Name"]), volume_outputs(inputs, made)


def inspected_volume(client: EngineClient, volume: str) -> dict[str, Any] | None:
    """What the engine says of a volume; None when it has none of that name."""
    from docker.errors import NotFound

    with client.asking("Unable to inspect volume") as api:
        try:
            found: dict[str, Any] = api.inspect_volume(volume)
        except NotFound:
            return None
    return found


def volume_outputs(inputs: Properties, shown: Mapping[str, Any]) -> Properties:
    """All outputs of a volume."""
    given: Properties = {name: value for name, value in inputs.items() if not name.startswith("__")}
    settled: Properties = {
        "name": shown["Name"],
        "driver": shown["Driver"],
        "mountpoint": shown.get("Mountpoint") or "",
    }
    return _with_labels({**given, **settled}, shown)


def delete_volume(client: EngineClient, volume: str) -> None:
    """Removes it with what is in it, once no container has it any more."""
    if inspected_volume(client, volume) is None:
        return
    with client.asking(f"Unable to remove volume {volume}") as api:
        _patiently("volume is in use", lambda: api.remove_volume(volume, force=True))


def _patiently(words: str, remove: Callable[[], None]) -> None:
    from docker.errors import APIError

    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return remove()
        except APIError as error:
            if words not in str(error.explanation) or time.monotonic() >= until:
                raise
        time.sleep(_LOOK_AGAIN_SECONDS)


def _labels(making: Making) -> dict[str, str]:
    own = {str(each["label"]): str(each["value"]) for each in objects(making.inputs.get("labels"))}
    return own | making.labels


def _with_labels(outputs: Properties, shown: Mapping[str, Any]) -> Properties:
    """The outputs with the labels that are not the sandbox's own."""
    found = sorted(section(shown, "Labels").items())
    labels: list[Value] = [{"label": name, "value": value} for name, value in found if name not in _OWN]
    return {**outputs, "labels": labels} if labels else outputs


def _ipam(config: Properties) -> dict[str, Any]:
    named = {"Subnet": "subnet", "IPRange": "ipRange", "Gateway": "gateway"}
    made: dict[str, Any] = {key: text(config.get(name)) for key, name in named.items() if text(config.get(name))}
    extra = _texts(config.get("auxAddress"))
    return made | {"AuxiliaryAddresses": extra} if extra else made


def _shown_ipams(configs: list[dict[str, Any]] | None) -> list[Value]:
    named = {"subnet": "Subnet", "ipRange": "IPRange", "gateway": "Gateway", "auxAddress": "AuxiliaryAddresses"}
    return [{name: each[key] for name, key in named.items() if each.get(key)} for each in configs or []]


def _texts(value: Value) -> dict[str, str]:
    return {name: str(each) for name, each in fields(value).items()}
