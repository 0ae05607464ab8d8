"""CloudFormation stacks: a template with resources, and outputs that the sandbox can tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.outputs.stacks import exports_of, output_value
from poolwright.engine.sandbox.rules.rule import Action, Change, Refusal, refuses, validates
from poolwright.engine.sandbox.values import Properties, fields, parsed_json, text

_NAME: Final = re.compile(r"^[a-zA-Z][-a-zA-Z0-9]{0,127}$")
_MOST_OUTPUTS: Final = 200


@validates("cloudformation.Stack")
def template_is_whole(inputs: Properties) -> Iterator[Refusal]:
    """A template has a resource at least, and outputs that refer to its own parameters."""
    name = text(inputs.get("name"))
    if name is not None and not _NAME.match(name):
        words = f"Value '{name}' at 'stackName' failed to satisfy constraint: [a-zA-Z][-a-zA-Z0-9]*"
        yield Refusal("ValidationError", words, "name")
    body = text(inputs.get("templateBody"))
    if body is None:
        return
    template = fields(parsed_json(body))
    if not template:
        words = "Template format error: the sandbox reads templates in JSON"
        yield Refusal("ValidationError", words, "templateBody")
        return
    if not fields(template.get("Resources")):
        words = "Template format error: At least one Resources member must be defined."
        yield Refusal("ValidationError", words, "templateBody")
    outputs = fields(template.get("Outputs"))
    if len(outputs) > _MOST_OUTPUTS:
        words = f"Template format error: Number of outputs, {len(outputs)}, is greater than maximum allowed, 200"
        yield Refusal("ValidationError", words, "templateBody")
    known = {**dict.fromkeys(fields(template.get("Parameters")), "given")}
    for key, each in outputs.items():
        value = fields(each).get("Value")
        referred = text(fields(value).get("Ref"))
        if output_value(value, {**known}) is not None:
            continue
        if referred is not None and referred not in fields(template.get("Resources")):
            words = f"Template format error: Unresolved resource dependencies [{referred}] in the Outputs block"
        else:
            words = f"the sandbox can't tell output {key}: it makes no resources, and knows texts and parameters alone"
        yield Refusal("ValidationError", words, "templateBody")


@refuses("cloudformation.Stack", on=(Action.CREATE,))
def stack_name_is_new(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A region has one stack of a name."""
    name = text(change.inputs.get("name"))
    if name is not None and cloud.where("cloudformation.Stack", "name", name):
        yield Refusal("AlreadyExistsException", f"Stack [{name}] already exists", "name")


@refuses("cloudformation.Stack", on=(Action.CREATE, Action.UPDATE))
def exports_are_new(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A region has one export of a name."""
    own = exports_of(change.inputs)
    for other in cloud.all("cloudformation.Stack"):
        taken = set(exports_of(other.outputs).values()) if other.id != change.id else set[str]()
        for name in sorted(taken & set(own.values())):
            words = f"Export with name {name} is already exported by stack {other.outputs.get('name')}."
            yield Refusal("ValidationError", words, "templateBody")
