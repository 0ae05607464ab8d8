"""Resources that the sandbox's cloud has and the state does not, since a command never got or never kept the answer.

Each is taken into the state as the cloud has it, so that the next step changes, keeps or deletes it like any other,
and nothing is created twice. Only creations that a command began are looked for: what a stack let go of on purpose
stays in the cloud alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

from poolwright.engine.journal import Begun
from poolwright.engine.sandbox.store import Resource, Store
from poolwright.engine.sandbox.tokens import short_type
from poolwright.engine.sandbox.values import walk

Deployment = dict[str, Any]
"""An exported state."""


def pending(deployment: Mapping[str, Any]) -> tuple[Begun, ...]:
    """The creations that were under way when the engine was killed."""
    operations = cast("Iterable[Mapping[str, Any]]", deployment.get("pending_operations") or ())
    states = (cast("Mapping[str, Any]", each["resource"]) for each in operations if each.get("type") == "creating")
    return tuple(
        Begun(
            urn=str(state["urn"]),
            type=str(state["type"]),
            custom=bool(state.get("custom")),
            parent=str(state.get("parent", "")),
            provider=str(state.get("provider", "")),
            protect=bool(state.get("protect")),
            retain=bool(state.get("retainOnDelete")),
        )
        for state in states
    )


def adopt(deployment: Deployment, begun: Iterable[Begun], cloud: Path) -> list[str]:
    """Takes into an exported state what was begun and exists; pending creations are settled. Returns logical names."""
    resources = cast("list[dict[str, Any]]", deployment.setdefault("resources", []))
    operations = cast("list[Mapping[str, Any]]", deployment.get("pending_operations") or [])
    deployment["pending_operations"] = [each for each in operations if each.get("type") != "creating"]
    known = {_identity(entry["urn"], entry.get("id", ""), entry.get("outputs")) for entry in resources}
    wanted = {each.urn: each for each in begun}
    adopted: list[str] = []
    for each in wanted.values():
        for found in _in_cloud(each, cloud):
            if _identity(found.urn, found.id, found.outputs) in known:
                continue
            if _add(resources, each, found, wanted):
                adopted.append(each.urn.rpartition("::")[2])
    return adopted


def _in_cloud(begun: Begun, cloud: Path) -> list[Resource]:
    """What was made for a URN, in any account of the sandbox."""
    if not begun.custom or not begun.type.startswith("aws:") or not cloud.is_dir():
        return []
    accounts = sorted(path.name for path in cloud.iterdir() if (path / "resources").is_dir())
    kind = short_type(begun.type)
    return [found for account in accounts for found in Store(cloud, account).all(kind) if found.urn == begun.urn]


def _identity(urn: str, resource_id: str, outputs: Any) -> tuple[str, str, str]:
    """What tells a resource from the one that replaces it: some types keep their id over all versions."""
    return urn, resource_id, str(cast("Mapping[str, Any]", outputs or {}).get("arn", ""))


def _add(resources: list[dict[str, Any]], begun: Begun, found: Resource, wanted: Mapping[str, Begun]) -> bool:
    urns = {str(entry["urn"]) for entry in resources}
    provider, _, provider_id = begun.provider.rpartition("::")
    if provider not in urns:
        if provider not in wanted:
            return False
        _add_parents(resources, wanted[provider].parent, wanted, urns)
        _add_provider(resources, wanted[provider], provider_id)
    _add_parents(resources, begun.parent, wanted, {str(entry["urn"]) for entry in resources})
    own = _entry(begun)
    if begun.parent not in {entry["urn"] for entry in resources}:
        own.pop("parent", None)
    for entry in resources:
        if entry["urn"] == begun.urn and not entry.get("delete"):
            # The resource that this one replaces; the engine deletes it with the next update.
            entry["delete"] = True
    resources.append(
        {
            **own,
            "id": found.id,
            "inputs": found.inputs,
            "outputs": {"id": found.id, **found.outputs},
            "provider": begun.provider,
            "dependencies": _named_by(found, resources),
        }
    )
    return True


def _add_parents(resources: list[dict[str, Any]], urn: str, wanted: Mapping[str, Begun], urns: set[str]) -> None:
    """Components that did not get into the state either, outermost first."""
    parent = wanted.get(urn)
    if urn in urns or parent is None:
        return
    _add_parents(resources, parent.parent, wanted, urns)
    resources.append(_entry(parent))


def _add_provider(resources: list[dict[str, Any]], begun: Begun, provider_id: str) -> None:
    """A provider that did not get into the state either: its id is in the references to it."""
    resources.append({**_entry(begun), "id": provider_id, "inputs": begun.inputs, "outputs": begun.inputs})


def _entry(begun: Begun) -> dict[str, Any]:
    entry: dict[str, Any] = {"urn": begun.urn, "type": begun.type, "custom": begun.custom}
    if begun.parent:
        entry["parent"] = begun.parent
    if begun.protect:
        entry["protect"] = True
    if begun.retain:
        entry["retainOnDelete"] = True
    return entry


def _named_by(found: Resource, resources: list[dict[str, Any]]) -> list[str]:
    """The resources whose ids or ARNs the inputs name: what must not be deleted before this one."""
    named = {value for _, value in walk(found.inputs) if isinstance(value, str)}
    return [
        str(entry["urn"])
        for entry in resources
        if entry.get("custom")
        and entry["urn"] != found.urn
        and not entry.get("delete")
        and not named.isdisjoint({str(entry.get("id")), _identity("", "", entry.get("outputs"))[2]} - {""})
    ]
