"""Outputs of a CloudFormation stack: what its template says outright, or takes from its parameters."""

from __future__ import annotations

from poolwright.engine.sandbox.outputs.making import Making, outputs_of
from poolwright.engine.sandbox.values import Properties, Value, fields, parsed_json, text


@outputs_of("cloudformation.Stack")
def stack(making: Making) -> Properties:
    """A stack makes none of its template's resources here; its outputs are there."""
    name = making.made_name()
    template = fields(parsed_json(making.inputs.get("templateBody")))
    parameters = {
        **{key: fields(each).get("Default") for key, each in fields(template.get("Parameters")).items()},
        **fields(making.inputs.get("parameters")),
    }
    return {
        "id": making.arn("cloudformation", f"stack/{name}/{making.uuid()}"),
        "name": name,
        "outputs": {
            key: output_value(fields(each).get("Value"), parameters)
            for key, each in fields(template.get("Outputs")).items()
        },
    }


def exports_of(stack: Properties) -> dict[str, str]:
    """Names that a stack exports, by its output; `stack` are its inputs or outputs, which have the template."""
    outputs = fields(fields(parsed_json(stack.get("templateBody"))).get("Outputs"))
    names = {key: text(fields(fields(each).get("Export")).get("Name")) for key, each in outputs.items()}
    return {key: name for key, name in names.items() if name is not None}


def output_value(value: Value, parameters: Properties) -> Value:
    """A text, or the parameter that it refers to; None for what only CloudFormation can tell."""
    if text(value) is not None:
        return value
    referred = text(fields(value).get("Ref"))
    return None if referred is None else parameters.get(referred)
