"""Any stack that the components build is taken by the sandbox; a slip in one input is refused as AWS refuses it."""

from __future__ import annotations

import re
from collections.abc import Callable
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from solver.plan.plan import SitePlan
from solver.plan.schedule import week_schedule
from stacks.program import aws_pools
from tests.components import plans
from tests.components.aws.early import with_measures
from tests.components.aws.security.test_detection import measures
from tests.poolwright.engine.sandbox import mutations
from tests.poolwright.engine.sandbox.built import Built
from tests.poolwright.engine.sandbox.harness import Made
from tests.poolwright.engine.sandbox.mutations import MUTATIONS, references
from tests.poolwright.engine.sandbox.rule_book import RuleBook, rules
from tests.stacks.test_on_sandbox import everything, two_zones

SHOWN_ELSEWHERE = (
    # A second resource has to be made or to be of another kind, region or VPC.
    "addressing.zone_exists",  # stacks name zones by their ids
    "batches.queue_takes_environments_of_one_kind",
    "beyond.route_leads_to_an_attached_gateway",
    "bucket_copies.both_buckets_have_versions",
    "buckets.logs_stay_in_the_region",
    "deployments.both_groups_are_alike",
    "endpoints.route_table_has_one_way_to_a_service",
    "file_systems.lustre_groups_are_of_the_vpc",
    "lustre_links.servers_hear_each_other",
    "groups.machines_fit_image_and_zones",
    "groups.template_can_launch",
    "ipv6.ipv6_block_is_of_the_vpc",
    "launching.image_fits_the_machine",
    "names.alias_lies_in_the_zone_that_it_names",
    "names.certificate_can_be_validated",
    "names.record_is_new",
    "warm_pools.warm_pool_is_not_on_spot",
    "watching.recorder_has_a_channel",
    "watching.resource_has_one_web_acl",
    "watching.standard_needs_the_hub",
    # What another resource lets in decides.
    "grants.balancer_may_log",
    "grants.channel_may_write",
    "grants.key_encrypts_logs",
    "grants.trail_may_write",
    # What is there already counts: quotas, addresses, policies of a role.
    "free_addresses.subnet_has_room",
    "groups.running_vcpus_stay_under_the_quota",
    "reservations.group_fits_its_reservation",
    "identities.attachment_counts_with_the_role",
    "identities.inline_policies_fit_together",
    "limits.quotas_hold",
    "security_groups.interface_has_few_groups",
    # A state that no change of inputs makes: what was before, or what people and time did.
    "backups.final_locks_stay",
    "backups.role_trusts_backup",
    "batches.scheduling_policy_stays",
    "bucket_copies.versions_stay_under_replication",
    "buckets.versions_stay_under_a_lock",
    "ipv6.ipv6_block_is_free_when_it_goes",
    "keys.aliased_key_is_usable",
)
"""Rules that no change of one input of these stacks breaks, and those of deletions, have their tests in `rules/`."""
RETENTION_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 365, 400, 3653)


@st.composite
def sites(draw: st.DrawFn) -> SitePlan:
    """The full site with other sizes, hours, spans, measures and zones."""
    site = everything()
    if draw(st.booleans()):
        site = two_zones(site)
    if draw(st.booleans()):
        site = with_measures(site, *draw(st.sets(st.sampled_from([m for m in measures() if m != "ecr-scan-on-push"]))))
    factor = draw(st.sampled_from((0.5, 1, 1.1, 3)))
    shift = draw(st.integers(0, 23))
    days = draw(st.sampled_from(RETENTION_DAYS))

    def hours(values: tuple[int, ...]) -> list[int]:
        more = [ceil(value * factor) for value in values]
        return more[shift:] + more[:shift]

    services = tuple(
        service.model_copy(
            update={
                "log_retention_days": days,
                "variants": tuple(
                    variant.model_copy(
                        update={
                            "replicas": week_schedule(hours(variant.replicas.hourly())),
                            "max_replicas": ceil(variant.max_replicas * factor),
                        }
                    )
                    for variant in service.variants
                ),
            }
        )
        for service in site.compute.services
    )
    groups = tuple(
        group.model_copy(
            update={
                "machines": week_schedule(hours(group.machines.hourly())),
                "max_machines": ceil(group.max_machines * factor),
                "root_volume_gib": draw(st.integers(30, 2000)),
            }
        )
        for group in site.compute.node_groups
    )
    buckets = tuple(
        bucket.model_copy(update={"versioned": draw(st.booleans()) or bucket.replication is not None})
        for bucket in site.storage.buckets
    )
    return site.model_copy(
        update={
            "compute": site.compute.model_copy(update={"services": services, "node_groups": groups}),
            "storage": site.storage.model_copy(update={"buckets": buckets}),
            "security": site.security.model_copy(update={"key_deletion_days": draw(st.integers(7, 30))}),
            "network": site.network.model_copy(update={"flow_log_retention_days": days}),
        }
    )


def built(site: SitePlan, folder: Path) -> Built:
    plan = plans.plan("dev", main=site)
    return Built(lambda: aws_pools("main", site, plan, plans.ACCOUNT_ID), folder, region=site.region)


@settings(max_examples=2, phases=[Phase.generate])  # to shrink a stack takes minutes, and the names say it all
@given(site=sites(), which=st.integers(0, 1000))
def test_any_stack_is_taken_and_a_slip_in_it_is_refused_with_the_code_of_aws(site: SitePlan, which: int) -> None:
    with TemporaryDirectory() as folder:
        stack = built(site, Path(folder))
        assert unlike_aws(stack, lambda those: [those[which % len(those)]]) == []


def test_every_rule_about_the_stacks_types_is_broken_by_a_slip_or_shown_elsewhere(tmp_path: Path) -> None:
    book = RuleBook()
    book.open()
    try:
        book.begin(Path(mutations.__file__))
        stack = built(everything(), tmp_path)
        assert unlike_aws(stack, lambda those: those) == []
    finally:
        book.close()
    types = {each.type for each in stack.made} | {"*"}
    about = {
        name for name, (_, kinds) in rules().items() if types & set(kinds) and not name.startswith("dependencies.")
    }
    broken = {name for name, _, _ in book.shown}
    hint = "a slip that breaks each belongs into mutations.py; where there is none, its name into SHOWN_ELSEWHERE"
    assert sorted(about - broken - set(SHOWN_ELSEWHERE)) == [], hint
    assert sorted(set(SHOWN_ELSEWHERE) - (about - broken)) == []


def unlike_aws(stack: Built, chosen: Callable[[list[Made]], list[Made]]) -> list[str]:
    """Slips that are taken, or refused with another code."""
    answers = (
        (slip, made, stack.answer(made, slip))
        for slip in (*MUTATIONS, *references())
        if (those := stack.those(slip))
        for made in chosen(those)
    )
    return [
        f"{slip} of {made.name}: {answer}"
        for slip, made, answer in answers
        if not re.search(rf"\b{re.escape(slip.code)}\b", answer)
    ]
