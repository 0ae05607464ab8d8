"""The Pulumi program."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from components.aws.provider import ACCOUNT_LOOKUP
from solver.errors import ConfigError, LockError, StaleError
from solver.plan.lock import lock_of, write_lock
from stacks.program import build, locked_then
from tests.components import plans
from tests.components.docker import hosted
from tests.recorder import Recording, record
from tests.stacks.projects import DEMAND, fresh, project

ACCOUNT = {"poolwright:account": plans.ACCOUNT_ID}
NAMED_WITHIN_ANOTHER = {"aws:iam/rolePolicy:RolePolicy", "aws:appautoscaling/scheduledAction:ScheduledAction"}
"""Types whose names need be unique within one role or target only."""


def run(root: Path, config: dict[str, str] | None = None, *, stack: str = "trial") -> Recording[None]:
    return record(lambda: build(root), stack=stack, config=ACCOUNT if config is None else config)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Recording[None]:
    """The program on the full site."""
    return run(project(tmp_path_factory.mktemp("full"), plans.full_site()))


def test_the_pools_of_a_site_are_built_from_the_lock(full: Recording[None]) -> None:
    components = [record.type for record in full.records if record.type.startswith("poolwright:aws:")]
    assert components == [
        "poolwright:aws:ComputePool",
        "poolwright:aws:Guards",
        "poolwright:aws:NetworkPool",
        "poolwright:aws:SecurityGroups",
        "poolwright:aws:SecurityPool",
        "poolwright:aws:StoragePool",
    ]


def test_every_resource_uses_the_sites_provider(full: Recording[None]) -> None:
    for record_ in full.custom():
        assert "pulumi:providers:aws::main-aws" in record_.provider, record_.name


def test_every_resource_is_a_part_of_a_pool(full: Recording[None]) -> None:
    for record_ in full.custom():
        assert "poolwright:aws:" in record_.parent, record_.name


def test_nothing_is_looked_up_when_the_configuration_names_the_account(full: Recording[None]) -> None:
    assert full.lookups == ()
    assert full.one("pulumi:providers:aws").inputs["allowedAccountIds"] == f'["{plans.ACCOUNT_ID}"]'


def test_the_account_is_looked_up_once_when_the_configuration_names_none(tmp_path: Path) -> None:
    root = project(tmp_path)
    recorded = record(
        lambda: build(root), stack="trial", config={}, lookups={ACCOUNT_LOOKUP: {"accountId": "444455556666"}}
    )
    assert recorded.lookups == (ACCOUNT_LOOKUP,)
    assert recorded.exports["main"]["accountId"] == "444455556666"


def test_people_get_what_they_need_as_outputs(full: Recording[None]) -> None:
    main = full.exports["main"]
    assert main["urls"]["public"] == "https://ai.example.com"
    assert main["urls"]["internal"].startswith("http://")
    assert set(main["repositoryUrls"]) == {"assistant", "recommender", "training"}
    assert set(main["buckets"]) == {"documents", "models"}
    assert set(main["fileSystemIds"]) == {"shared"}
    assert main["secretsToFill"] == ["trial/main/assistant-token", "trial/main/tracking-token"]
    assert main["nameServers"]
    assert main["cluster"] and main["vpcId"]
    assert set(main["subnetIds"]) == {"public", "private", "data"}
    assert full.exports["approvedPlan"]["costUsdPerMonth"] == 4210.5
    assert full.exports["approvedPlan"]["lockDigest"].startswith("sha256:")
    assert full.exports["appliedRelease"] == {"id": "head", "lockDigest": full.exports["approvedPlan"]["lockDigest"]}


def test_what_a_site_does_not_have_is_no_output(tmp_path: Path) -> None:
    main = run(project(tmp_path)).exports["main"]
    assert not {"urls", "buckets", "nameServers", "secretsToFill", "flowLogGroup"} & main.keys()


def test_two_resources_never_ask_for_one_physical_name(full: Recording[None]) -> None:
    seen: set[tuple[str, str]] = set()
    for record_ in full.custom():
        name = record_.inputs.get("name")
        if isinstance(name, str) and record_.type not in NAMED_WITHIN_ANOTHER:
            assert (record_.type, name) not in seen, record_.name
            seen.add((record_.type, name))


def test_every_volume_bucket_and_log_is_encrypted_with_the_stacks_keys(full: Recording[None]) -> None:
    for record_ in full.of_type(":LogGroup"):
        assert record_.inputs["kmsKeyId"]
    for record_ in full.of_type(":LaunchTemplate"):
        for mapping in record_.inputs["blockDeviceMappings"]:
            assert mapping["ebs"]["encrypted"] in {True, "true"}
            assert mapping["ebs"]["kmsKeyId"]
    assert full.one(":FileSystem").inputs["kmsKeyId"]
    for record_ in full.of_type(":BucketServerSideEncryptionConfiguration"):
        (rule,) = record_.inputs["rules"]
        algorithm = rule["applyServerSideEncryptionByDefault"]["sseAlgorithm"]
        assert algorithm == ("AES256" if record_.name == "main-security-audit" else "aws:kms")


def test_a_demand_that_changed_stops_the_program_before_any_resource(tmp_path: Path) -> None:
    root = project(tmp_path)
    (root / "stacks" / "trial.yaml").write_text(DEMAND.replace("constant_per_second: 1", "constant_per_second: 2"))
    with pytest.raises(StaleError, match=r"stale: the demand files changed.*\n.*poolwright plan trial --write"):
        run(root)


def test_a_comment_in_the_demand_is_no_change(tmp_path: Path) -> None:
    root = project(tmp_path)
    (root / "stacks" / "trial.yaml").write_text(f"# A remark.\n{DEMAND}")
    assert run(root).custom()


def test_a_stack_without_a_lock_is_told_how_to_get_one(tmp_path: Path) -> None:
    root = project(tmp_path)
    (root / "stacks" / "trial.lock.yaml").unlink()
    with pytest.raises(StaleError, match="poolwright plan trial --write"):
        run(root)


def test_a_lock_that_was_edited_by_hand_is_refused(tmp_path: Path) -> None:
    root = project(tmp_path)
    path = root / "stacks" / "trial.lock.yaml"
    path.write_text(path.read_text().replace("max_machines: 1", "max_machines: 9"))
    with pytest.raises(LockError, match="digest"):
        run(root)


@pytest.mark.parametrize("account", ["123", "arn:aws:iam::123456789012:root", "12345678901a"])
def test_an_account_that_is_none_is_refused(tmp_path: Path, account: str) -> None:
    with pytest.raises(ConfigError, match="12 digits"):
        run(project(tmp_path), {"poolwright:account": account})


def test_a_region_other_than_the_plans_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="the plan is for eu-west-1"):
        run(project(tmp_path), {**ACCOUNT, "aws:region": "us-east-1"})
    assert run(project(tmp_path), {**ACCOUNT, "aws:region": "eu-west-1"}).custom()


def test_an_empty_account_in_the_configuration_means_none(tmp_path: Path) -> None:
    root = project(tmp_path)
    recorded = record(
        lambda: build(root),
        stack="trial",
        config={"poolwright:account": ""},
        lookups={ACCOUNT_LOOKUP: {"accountId": "444455556666"}},
    )
    assert "allowedAccountIds" not in recorded.one("pulumi:providers:aws").inputs


def hybrid(root: Path) -> Path:
    """A project with a site in AWS and one of hosts."""
    project(root)
    plan = plans.plan("trial", main=plans.minimal_site())
    both = plan.model_copy(update={"sites": {**plan.sites, "plant": hosted.site()}})
    write_lock(root / "stacks" / "trial.lock.yaml", fresh(root, both))
    return root


def test_one_program_builds_sites_of_both_kinds(tmp_path: Path) -> None:
    recorded = run(hybrid(tmp_path), {**ACCOUNT, **hosted.SECRETS})
    assert recorded.names(":Vpc") == ("main-network-vpc",)
    assert "trial-plant-one-shop-cpu-0" in recorded.names(":Container")
    assert recorded.exports["plant"]["urls"]["shop"]["one"] == "https://one.example.com:8443/"
    assert {"appliedRelease", "approvedPlan", "main", "plant"} == set(recorded.exports)


def test_a_secret_without_a_value_is_told_before_any_resource(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="pulumi config set --stack trial --secret"):
        run(hybrid(tmp_path))


def test_volumes_of_hosts_are_released_like_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POOLWRIGHT_RELEASE_DATA", "1")
    recorded = run(hybrid(tmp_path), {**ACCOUNT, **hosted.SECRETS})
    assert not any(record_.protect or record_.retain_on_delete for record_ in recorded.records)


def test_everything_is_released_before_a_destroy_that_means_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, full: Recording[None]
) -> None:
    monkeypatch.setenv("POOLWRIGHT_RELEASE_DATA", "1")
    recorded = run(project(tmp_path, plans.full_site()))
    assert not any(record_.protect for record_ in recorded.records)
    assert recorded.one("s3/bucket:Bucket", "main-storage-bucket-models").inputs["forceDestroy"] is True
    assert any(record_.protect for record_ in full.records)


def test_sites_are_built_side_by_side(tmp_path: Path) -> None:
    root = project(tmp_path)
    two = plans.plan("trial", far=plans.minimal_site(), main=plans.minimal_site())
    write_lock(root / "stacks" / "trial.lock.yaml", fresh(root, two))
    recorded = run(root)
    assert [record_.name for record_ in recorded.of_type(":Vpc")] == ["far-network-vpc", "main-network-vpc"]
    assert {"appliedRelease", "approvedPlan", "far", "main"} == set(recorded.exports)


def test_tags_of_the_plan_are_on_everything(full: Recording[None]) -> None:
    tags = full.one("pulumi:providers:aws").inputs["defaultTags"]
    for text in ('"stack": "trial"', '"owner": "ai-platform@example.com"', '"product": "assistant"', '"site": "main"'):
        assert text in tags


def test_loading_the_program_loads_no_solver_and_not_dockers_sdk() -> None:
    code = (
        "import sys, stacks.program; "
        "unwanted = ('pulp', 'highspy', 'numpy', 'poolwright', 'pulumi_docker'); "
        "print([name for name in sys.modules if name.split('.')[0] in unwanted"
        " or name.startswith('solver.solve')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_node_groups_of_the_lock_that_runs_stay_empty_when_one_of_then_is_built(tmp_path: Path) -> None:
    site = plans.minimal_site()
    newer = site.compute.node_groups[0].model_copy(update={"key": "t3-large-on-demand"})
    moved = site.model_copy(update={"compute": site.compute.model_copy(update={"node_groups": (newer,)})})
    then, running = tmp_path / "then.lock.yaml", tmp_path / "running.lock.yaml"
    digest = write_lock(then, lock_of(plans.plan("trial", main=site)))
    write_lock(running, lock_of(plans.plan("trial", main=moved)))

    alone, leaving = locked_then(then, "trial"), locked_then(then, "trial", running)

    assert alone.lock_digest == leaving.lock_digest == digest
    groups = {group.key: group for group in leaving.plan.aws_sites["main"].compute.node_groups}
    assert set(groups) == {"t3-small-on-demand", "t3-large-on-demand"}
    assert groups["t3-small-on-demand"] == alone.plan.aws_sites["main"].compute.node_groups[0]
    assert (groups["t3-large-on-demand"].machines.high, groups["t3-large-on-demand"].slots) == (0, {})
