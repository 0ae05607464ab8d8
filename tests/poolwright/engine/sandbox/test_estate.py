"""Every type that the stacks use: made, read back unchanged, changed by nothing, and taken down again."""

from __future__ import annotations

from pathlib import Path

import pytest

from poolwright.engine.sandbox.force_new import FORCE_NEW
from poolwright.engine.sandbox.outputs.making import computed_for
from poolwright.engine.sandbox.schema import ListType, MapType, ObjectType, Primitive, Property, resource_schema
from poolwright.engine.sandbox.static_defaults import DEFAULTS
from poolwright.engine.sandbox.tokens import type_token
from poolwright.engine.sandbox.values import Value
from tests.poolwright.engine.sandbox.estate import Estate
from tests.poolwright.engine.sandbox.harness import Sandbox


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Estate:
    return Estate(Sandbox(tmp_path_factory.mktemp("estate"))).build()


def test_every_type_of_the_tables_is_a_type_of_the_sdk_with_those_inputs() -> None:
    for kind, names in FORCE_NEW.items():
        schema = resource_schema(type_token(kind))
        assert schema is not None, kind
        assert {name.partition(".")[0] for name in names} <= schema.inputs.keys(), kind
    for kind, defaults in DEFAULTS.items():
        schema = resource_schema(type_token(kind))
        assert schema is not None, kind
        assert defaults.keys() <= schema.inputs.keys(), kind


def test_every_type_with_a_replacement_table_is_in_the_estate_and_has_outputs_of_its_own(estate: Estate) -> None:
    made = {resource.type for resource in estate}
    # Instances are for import and for single machines; no stack makes one.
    assert FORCE_NEW.keys() - made == {"ec2.Instance"}
    assert [kind for kind in FORCE_NEW if computed_for(kind) is None] == []


def test_outputs_are_those_of_the_schema_and_have_its_types(estate: Estate) -> None:
    wrong: list[str] = []
    for resource in estate:
        schema = resource_schema(type_token(resource.type))
        assert schema is not None
        for name, value in resource.outputs.items():
            declared = schema.outputs.get(name)
            if declared is None:
                wrong.append(f"{resource.type}.{name}: not an output")
            elif not _has_type(value, declared):
                wrong.append(f"{resource.type}.{name}: {value!r} is not {declared.type}")
    assert wrong == []


def test_a_read_answers_what_the_creation_answered(estate: Estate) -> None:
    provider = estate.sandbox.provider
    for resource in estate:
        known = provider.read(estate.sandbox.subject(resource.type, resource.name), resource.id, resource.outputs)
        assert known is not None, resource
        assert known.outputs == resource.outputs
        assert known.inputs == resource.inputs


def test_an_import_finds_each_resource_by_its_id_alone(estate: Estate) -> None:
    provider = estate.sandbox.provider
    for resource in estate:
        assert provider.read(estate.sandbox.subject(resource.type, "imported"), resource.id, {}) is not None, resource


def test_the_same_program_again_changes_nothing(estate: Estate) -> None:
    for resource in estate:
        given = {name: value for name, value in resource.inputs.items() if name not in ("__defaults", "tagsAll")}
        assert estate.sandbox.diff(resource, **given) == [], resource


def test_ids_and_arns_are_the_same_in_every_account_folder(tmp_path: Path, estate: Estate) -> None:
    again = Estate(Sandbox(tmp_path)).build()
    assert [resource.outputs for resource in again] == [resource.outputs for resource in estate]


def test_everything_goes_in_the_reverse_order_of_its_making(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path)
    for resource in reversed(list(Estate(sandbox).build())):
        sandbox.delete(resource)
    assert [kind for kind in sandbox.provider.store.kinds() if sandbox.provider.store.all(kind)] == []


def _has_type(value: Value, declared: Property) -> bool:
    match declared.type:
        case Primitive.STRING:
            return isinstance(value, str)
        case Primitive.BOOLEAN:
            return isinstance(value, bool)
        case Primitive.INTEGER | Primitive.NUMBER:
            return isinstance(value, int | float) and not isinstance(value, bool)
        case ListType():
            return isinstance(value, list)
        case MapType() | ObjectType():
            return isinstance(value, dict)
        case _:
            return True
