"""The whole program on the real engine and the sandbox: made, unchanged, grown, gone."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pulumi
import pytest

from poolwright.engine.automation import Engine
from poolwright.engine.environment import EngineEnvironment
from poolwright.engine.preview import Operation, Preview
from solver.plan.plan import SitePlan
from stacks.program import aws_pools, released
from tests.components import plans
from tests.components.aws import edits
from tests.components.aws.early import with_measures, with_network
from tests.components.aws.security.test_detection import measures

pytestmark = pytest.mark.engine


def offered(site: SitePlan) -> SitePlan:
    """The site on GPU machines that its region has."""
    text = site.model_dump_json().replace('"g6.', '"g5.').replace('"a10g"', '"a10g"')
    return SitePlan.model_validate_json(text)


def everything() -> SitePlan:
    """The full site, unprotected, with a canary and every measure of the catalog that goes with the others."""
    chosen = [measure for measure in measures() if measure != "ecr-scan-on-push"]
    site = edits.deployed(offered(plans.full_site(protect=False)), "recommender", edits.CANARY)
    return with_measures(site, *chosen)


def two_zones(site: SitePlan) -> SitePlan:
    """The site without its third zone's subnets, NAT and endpoint addresses."""
    zones = plans.ZONES[:2]
    network = site.network
    smaller = with_network(
        site,
        zones=zones,
        subnets=plans.subnets(zones),
        nat=network.nat.model_copy(update={"zones": zones}),
        endpoints=tuple(each.model_copy(update={"zones": each.zones[:2]}) for each in network.endpoints),
    )
    groups = tuple(
        group.model_copy(update={"zones": tuple(zone for zone in group.zones if zone in zones)})
        for group in smaller.compute.node_groups
    )
    return smaller.model_copy(update={"compute": smaller.compute.model_copy(update={"node_groups": groups})})


class Stack:
    """One stack on one sandbox, whose plan may change between operations."""

    def __init__(self, environment: EngineEnvironment) -> None:
        self.site = plans.minimal_site()
        self.engine = Engine(environment, self._build, lambda text: None)

    def _build(self) -> None:
        plan = plans.plan("dev", main=self.site)
        pulumi.export("main", aws_pools("main", self.site, plan, None))


def operations(preview: Preview) -> Counter[Operation]:
    return Counter(change.operation for change in preview.changes)


def changed(preview: Preview) -> dict[str, Operation]:
    """What does not stay as it is; the stack itself only passes outputs on."""
    return {change.name: change.operation for change in preview.changed if not change.type.startswith("pulumi:")}


@pytest.fixture
def stack(sandbox_env: Callable[..., EngineEnvironment]) -> Stack:
    return Stack(sandbox_env("dev"))


def turn_weights(folder: Path) -> None:
    """Swaps the weights of every rule over two target groups, as ECS does at the end of a deployment."""
    for path in sorted(folder.rglob("lb.ListenerRule/*.json")):
        rule = json.loads(path.read_text("utf-8"))
        for action in rule["outputs"]["actions"]:
            for group in action.get("forward", {}).get("targetGroups", ()):
                group["weight"] = 100 - group["weight"]
        path.write_text(json.dumps(rule), "utf-8")


def test_a_stack_with_everything_is_made_stays_and_goes(stack: Stack, tmp_path: Path) -> None:
    stack.site = everything()
    made = operations(stack.engine.up())
    assert set(made) == {Operation.CREATE}
    assert set(operations(stack.engine.preview())) == {Operation.SAME}
    # ECS has moved the requests to the new version meanwhile: nothing moves them back.
    turn_weights(tmp_path)
    assert operations(stack.engine.refresh())[Operation.UPDATE] == 2
    assert set(operations(stack.engine.preview())) == {Operation.SAME}
    assert set(operations(stack.engine.refresh())) == {Operation.SAME}
    assert set(operations(stack.engine.preview())) == {Operation.SAME}
    assert operations(stack.engine.destroy(with_data=True)) == {Operation.DELETE: made[Operation.CREATE]}
    assert stack.engine.records() == ()


def test_a_zone_more_replaces_nothing_and_later_changes_touch_their_own(stack: Stack) -> None:
    site = offered(plans.full_site(protect=False))
    stack.site = two_zones(site)
    stack.engine.up()
    stack.site = site
    grown = stack.engine.up()
    assert not {Operation.REPLACE, Operation.DELETE} & set(operations(grown))
    updated = {change.urn.split("::")[-1] for change in grown.changes if change.operation is Operation.UPDATE}
    assert not any("-subnet-" in name or "-nat-" in name for name in updated)
    new_image_and_ceiling_touch_their_own(stack)


def new_image_and_ceiling_touch_their_own(stack: Stack) -> None:
    """Further changes of the stack that stands: each reaches what it is about, in place."""
    group = "c7i-xlarge-on-demand"
    image = edits.group(stack.site, group).image.model_copy(update={"image_id": "ami-0fedcba9876543210"})
    stack.site = edits.with_group(stack.site, group, image=image)
    assert changed(stack.engine.up()) == {
        f"main-compute-machines-{group}-template": Operation.UPDATE,
        f"main-compute-machines-{group}": Operation.UPDATE,
    }
    stack.site = edits.with_variants(stack.site, "recommender", max_replicas=15)
    assert changed(stack.engine.up()) == {"main-compute-scaling-recommender-cpu": Operation.UPDATE}


def test_data_outlives_a_destroy_until_it_is_released(stack: Stack) -> None:
    stack.site = offered(plans.full_site())
    stack.engine.up()
    stack.engine.destroy()
    left = {record.urn.split("::")[-1] for record in stack.engine.records()}
    assert {"main-storage-bucket-models", "main-security-key-data", "main-network-public", "main-network-zone"} <= left
    assert not any(name.startswith("main-compute") for name in left)
    # The next `up` stands on what was left; here it lets go of it at once.
    stack.site = released(stack.site)
    stack.engine.up()
    stack.engine.destroy()
    assert stack.engine.records() == ()


@pytest.mark.usefixtures("state_after_each_step")
def test_a_stack_of_one_small_service_is_made_and_goes(stack: Stack) -> None:
    stack.engine.up()
    assert set(operations(stack.engine.preview())) == {Operation.SAME}
    stack.engine.destroy()
    assert stack.engine.records() == ()
