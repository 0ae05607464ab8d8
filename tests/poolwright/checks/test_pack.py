"""The checks as a policy pack, without and with the real engine."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
from google.protobuf import struct_pb2
from pulumi.runtime.proto import analyzer_pb2

from poolwright.checks.check import Reads, Severity
from poolwright.checks.pack import FOLDER, ON, CheckPack, pack_checks
from poolwright.checks.registry import BY_ID
from poolwright.engine.analyzer import Analyzed, Analyzer
from poolwright.engine.automation import Engine
from poolwright.engine.environment import EngineEnvironment
from poolwright.engine.policy_packs import executables
from poolwright.engine.preview import UNKNOWN
from poolwright.engine.project import Project
from solver.errors import ConfigError, GateError
from stacks.program import build
from tests.poolwright.checks.estate import ROOT, shipped
from tests.stacks.projects import waiving

MESSAGES: Any = analyzer_pb2
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
SSH = {"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "cidrIpv4": "0.0.0.0/0"}


def asked(analyzer: Analyzer, type_: str, properties: Mapping[str, Any], name: str = "rule") -> list[Any]:
    """What the analyzer answers about one resource."""
    struct = struct_pb2.Struct()
    struct.update(dict(properties))
    request = MESSAGES.AnalyzeRequest(type=type_, urn=f"urn:{name}", name=name, properties=struct)
    return list(analyzer.Analyze(request, None).diagnostics)


def test_the_pack_asks_every_check_that_needs_no_whole_preview() -> None:
    names = {policy.name for policy in CheckPack(ROOT).policies}
    assert names == {id_ for id_, check in BY_ID.items() if check.reads in (Reads.RESOURCE, Reads.STACK)}
    for policy in CheckPack(ROOT).policies:
        assert policy.mandatory == (BY_ID[policy.name].severity is Severity.REFUSE)


def test_the_engine_is_told_every_policy_with_its_remedy() -> None:
    info = Analyzer(CheckPack(ROOT)).GetAnalyzerInfo(None, None)
    assert info.name == "poolwright"
    [policy] = [each for each in info.policies if each.name == "EC2.53"]
    assert policy.enforcementLevel == MESSAGES.MANDATORY
    assert policy.policy_type == MESSAGES.POLICY_TYPE_RESOURCE
    assert "stacks/" in policy.remediation_steps


def test_a_violation_has_the_findings_text_and_the_resource() -> None:
    [found, *_] = asked(Analyzer(CheckPack(ROOT)), INGRESS, SSH)
    assert found.message.startswith("rule: port 22 is open to 0.0.0.0/0. ")
    assert (found.policyName, found.urn, found.enforcementLevel) == ("EC2.53", "urn:rule", MESSAGES.MANDATORY)


def test_what_is_not_known_yet_is_no_violation() -> None:
    unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    assert asked(Analyzer(CheckPack(ROOT)), INGRESS, {**SSH, "cidrIpv4": unknown}) == []


def test_a_packs_configuration_turns_a_policy_off_or_down() -> None:
    analyzer = Analyzer(CheckPack(ROOT))
    off = {name: MESSAGES.PolicyConfig(enforcementLevel=MESSAGES.DISABLED) for name in ("EC2.53", "EC2.18")}
    down = {"EC2.19": MESSAGES.PolicyConfig(enforcementLevel=MESSAGES.ADVISORY)}
    analyzer.Configure(MESSAGES.ConfigureAnalyzerRequest(policyConfig={**off, **down}), None)
    [found] = asked(analyzer, INGRESS, SSH)
    assert (found.policyName, found.enforcementLevel) == ("EC2.19", MESSAGES.ADVISORY)


def test_the_whole_stack_is_judged_by_what_the_program_asked_for() -> None:
    """The engine shows the cloud's answers at the end; a default among them is nobody's mistake."""
    analyzer = Analyzer(CheckPack(ROOT))
    name, type_ = "main-network-default-group", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
    answers = struct_pb2.Struct()
    answers.update({"ingress": [{"protocol": "-1"}]})
    group = MESSAGES.AnalyzerResource(type=type_, urn=f"urn:{name}", name=name, properties=answers)
    request = MESSAGES.AnalyzeStackRequest(resources=[group])

    def names() -> set[str]:
        return {str(each.policyName) for each in analyzer.AnalyzeStack(request, None).diagnostics}

    assert "EC2.2" in names()
    asked(analyzer, type_, {"vpcId": "vpc-1"}, name)
    assert "EC2.2" not in names()


def test_the_lock_is_read_from_the_project_that_the_engine_works_in() -> None:
    pack = CheckPack(ROOT)
    pack.begin("dev")
    seen = tuple(
        Analyzed(urn=each.urn, type=each.type, name=each.name, properties=each.inputs, protected=each.protected)
        for each in shipped("dev").resources
    )
    assert list(pack.of_stack(seen)) == []
    more = Analyzed(
        urn="urn:x", type="aws:ec2/natGateway:NatGateway", name="main-by-hand", properties={}, protected=False
    )
    found = {each.policy for each in pack.of_stack((*seen, more))}
    assert "plan.unlisted" in found


def test_a_waiver_holds_in_the_engine_until_its_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pack = CheckPack(waiving(tmp_path, "EC2.53"))
    pack.begin("trial")
    rule = Analyzed(urn="urn:r", type=INGRESS, name="main-r", properties=SSH, protected=False)
    for day, stands in (("2027-06-30", False), ("2027-07-01", True)):
        monkeypatch.setenv(ON, day)
        assert ("EC2.53" in {each.policy for each in pack.of_resource(rule)}) == stands


def test_without_a_lock_the_checks_that_need_none_are_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = CheckPack(tmp_path)
    pack.begin("dev")
    assert "checks without the plan of dev" in capsys.readouterr().err
    rule = Analyzed(urn="urn:r", type=INGRESS, name="r", properties={**SSH, "tags": UNKNOWN}, protected=False)
    assert {each.policy for each in pack.of_resource(rule)} >= {"EC2.53", "EC2.18"}


@pytest.mark.parametrize(
    ("text", "found"), [(None, "no readable PulumiPolicy.yaml"), ("runtime: nodejs\n", "a pack in nodejs")]
)
def test_a_folder_that_is_no_pack_in_python_is_refused(tmp_path: Path, text: str | None, found: str) -> None:
    if text is not None:
        (tmp_path / "PulumiPolicy.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=found):
        executables(Project(root=tmp_path, home=tmp_path / "home"), [tmp_path])


@pytest.mark.engine
def test_the_shipped_dev_passes_on_the_real_engine(sandbox_env: Callable[..., EngineEnvironment]) -> None:
    engine = Engine(sandbox_env("dev"), lambda: build(ROOT), lambda text: None)
    preview = engine.preview(packs=[FOLDER])
    assert preview.findings == ()
    assert len(preview.changes) > 100


@pytest.mark.engine
def test_a_violating_program_is_stopped_with_the_findings_text(
    sandbox_env: Callable[..., EngineEnvironment], tmp_path: Path
) -> None:
    root = tmp_path / "project"
    (root / "stacks").mkdir(parents=True)
    (root / "Pulumi.yaml").write_text("name: trying\nruntime: python\nstackConfigDir: stacks\n", encoding="utf-8")
    (root / "stacks" / "Pulumi.dev.yaml").write_text("config: {}\n", encoding="utf-8")

    def program() -> None:
        here = pulumi.ResourceOptions(provider=aws.Provider("aws", region="eu-west-1"))
        vpc = aws.ec2.Vpc("net", cidr_block="10.0.0.0/16", opts=here)
        group = aws.ec2.SecurityGroup("machines", vpc_id=vpc.id, opts=here)
        aws.vpc.SecurityGroupIngressRule(
            "ssh",
            security_group_id=group.id,
            ip_protocol="tcp",
            from_port=22,
            to_port=22,
            cidr_ipv4="0.0.0.0/0",
            opts=here,
        )

    engine = Engine(sandbox_env("dev", root=root), program, lambda text: None)
    for run in (engine.preview, engine.up):
        with pytest.raises(GateError, match=r"EC2\.53: ssh: port 22 is open to 0\.0\.0\.0/0\. Open nothing by hand"):
            run(packs=[FOLDER])
    assert "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule" not in {each.type for each in engine.records()}


@pytest.mark.engine
def test_plain_pulumi_runs_the_pack_too(sandbox_env: Callable[..., EngineEnvironment]) -> None:
    environment = sandbox_env("dev")
    command = ["pulumi", "preview", "--non-interactive", "--policy-pack", str(FOLDER.relative_to(ROOT))]
    done = subprocess.run(
        command, cwd=ROOT, env=environment.complete(os.environ), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "poolwright@v" in done.stdout, "the engine names the packs that it has asked"


def test_checks_of_changes_stay_with_the_command() -> None:
    assert not any(check.reads is Reads.CHANGES for check in pack_checks())
