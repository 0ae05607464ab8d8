"""`poolwright schema KIND`: the JSON Schema of a file format, for editors and other programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

from poolwright.cli.field_texts import described
from solver.errors import ConfigError, Problem

Json = dict[str, Any]


def _demand() -> Json:
    from solver.demand.demand import Demand
    from solver.demand.file_schema import stack_file_schema

    return described(stack_file_schema(), Demand)


def _plan() -> Json:
    from solver.plan.plan import Plan

    return described(Plan.model_json_schema(mode="serialization"), Plan)


def _lock() -> Json:
    from solver.plan.lock import Lock

    return described(Lock.model_json_schema(), Lock)


def _explanation() -> Json:
    from solver.plan.explanation import Explanation

    return described(Explanation.model_json_schema(mode="serialization"), Explanation)


def _check() -> Json:
    from poolwright.checks.report import CheckReport

    return described(CheckReport.model_json_schema(mode="serialization"), CheckReport)


def _controls() -> Json:
    from poolwright.controls.report import ControlsReport

    return described(ControlsReport.model_json_schema(mode="serialization"), ControlsReport)


def _review() -> Json:
    from poolwright.review.review import Review

    return described(Review.model_json_schema(mode="serialization"), Review)


def _drift() -> Json:
    from poolwright.review.drift import DriftReport

    return described(DriftReport.model_json_schema(mode="serialization"), DriftReport)


def _release() -> Json:
    from poolwright.release.release import Release

    return described(Release.model_json_schema(mode="serialization"), Release)


def _promotion() -> Json:
    from poolwright.review.promotion import Promotion

    return described(Promotion.model_json_schema(mode="serialization"), Promotion)


def _promotion_rules() -> Json:
    from solver.demand.promotion import PromotionRules

    return described(PromotionRules.model_json_schema(), PromotionRules)


def _price_diff() -> Json:
    from poolwright.price_tables.price_diff import PriceDiff

    return described(PriceDiff.model_json_schema(mode="serialization"), PriceDiff)


def _comparison() -> Json:
    from poolwright.price_tables.elsewhere import Comparison

    return described(Comparison.model_json_schema(mode="serialization"), Comparison)


def _observation() -> Json:
    from poolwright.observe.report import ObserveReport

    return described(ObserveReport.model_json_schema(mode="serialization"), ObserveReport)


def _fleet() -> Json:
    from solver.demand.fleet import FleetFile

    return described(FleetFile.model_json_schema(), FleetFile)


def _fleet_plan() -> Json:
    from solver.plan.fleet import FleetPlan

    return described(FleetPlan.model_json_schema(mode="serialization"), FleetPlan)


KINDS: dict[str, Callable[[], Json]] = {
    "demand": _demand,
    "plan": _plan,
    "lock": _lock,
    "explanation": _explanation,
    "check": _check,
    "controls": _controls,
    "review": _review,
    "release": _release,
    "promotion": _promotion,
    "promotion-rules": _promotion_rules,
    "drift": _drift,
    "observation": _observation,
    "fleet": _fleet,
    "fleet-plan": _fleet_plan,
    "price-diff": _price_diff,
    "comparison": _comparison,
}
"""File formats by name; a format's modules are loaded when its schema is asked for."""


def schema_text(kind: str) -> str:
    """The schema as it is exported: indented JSON with a final newline; ConfigError for a kind that does not exist."""
    if kind not in KINDS:
        near = get_close_matches(kind, list(KINDS), n=1)
        raise ConfigError(
            [
                Problem(
                    file="",
                    path="kind",
                    found=f'"{kind}"',
                    allowed=f"one of {', '.join(KINDS)} is allowed",
                    hint=f"Did you mean {near[0]}?" if near else None,
                )
            ]
        )
    return json.dumps(KINDS[kind](), indent=2, ensure_ascii=False) + "\n"


def run(kind: str = "demand") -> None:
    """Prints the schema on standard output."""
    print(schema_text(kind), end="")
