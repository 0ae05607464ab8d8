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


def output_value(value: Value, parameters: Properties) -> Value:
    """A text, or the parameter that it refers to; None for what only CloudFormation can tell."""
    if text(value) is not None:
        return value
    referred = text(fields(value).get("Ref"))
    return None if referred is None else parameters.get(referred)
