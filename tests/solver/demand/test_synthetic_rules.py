"""Synthetic checks ask public services, by paths that lead to them."""

from __future__ import annotations

from pathlib import Path

import pytest

from solver.demand.loader import load_demand
from solver.demand.synthetic import SyntheticCheck
from solver.errors import DemandError
from solver.vocabulary import CheckerRegion

SERVICE = """
    kind: service
    load: {constant_per_second: 1}
    image: {framework: python}
    variants: {x86: {cpu: 1, memory: 1Gi, throughput_per_second: 10, source: made up}}
"""
FILE = f"""owner: shop@example.com
cost_centre: shop
sites:
  main: {{region: eu-west-1, network: {{cidr: 10.20.0.0/16, dns: {{domain: shop.example.com}}}}}}
workloads:
  shop: {SERVICE}    exposure: public
  search: {SERVICE}    exposure: public
    path: /search
  speech: {SERVICE}    exposure: public
    path: /speech
    protocol: grpc
  desk: {SERVICE}    exposure: internal
  ranker: {SERVICE}
monitoring:
  emails: [on-call@example.com]
  synthetic_checks:
"""


def problems(checks: str, tmp_path: Path) -> list[str]:
    """What is said of a file with these checks, from the path on."""
    path = tmp_path / "shop.yaml"
    path.write_text(FILE + "".join(f"    {line}\n" for line in checks.splitlines()))
    try:
        load_demand(path)
    except DemandError as error:
        return [str(problem).partition(" ")[2] for problem in error.problems]
    return []


def test_paths_that_lead_to_public_services_are_right(tmp_path: Path) -> None:
    assert problems("shop: {path: /}\nsearch: {path: /search/healthz, text: fine}", tmp_path) == []
    assert problems("search: {path: /search, interval_seconds: 10, measure_latency: true}", tmp_path) == []
    # The rule of the search takes what lies below its path, and nothing that merely begins alike.
    assert problems("shop: {path: /searching}", tmp_path) == []


@pytest.mark.parametrize(
    ("key", "found"),
    [
        ("serch", 'workload "serch", which the stack does not have'),
        ("desk", '"desk", whose exposure is internal'),
        ("ranker", '"ranker", whose exposure is none'),
        ("speech", '"speech", which speaks grpc'),
    ],
)
def test_what_nobody_outside_reaches_by_http_is_refused(key: str, found: str, tmp_path: Path) -> None:
    (told,) = problems(f"{key}: {{path: /speech}}", tmp_path)
    assert told.startswith(f"monitoring.synthetic_checks.{key}: found {found}; a public service that speaks http")
    assert "one of shop, search is allowed" in told
    assert ("Did you mean search?" in told) is (key == "serch")


def test_a_path_that_another_service_answers_is_refused(tmp_path: Path) -> None:
    (told,) = problems("shop: {path: /search/healthz}", tmp_path)
    assert told.startswith(
        'monitoring.synthetic_checks.shop.path: found "/search/healthz", that leads to search; '
        "a path that leads to shop is allowed"
    )
    (told,) = problems("search: {path: /healthz}", tmp_path)
    assert "that leads to shop" in told and told.endswith("Begin with its own: /search")


def test_a_region_is_named_once_and_all_are_asked_from_where_none_is_named(tmp_path: Path) -> None:
    assert SyntheticCheck(path="/").regions == tuple(CheckerRegion)
    (told,) = problems("shop: {path: /, regions: [eu-west-1, eu-west-1, us-east-1]}", tmp_path)
    assert told.startswith("monitoring.synthetic_checks.shop.regions")
    (told,) = problems("shop: {path: /, regions: [eu-west-1, us-east-1, eu-central-1]}", tmp_path)
    assert told.startswith('monitoring.synthetic_checks.shop.regions.2: found "eu-central-1"')
