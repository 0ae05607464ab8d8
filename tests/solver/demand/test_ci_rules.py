"""What a role for `up` needs of the rest of a demand."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from solver.demand.ci import CiUp, CiWish, ci_contradictions

BOUNDARY = "arn:aws:iam::123456789012:policy/workloads"


def said(boundary: str | None, regions: int = 1) -> list[str]:
    wish = CiWish(repository="example/shop", up=CiUp(branch="main"))
    return [each.allowed for each in ci_contradictions(wish, boundary, regions)]


def test_the_role_for_up_needs_a_boundary_for_what_it_makes() -> None:
    assert said(BOUNDARY) == []
    assert said(None) == ["it is allowed beside permissions_boundary, which each role has that it makes"]
    assert list(ci_contradictions(CiWish(repository="example/shop"), None, 0)) == []


def test_it_is_for_as_many_sites_as_its_policies_can_name() -> None:
    assert said(BOUNDARY, 3) == []
    for regions in (0, 4):
        (allowed,) = said(BOUNDARY, regions)
        assert allowed.startswith("1 to 3 of them are allowed")


@pytest.mark.parametrize("entry", [{}, {"environment": "production", "branch": "main"}])
def test_jobs_are_those_of_an_environment_or_of_a_branch(entry: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="either environment or branch is allowed"):
        CiUp.model_validate(entry)
