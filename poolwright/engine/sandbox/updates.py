"""Outputs that an update changes: unknown in its preview."""

from __future__ import annotations

from typing import Final

from poolwright.engine.sandbox.schema import ResourceSchema
from poolwright.engine.sandbox.values import UNKNOWN, Properties, flag, visible

_ANY_CHANGE: Final[dict[str, frozenset[str]]] = {
    "batch.JobDefinition": frozenset({"arn", "revision"}),
    "wafv2.WebAcl": frozenset({"lockToken"}),
    "backup.Plan": frozenset({"version"}),
}
_IPV6_OF_A_VPC: Final = frozenset({"ipv6CidrBlock", "ipv6AssociationId", "ipv6CidrBlockNetworkBorderGroup"})
_TEMPLATE_ASIDE: Final = frozenset(
    {"tags", "tagsAll", "defaultVersion", "updateDefaultVersion", "region", "name", "namePrefix"}
)
"""Properties of a launch template that are not part of a version."""


def updated_outputs(kind: str, schema: ResourceSchema, state: Properties, inputs: Properties) -> Properties:
    """The outputs as far as they are known before the cloud answers the update."""
    given = visible(inputs)
    kept = schema.computed | schema.settled
    outputs: Properties = {name: value for name, value in state.items() if name in kept}
    outputs.update(given)
    for name in _changing(kind, state, given):
        outputs[name] = UNKNOWN
    return outputs


def makes_template_version(before: Properties, inputs: Properties) -> bool:
    """Whether an update of a launch template changes its data, which is a new version of it."""
    named = (before.keys() | inputs.keys()) - _TEMPLATE_ASIDE - {"arn", "latestVersion", "id", "metadataOptions"}
    if any(before.get(name) != inputs.get(name) for name in named):
        return True
    return "metadataOptions" in inputs and before.get("metadataOptions") != inputs.get("metadataOptions")


def _changing(kind: str, state: Properties, inputs: Properties) -> frozenset[str]:
    if kind == "ec2.LaunchTemplate":
        if not makes_template_version(state, inputs):
            return frozenset()
        follows = flag(inputs.get("updateDefaultVersion"))
        return frozenset({"latestVersion", "defaultVersion"}) if follows else frozenset({"latestVersion"})
    if kind == "ec2.Vpc":
        was, is_now = (flag(each.get("assignGeneratedIpv6CidrBlock")) for each in (state, inputs))
        return frozenset[str]() if was is is_now else _IPV6_OF_A_VPC
    return _ANY_CHANGE.get(kind, frozenset())
