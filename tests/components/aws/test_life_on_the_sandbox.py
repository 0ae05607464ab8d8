"""Storage and compute on the real engine and the sandbox: made, changed, and gone in an order that AWS accepts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pulumi
import pytest

from poolwright.engine.automation import Engine
from poolwright.engine.environment import EngineEnvironment
from poolwright.engine.preview import Operation, Preview
from solver.plan.plan import SitePlan
from stacks.program import aws_pools
from tests.components import plans
from tests.components.aws import edits

pytestmark = pytest.mark.engine

SITE = plans.full_site(protect=False)
GROUP = "c7i-xlarge-on-demand"


def engine(environment: EngineEnvironment, site: SitePlan) -> Engine:
    def build() -> None:
        for name, value in aws_pools("main", site, plans.plan("dev", main=site), plans.ACCOUNT_ID).items():
            pulumi.export(name, value)

    def say(text: str) -> None:
        raise AssertionError(f"nothing to say was expected: {text}")

    return Engine(environment, build, say)


def touched(preview: Preview) -> dict[str, str]:
    """Storage's and compute's resources that are not the same, with what happens to them."""
    return {
        change.name: change.operation.value
        for change in preview.changes
        if change.operation is not Operation.SAME and change.name.startswith(("main-storage", "main-compute"))
    }


def test_a_stack_is_made_changed_in_place_and_gone(sandbox_env: Callable[..., EngineEnvironment]) -> None:
    environment = sandbox_env("dev")
    made = engine(environment, SITE).up()
    assert set(Counter(change.operation for change in made.changes)) == {Operation.CREATE}
    assert touched(engine(environment, SITE).preview()) == {}

    image = edits.group(SITE, GROUP).image.model_copy(update={"image_id": "ami-0fedcba9876543210"})
    newer = edits.with_group(SITE, GROUP, image=image)
    assert touched(engine(environment, newer).up()) == {
        f"main-compute-machines-{GROUP}-template": "update",
        f"main-compute-machines-{GROUP}": "update",
    }
    busier = edits.with_variants(newer, "recommender", max_replicas=15)
    assert touched(engine(environment, busier).up()) == {"main-compute-scaling-recommender-cpu": "update"}

    gone = engine(environment, busier).destroy()
    assert set(Counter(change.operation for change in gone.changes)) == {Operation.DELETE}
    assert engine(environment, busier).records() == ()
