"""Copies of buckets: where they go, what the way costs, and what a witness says of others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from solver.catalog.catalog import Catalog
from solver.demand.demand import Demand
from solver.model.storage.model import solve_storage
from solver.proofs.coverage import coverage_faults
from solver.proofs.view import SiteView
from tests.components import plans
from tests.solver.model.storage.test_model import CLAIMS

DemandMaker = Callable[..., Demand]
FAR: dict[str, Any] = {"bucket_arn": "arn:aws:s3:::far-copies", "region": "eu-central-1", "delete_markers": True}


def copied(make_demand: DemandMaker, **replication: Any) -> Demand:
    lists = {"bucket_arn": "arn:aws:s3:::lists", "frequency": "daily"}
    return make_demand(
        storage={**CLAIMS, "documents": {**CLAIMS["documents"], "replication": replication, "inventory": lists}}
    )


def test_bytes_to_another_region_are_priced_and_what_lies_there_is_named(
    catalog: Catalog, make_demand: DemandMaker
) -> None:
    answer = solve_storage(copied(make_demand, **FAR), "main", catalog)
    (bucket,) = answer.plan.buckets
    assert bucket.replication is not None and bucket.replication.delete_markers
    (way,) = [line for line in answer.lines if "copied to eu-central-1" in line.detail]
    assert way.usd_per_month == pytest.approx(100 * 0.02)
    assert answer.bound_usd_per_month == pytest.approx(sum(line.usd_per_month for line in answer.lines))
    not_priced = " ".join(answer.not_priced)
    assert "copies of documents in buckets that the stack does not have" in not_priced
    assert "inventories of documents" in not_priced


def test_copies_within_a_region_cost_what_their_own_bucket_costs(catalog: Catalog, make_demand: DemandMaker) -> None:
    documents = {**CLAIMS["documents"], "replication": {"claim": "copies"}}
    demand = make_demand(storage={"documents": documents, "copies": CLAIMS["documents"]})
    answer = solve_storage(demand, "main", catalog)
    copies, documents_plan = answer.plan.buckets
    assert copies.replication is None and documents_plan.replication is not None
    assert (documents_plan.replication.claim, documents_plan.replication.site) == ("copies", None)
    assert not any("copied" in line.detail for line in answer.lines)


@pytest.mark.parametrize(
    "change", [{"delete_markers": False}, {"region": "us-east-1"}, {"bucket_arn": "arn:aws:s3:::x"}]
)
def test_the_witness_knows_where_copies_go(catalog: Catalog, make_demand: DemandMaker, change: dict[str, Any]) -> None:
    demand = copied(make_demand, **FAR)
    storage = solve_storage(demand, "main", catalog).plan

    def faults(content: dict[str, Any]) -> list[str]:
        site = plans.minimal_site().model_copy(update={"storage": type(storage).model_validate(content)})
        return [each for each in coverage_faults(SiteView("main", demand, catalog, site)) if "bucket documents" in each]

    content = storage.model_dump(mode="json")
    assert faults(content) == []
    content["buckets"][0]["replication"] |= change
    content["buckets"][0]["inventory"]["frequency"] = "weekly"
    assert faults(content) == [
        "bucket documents: its replication is not the one that is wanted",
        "bucket documents: its inventory is not the one that is wanted",
    ]
