"""Ids out of the outputs of somebody else's stack, without an engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from solver.errors import ConfigError
from solver.plan.lock import write_lock
from solver.plan.network import ExistingPlan, SourceStackPlan
from solver.vocabulary import StackKind, Tier
from stacks.existing_vpc import CLOUDFORMATION_EXPORT, CLOUDFORMATION_STACK, PULUMI_OUTPUTS, UnresolvedError, with_ids
from stacks.program import build
from tests.components import plans
from tests.components.aws.early import with_network
from tests.recorder import record
from tests.stacks.projects import DEMAND, fresh, project

VPC, FIRST, SECOND = "vpc-0a1b2c3d4e5f60718", "subnet-0a1b2c3d4e5f60711", "subnet-0a1b2c3d4e5f60712"
PATH = "sites.main.network.existing"
ONE, TWO = plans.ZONES[:2]


def existing(vpc_id: str, *private: str, kind: StackKind = StackKind.PULUMI) -> ExistingPlan:
    by_zone: dict[str, str] = dict(zip((ONE, TWO), private, strict=True))
    subnets = {Tier.PRIVATE: by_zone}
    return ExistingPlan(vpc_id=vpc_id, subnets=subnets, stack=SourceStackPlan(kind=kind, name="network"))


def resolved(plan: ExistingPlan, outputs: dict[str, Any]) -> ExistingPlan:
    """The plan with its ids, where the stack has these outputs."""
    network = plans.minimal_site().network.model_copy(update={"existing": plan})
    lookups = {token: {"outputs": outputs} for token in (PULUMI_OUTPUTS, CLOUDFORMATION_STACK)}
    after = record(lambda: with_ids(network, PATH), lookups=lookups).built.existing
    assert after is not None
    return after


@pytest.mark.parametrize("kind", [StackKind.PULUMI, StackKind.CLOUDFORMATION])
def test_outputs_are_found_by_name_by_path_and_by_place(kind: StackKind) -> None:
    outputs = {"vpc": VPC, "ids": [FIRST, "x"], "subnets": {"private": {TWO: SECOND}}}
    after = resolved(existing("vpc", "ids[0]", f"subnets.private.{TWO}", kind=kind), outputs)
    assert after == ExistingPlan(vpc_id=VPC, subnets={Tier.PRIVATE: {ONE: FIRST, TWO: SECOND}})


def test_an_export_is_asked_for_by_its_name_and_has_to_hold_an_id() -> None:
    exports = SourceStackPlan(kind=StackKind.CLOUDFORMATION_EXPORTS)
    plan = ExistingPlan(vpc_id="network:vpc", subnets={Tier.PRIVATE: {ONE: FIRST}}, stack=exports)
    network = plans.minimal_site().network.model_copy(update={"existing": plan})
    made = record(lambda: with_ids(network, PATH), lookups={CLOUDFORMATION_EXPORT: {"value": VPC}}).built.existing
    assert made == ExistingPlan(vpc_id=VPC, subnets={Tier.PRIVATE: {ONE: FIRST}})
    with pytest.raises(UnresolvedError, match=f'{PATH}.vpc_id: found output "network:vpc", another text'):
        record(lambda: with_ids(network, PATH), lookups={CLOUDFORMATION_EXPORT: {"value": "a-secret"}})


def test_an_id_beside_outputs_stays_and_a_name_with_dots_is_a_name_first() -> None:
    after = resolved(existing(VPC, FIRST, "a.b"), {"a.b": SECOND, "a": {"b": "other"}})
    assert after.subnets == {Tier.PRIVATE: {ONE: FIRST, TWO: SECOND}}


def test_everything_that_is_wrong_is_told_at_once_and_no_value_is_shown() -> None:
    outputs = {"vpc": "a-secret", "ids": [FIRST], "one": FIRST}
    with pytest.raises(UnresolvedError) as refused:
        resolved(existing("vpc", "ids", "ids[3]"), outputs)
    assert str(refused.value).splitlines() == [
        f'{PATH}.subnets.private.{ONE}: found output "ids", a list of 1; an output that holds a subnet\'s id is '
        "allowed. An entry of it is ids[0]",
        f'{PATH}.subnets.private.{TWO}: found output "ids[3]"; an output of the Pulumi stack network is allowed: ids, '
        "one, vpc. Did you mean ids?",
        f'{PATH}.vpc_id: found output "vpc", another text; an output that holds a VPC\'s id is allowed',
    ]
    with pytest.raises(UnresolvedError, match=f"a subnet of its own is allowed; zone {ONE} has this one"):
        resolved(existing("vpc", "one", "ids[0]"), {**outputs, "vpc": VPC})


def test_the_error_has_file_and_line_of_the_demand(tmp_path: Path) -> None:
    site = with_network(plans.minimal_site(), subnets=(), endpoints=(), existing=existing("vpc", "one", "two"))
    root = project(tmp_path, site)
    wish = (
        "{cidr: 10.20.0.0/16, existing: {stack: {kind: pulumi, name: network}, vpc_id: vpc,\n"
        f"      subnets: {{private: {{{ONE}: one,\n      {TWO}: two}}}}}}}}\n    zones: [{ONE}, {TWO}]"
    )
    (root / "stacks" / "trial.yaml").write_text(DEMAND.replace("{cidr: 10.20.0.0/16}", wish))
    write_lock(root / "stacks" / "trial.lock.yaml", fresh(root, plans.plan("trial", main=site)))
    outputs = {PULUMI_OUTPUTS: {"outputs": {"vpc": VPC, "one": FIRST}}}
    with pytest.raises(ConfigError, match=rf"trial.yaml:7 {PATH}.subnets.private.{TWO}: found output") as refused:
        record(lambda: build(root), stack="trial", config={"poolwright:account": plans.ACCOUNT_ID}, lookups=outputs)
    assert len(refused.value.problems) == 1
