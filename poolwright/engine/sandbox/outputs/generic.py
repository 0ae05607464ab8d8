"""Outputs of any resource type, from its schema: what the type's own function answers, and a plausible rest."""

from __future__ import annotations

from poolwright.engine.sandbox.outputs.making import Making, computed_for
from poolwright.engine.sandbox.schema import ListType, MapType, ObjectType, Primitive, Property, ResourceSchema
from poolwright.engine.sandbox.tokens import kind_of, service_of
from poolwright.engine.sandbox.values import UNKNOWN, Properties, Value


def created_outputs(making: Making, schema: ResourceSchema) -> Properties:
    """All outputs of a resource that has just been created or changed, `id` among them."""
    function = computed_for(making.type)
    outputs = dict(making.inputs)
    if "tagsAll" in schema.outputs and "tagsAll" not in outputs:
        outputs["tagsAll"] = {}
    if function is not None:
        outputs.update(function(making))
    resource_id = outputs.get("id")
    if not isinstance(resource_id, str) or not resource_id:
        resource_id = _generic_id(making)
        outputs["id"] = resource_id
    for name, declared in schema.outputs.items():
        if declared.required and name not in outputs:
            outputs[name] = _plausible(making, name, declared, resource_id)
    return {name: value for name, value in outputs.items() if value is not None}


def previewed_outputs(inputs: Properties, schema: ResourceSchema) -> Properties:
    """The outputs of a resource that a preview creates: its inputs, and unknown whatever the cloud will answer."""
    outputs = dict(inputs)
    for name in sorted(schema.computed | schema.settled):
        if outputs.get(name) is None:
            outputs[name] = UNKNOWN
    return outputs


def _generic_id(making: Making) -> str:
    name = making.inputs.get("name")
    return name if isinstance(name, str) and name else f"{kind_of(making.type).lower()}-{making.hex(17)}"


def _plausible(making: Making, name: str, declared: Property, resource_id: str) -> Value:
    match declared.type:
        case Primitive.STRING:
            return _plausible_text(making, name, resource_id)
        case Primitive.BOOLEAN:
            return False
        case Primitive.INTEGER | Primitive.NUMBER:
            return 0
        case ListType():
            return []
        case MapType():
            return {}
        case ObjectType():
            return None
        case _:
            return None


def _plausible_text(making: Making, name: str, resource_id: str) -> Value:
    if name == "arn":
        return making.arn(service_of(making.type), f"{kind_of(making.type).lower()}/{resource_id}")
    if name in ("ownerId", "accountId", "awsAccountId"):
        return making.account
    if name == "region":
        return making.region
    if name == "name":
        return resource_id
    if name.endswith("Id"):
        return f"{name[:-2].lower()}-{making.hex(17, name)}"
    return ""
