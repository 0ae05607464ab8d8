from __future__ import annotations

from pydantic import BaseModel

from poolwright.cli.field_texts import described, field_texts
from solver.demand.demand import Demand
from solver.demand.workloads import Service


class Inner(BaseModel):
    """A record inside."""

    amount: int
    """Whole units."""


class Outer(BaseModel):
    """A record around it."""

    inner: dict[str, Inner | None]
    """By name,
    on two lines."""
    plain: int = 3


def test_the_text_under_a_field_is_its_description_in_all_records_of_a_schema() -> None:
    schema = described(Outer.model_json_schema(), Outer)
    assert schema["properties"]["inner"]["description"] == "By name,\non two lines."
    assert "description" not in schema["properties"]["plain"]
    assert schema["$defs"]["Inner"]["properties"]["amount"]["description"] == "Whole units."


def test_a_record_has_the_texts_of_the_record_that_it_extends() -> None:
    texts = field_texts(Service)
    assert texts["uses"].startswith("Storage claims")
    assert texts["port"] == "Where a replica listens."


def test_every_field_of_the_demand_has_a_text() -> None:
    assert set(field_texts(Demand)) == set(Demand.model_fields)
