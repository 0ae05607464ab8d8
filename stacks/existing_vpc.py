"""The ids of a VPC that somebody else's stack has: its outputs are asked for before anything is made.

Pulumi's engine reads outputs of its own stacks by the look-up that its StackReference uses. Here it is called as a
look-up, without a resource: the answer is there at once, so what is wrong with it stops the program with one error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast

import pulumi

from solver.cloud_ids import is_subnet_id, is_vpc_id
from solver.demand.loader import find_stack, load_demand
from solver.errors import ConfigError, DemandError, Problem
from solver.plan.network import ExistingPlan, NetworkPlan, SourceStackPlan
from solver.vocabulary import StackKind

PULUMI_OUTPUTS = "pulumi:pulumi:readStackOutputs"
CLOUDFORMATION_STACK = "aws:cloudformation/getStack:getStack"
CLOUDFORMATION_EXPORT = "aws:cloudformation/getExport:getExport"
_STEP = re.compile(r"\[(\d+)\]|\.?([^.\[\]]+)")
_MOST_NAMES = 12
_PLACES = {
    StackKind.PULUMI: "a Pulumi stack in the backend of this one",
    StackKind.CLOUDFORMATION: "a CloudFormation stack in the site's account and region",
}
"""Where stacks with names are; exports have none."""


class UnresolvedError(ConfigError):
    """Outputs that are missing or hold no id, at the paths of the demand that name them."""

    def at_lines(self, root: Path, stack: str) -> list[Problem]:
        """The problems with the file and line of the stack's demand, as far as it can be read."""
        try:
            loaded = load_demand(find_stack(root, stack))
        except DemandError:
            return list(self.problems)
        return [
            loaded.problem(tuple(each.path.split(".")), each.allowed, found=each.found, hint=each.hint)
            for each in self.problems
        ]


def with_ids(network: NetworkPlan, path: str, provider: pulumi.ProviderResource | None = None) -> NetworkPlan:
    """The network with the ids of its existing VPC, which stands at `path` in the demand; UnresolvedError names every
    output that is missing or holds no such id."""
    existing = network.existing
    if existing is None or existing.stack is None:
        return network
    if existing.stack.kind is StackKind.CLOUDFORMATION_EXPORTS:
        outputs: Mapping[str, Any] = _exports(existing, provider, path)
    else:
        outputs = _outputs_of(existing.stack, provider, path)
    reading = _Reading(existing.stack, outputs)
    ids = {place: reading.id_at(f"{path}.{place}", name) for place, name in _names(existing)}
    reading.refuse_shared(existing, ids, path)
    if reading.problems:
        raise UnresolvedError(reading.problems)
    subnets = {
        tier: {zone: ids[f"subnets.{tier}.{zone}"] for zone in by_zone} for tier, by_zone in existing.subnets.items()
    }
    return network.model_copy(update={"existing": ExistingPlan(vpc_id=ids["vpc_id"], subnets=subnets)})


def _names(existing: ExistingPlan) -> Iterator[tuple[str, str]]:
    """Each place of the demand below `network.existing`, with the id or output that stands there."""
    yield "vpc_id", existing.vpc_id
    for tier, by_zone in existing.subnets.items():
        for zone, name in by_zone.items():
            yield f"subnets.{tier}.{zone}", name


def _outputs_of(stack: SourceStackPlan, provider: pulumi.ProviderResource | None, path: str) -> Mapping[str, Any]:
    token = PULUMI_OUTPUTS if stack.kind is StackKind.PULUMI else CLOUDFORMATION_STACK
    options = None if stack.kind is StackKind.PULUMI else pulumi.InvokeOptions(provider=provider)
    try:
        answer: Any = pulumi.runtime.invoke(token, {"name": stack.name}, options).value
    except Exception as error:  # the SDK raises nothing narrower for a look-up that failed
        problem = Problem(
            file="",
            path=f"{path}.stack.name",
            found=f'"{stack.name}"',
            allowed=f"{_PLACES[stack.kind]} is allowed",
            hint=f"It said: {_said(error)}",
        )
        raise UnresolvedError([problem]) from error
    return cast("Mapping[str, Any]", answer.get("outputs") or {})


def _exports(existing: ExistingPlan, provider: pulumi.ProviderResource | None, path: str) -> Mapping[str, Any]:
    """Each export that is no id, asked for by its name; UnresolvedError names all that there are not."""
    found: dict[str, Any] = {}
    problems: list[Problem] = []
    for place, name in _names(existing):
        if is_vpc_id(name) or is_subnet_id(name) or name in found:
            continue
        try:
            answer: Any = pulumi.runtime.invoke(
                CLOUDFORMATION_EXPORT, {"name": name}, pulumi.InvokeOptions(provider=provider)
            ).value
        except Exception as error:  # the SDK raises nothing narrower for a look-up that failed
            problems.append(
                Problem(
                    file="",
                    path=f"{path}.{place}",
                    found=f'export "{name}"',
                    allowed="an export of a CloudFormation stack in the site's account and region is allowed",
                    hint=f"It said: {_said(error)}",
                )
            )
        else:
            found[name] = answer["value"]
    if problems:
        raise UnresolvedError(problems)
    return found


def _said(error: Exception) -> str:
    return " ".join(re.split(r" failed: | returned an error: ", str(error))[-1].split())


@dataclass
class _Reading:
    """Looks ids up in a stack's outputs and remembers what is wrong; it shows no value, since some are secrets."""

    stack: SourceStackPlan
    outputs: Mapping[str, Any]

    def __post_init__(self) -> None:
        self.problems: list[Problem] = []

    def id_at(self, path: str, name: str) -> str:
        """The id that a name means; empty where it means none, which is then a problem."""
        is_id, thing = (is_vpc_id, "VPC") if path.endswith(".vpc_id") else (is_subnet_id, "subnet")
        if is_id(name):
            return name
        value = self._value(name)
        if isinstance(value, str) and is_id(value):
            return value
        if value is None:
            names = sorted(self.outputs)
            near = get_close_matches(name, names, n=1)
            shown = ", ".join(names[:_MOST_NAMES]) + (" and others" if len(names) > _MOST_NAMES else "")
            self._wrong(
                path,
                f'output "{name}"',
                f"an output of the {self.stack} is allowed: {shown or 'it has none'}",
                f"Did you mean {near[0]}?" if near else None,
            )
        else:
            found = f'output "{name}", {_kind(value)}'
            self._wrong(path, found, f"an output that holds a {thing}'s id is allowed", _inside(name, value))
        return ""

    def refuse_shared(self, existing: ExistingPlan, ids: Mapping[str, str], path: str) -> None:
        """A subnet is in one zone: two outputs with one id can't both be right."""
        for tier, by_zone in existing.subnets.items():
            first: dict[str, str] = {}
            for zone, name in by_zone.items():
                found = ids[f"subnets.{tier}.{zone}"]
                if found and found in first:
                    allowed = f"a subnet of its own is allowed; zone {first[found]} has this one"
                    self._wrong(f"{path}.subnets.{tier}.{zone}", f'output "{name}", {found}', allowed, None)
                first.setdefault(found, zone)

    def _value(self, name: str) -> Any:
        """The value of an output, or inside of one; an output whose own name has dots comes first."""
        if name in self.outputs:
            return self.outputs[name]
        value: Any = self.outputs
        for index, key in _STEP.findall(name):
            try:
                value = value[int(index)] if index else value[key]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def _wrong(self, path: str, found: str, allowed: str, hint: str | None) -> None:
        self.problems.append(Problem(file="", path=path, found=found, allowed=allowed, hint=hint))


def _kind(value: object) -> str:
    match value:
        case str():
            return "another text"
        case list():
            return f"a list of {len(cast('list[Any]', value))}"
        case Mapping():
            return "a mapping"
        case _:
            return "no text"


def _inside(name: str, value: object) -> str | None:
    match value:
        case list():
            return f"An entry of it is {name}[0]"
        case Mapping():
            keys = sorted(cast("Mapping[str, Any]", value))
            return f"An entry of it is {name}.{keys[0]}" if keys else None
        case _:
            return None
