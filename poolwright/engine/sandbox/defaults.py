"""What Check fills in as the provider does: names made from logical names, and the defaults of optional properties."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from poolwright.engine.sandbox.schema import ResourceSchema
from poolwright.engine.sandbox.static_defaults import DEFAULTS
from poolwright.engine.sandbox.values import DEFAULTS_KEY, Properties, texts


@dataclass(frozen=True)
class NameRule:
    """How a type's name is made when none is given."""

    property: str = "name"
    longest: int = 255
    lower: bool = False
    prefix: str = ""
    fifo_flag: str = ""
    """The property that makes the name end in `.fifo`."""
    rivals: tuple[str, ...] = ("namePrefix",)
    """Properties whose presence means that the cloud makes the name."""


# pulumi-aws names everything that has an optional `name`, in 255 characters at most; these differ.
_NAME_RULES: Final[dict[str, NameRule]] = {
    "cloudwatch.EventRule": NameRule(longest=64),
    "cloudwatch.EventTarget": NameRule("targetId"),
    "ec2.KeyPair": NameRule("keyName", rivals=("keyNamePrefix",)),
    "efs.FileSystem": NameRule("creationToken"),
    "iam.Role": NameRule(longest=64),
    "kms.Alias": NameRule(longest=238, prefix="alias/"),
    "lb.LoadBalancer": NameRule(longest=32),
    "lb.TargetGroup": NameRule(longest=32),
    "s3.Bucket": NameRule("bucket", longest=63, lower=True, rivals=("bucketPrefix",)),
    "sns.Topic": NameRule(longest=80, fifo_flag="fifoTopic"),
    "sqs.Queue": NameRule(longest=80, fifo_flag="fifoQueue"),
}
_TAIL: Final = 7
"""How many hexadecimal digits a made name ends in."""


@dataclass(frozen=True, kw_only=True)
class Naming:
    """What a name is made from."""

    urn: str
    logical_name: str
    creations: int
    """How often this URN was created already: a replacement needs a name of its own."""
    proposed: str | None = None
    """The name that the stack's `pulumi:autonaming` configuration proposes."""
    disabled: bool = False


def name_rule(kind: str, schema: ResourceSchema) -> NameRule | None:
    """How the type is named when its program gives no name; None for types without such a name."""
    rule = _NAME_RULES.get(kind, NameRule())
    found = schema.inputs.get(rule.property)
    return None if found is None or found.required else rule


def with_defaults(
    kind: str,
    schema: ResourceSchema,
    inputs: Properties,
    old_inputs: Properties,
    naming: Naming,
    statics: Mapping[str, Properties] = DEFAULTS,
) -> Properties:
    """The inputs with names and defaults filled in; `__defaults` lists what was."""
    filled = dict(inputs)
    defaulted: list[str] = []
    for name, value in statics.get(kind, {}).items():
        if filled.get(name) is None:
            filled[name] = value
            defaulted.append(name)
    rule = name_rule(kind, schema)
    if rule is not None and filled.get(rule.property) is None and not any(inputs.get(rival) for rival in rule.rivals):
        kept = old_inputs.get(rule.property) if rule.property in texts(old_inputs.get(DEFAULTS_KEY)) else None
        made = kept if isinstance(kept, str) else _made_name(rule, inputs, naming)
        if made is not None:
            filled[rule.property] = made
            defaulted.append(rule.property)
    filled[DEFAULTS_KEY] = [*sorted(defaulted)]
    return filled


def _made_name(rule: NameRule, inputs: Properties, naming: Naming) -> str | None:
    suffix = ".fifo" if rule.fifo_flag and inputs.get(rule.fifo_flag) is True else ""
    if naming.proposed:
        return naming.proposed
    if naming.disabled:
        return None
    tail = hashlib.sha256(f"{naming.urn}\0{naming.creations}".encode()).hexdigest()[:_TAIL]
    body = naming.logical_name.lower() if rule.lower else naming.logical_name
    return f"{rule.prefix}{body[: rule.longest - _TAIL - 1]}-{tail}{suffix}"
