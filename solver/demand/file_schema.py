"""The JSON Schema of a stack file, for editors: the model's, widened by what inheritance allows.

A file may leave out what it inherits, so nothing is required in mappings, which merge; in lists, which replace,
everything is as the model has it. Any entry may be null, which removes what is inherited.
"""

from __future__ import annotations

from typing import Any, cast

from solver.demand.demand import Demand
from solver.demand.inherits import INHERITS

Json = dict[str, Any]

_INHERITS: Json = {
    "description": "A file, or a list of files, whose keys this one inherits; its path counts from this file's folder.",
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
}


def stack_file_schema() -> Json:
    """The schema of `stacks/<stack>.yaml`, JSON Schema draft 2020-12."""
    whole = Demand.model_json_schema()
    definitions = cast("dict[str, Json]", whole.pop("$defs"))
    in_lists = _used_in_lists(definitions, whole)
    schema = _file_form(whole, merges=True)
    schema["properties"] = {INHERITS: _INHERITS, **schema["properties"]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Poolwright stack file",
        **schema,
        "$defs": {
            name: _file_form(definition, merges=name not in in_lists)
            for name, definition in sorted(definitions.items())
        },
    }


def _used_in_lists(definitions: dict[str, Json], whole: Json) -> set[str]:
    """Names of the definitions that are items of a list, or lie below one."""
    found: set[str] = set()
    waiting = [item for schema in (whole, *definitions.values()) for item in _references(schema, inside_list=False)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _references(definitions[name], inside_list=True)
    return found


def _references(schema: Any, *, inside_list: bool) -> list[str]:
    """Definitions that a schema names inside a list, or anywhere when it is itself inside one."""
    if isinstance(schema, list):
        return [name for item in cast("list[Any]", schema) for name in _references(item, inside_list=inside_list)]
    if not isinstance(schema, dict):
        return []
    entries = cast("Json", schema)
    found = [str(entries["$ref"]).rsplit("/", 1)[-1]] if inside_list and "$ref" in entries else []
    for key, entry in entries.items():
        found += _references(entry, inside_list=inside_list or key in ("items", "prefixItems"))
    return found


def _file_form(schema: Json, *, merges: bool) -> Json:
    """A record's schema as a file may have it."""
    form = cast("Json", _plain(schema, merges=merges))
    if merges:
        form.pop("required", None)
    return form


def _plain(schema: Any, *, merges: bool) -> Any:
    """Without generated titles and tags; where entries merge, with null for each."""
    if isinstance(schema, list):
        return [_plain(item, merges=merges) for item in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema
    form: Json = {}
    for key, entry in cast("Json", schema).items():
        if key in ("title", "discriminator"):
            continue
        if key == "properties":
            form[key] = {
                name: _removable(_plain(each, merges=merges)) if merges else _plain(each, merges=merges)
                for name, each in cast("Json", entry).items()
            }
        elif key == "oneOf":
            form["anyOf"] = _plain(entry, merges=merges)
        elif key in ("additionalProperties", "patternProperties") and merges and isinstance(entry, dict):
            form[key] = _removable_values(key, _plain(entry, merges=merges))
        elif key in ("items", "prefixItems"):
            form[key] = _plain(entry, merges=False)
        elif key in ("default", "examples", "enum", "const"):
            form[key] = entry
        else:
            form[key] = _plain(entry, merges=merges)
    return form


def _removable_values(key: str, values: Json) -> Json:
    if key == "additionalProperties":
        return _removable(values)
    return {pattern: _removable(each) for pattern, each in values.items()}


def _removable(schema: Json) -> Json:
    """The schema with null allowed; what people read stays outside."""
    null: Json = {"type": "null"}
    if null in schema.get("anyOf", []):
        return schema
    outside = {key: schema[key] for key in ("description", "default") if key in schema}
    inside = {key: entry for key, entry in schema.items() if key not in outside}
    choices = cast("list[Any]", inside["anyOf"]) if set(inside) == {"anyOf"} else [inside]
    return {**outside, "anyOf": [*choices, null]}
