"""What a command began to create, and what of it is found in the cloud."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from poolwright.engine import lost
from poolwright.engine.journal import Begun, Journal
from tests.poolwright.engine.sandbox.harness import Sandbox

STACK = "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev"
PROVIDER = "urn:pulumi:dev::shop::pulumi:providers:aws::aws"
REFERENCE = f"{PROVIDER}::0b5f"


def _urn(kind: str, name: str) -> str:
    return f"urn:pulumi:dev::shop::{kind}::{name}"


def _begun(urn: str, **more: Any) -> Begun:
    plain: dict[str, Any] = {"custom": True, "parent": STACK, "provider": REFERENCE, "protect": False, "retain": False}
    return Begun(urn=urn, type=urn.split("::")[2], **{**plain, **more})


def _event(urn: str, op: str, **state: Any) -> Any:
    given: dict[str, Any] = {
        "custom": True,
        "parent": "",
        "provider": "",
        "protect": None,
        "retain_on_delete": None,
        "inputs": {},
    }
    new = SimpleNamespace(**{**given, **state})
    step = SimpleNamespace(urn=urn, type=urn.split("::")[2], op=SimpleNamespace(value=op), new=new)
    return SimpleNamespace(resource_pre_event=SimpleNamespace(metadata=step))


def _state(*entries: dict[str, Any], **more: Any) -> dict[str, Any]:
    stack = {"urn": STACK, "type": "pulumi:pulumi:Stack", "custom": False}
    provider = {"urn": PROVIDER, "type": "pulumi:providers:aws", "custom": True, "id": "0b5f"}
    return {"resources": [stack, provider, *entries], **more}


VPC = _urn("aws:ec2/vpc:Vpc", "net")
SUBNET = _urn("aws:ec2/subnet:Subnet", "a")


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    return Sandbox(tmp_path)


def _network(sandbox: Sandbox) -> tuple[str, str]:
    vpc = sandbox.create("ec2.Vpc", "net", cidrBlock="10.0.0.0/16")
    subnet = sandbox.create("ec2.Subnet", "a", vpcId=vpc.id, cidrBlock="10.0.0.0/24")
    return vpc.id, subnet.id


def test_the_journal_has_creations_alone_each_once(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "begun" / "dev.jsonl")
    assert journal.read() == ()
    for op in ("create", "same", "update", "delete", "create"):
        journal.note(_event(VPC, op, parent=STACK, provider=REFERENCE))
    journal.note(_event(PROVIDER, "create", inputs={"region": "eu-west-1"}))
    journal.note(SimpleNamespace(resource_pre_event=None))
    with (tmp_path / "begun" / "dev.jsonl").open("a", encoding="utf-8") as out:
        out.write('{"urn": "cut off')

    assert journal.read() == (
        _begun(VPC),
        _begun(PROVIDER, parent="", provider="", inputs={"region": "eu-west-1"}),
    )
    assert not journal.has_doubt()
    journal.doubt()
    assert journal.has_doubt() and len(journal.read()) == 2
    journal.clear()
    assert journal.read() == () and not journal.has_doubt()


def test_what_exists_is_taken_into_the_state_as_the_cloud_has_it(sandbox: Sandbox) -> None:
    vpc, subnet = _network(sandbox)
    state = _state()

    adopted = lost.adopt(state, [_begun(VPC, protect=True), _begun(SUBNET, retain=True)], sandbox.root)

    assert adopted == ["net", "a"]
    first, second = state["resources"][2:]
    assert (first["id"], first["parent"], first["provider"], first["protect"]) == (vpc, STACK, REFERENCE, True)
    assert first["inputs"]["cidrBlock"] == "10.0.0.0/16" and first["outputs"]["arn"].endswith(vpc)
    assert (second["id"], second["retainOnDelete"], second["dependencies"]) == (subnet, True, [VPC])


def test_what_the_state_has_already_or_the_cloud_has_not_is_left_alone(sandbox: Sandbox) -> None:
    vpc = sandbox.create("ec2.Vpc", "net", cidrBlock="10.0.0.0/16")
    known = {"urn": VPC, "type": "aws:ec2/vpc:Vpc", "custom": True, "id": vpc.id, "outputs": {"arn": vpc["arn"]}}
    state = _state(known)
    before = json.dumps(state["resources"])

    assert lost.adopt(state, [_begun(VPC), _begun(SUBNET), _begun(STACK, custom=False)], sandbox.root) == []
    assert json.dumps(state["resources"]) == before


def test_what_was_let_go_of_on_purpose_is_not_looked_for(sandbox: Sandbox) -> None:
    _network(sandbox)
    assert lost.adopt(_state(), [], sandbox.root) == []


def test_a_replacement_that_was_made_puts_the_old_one_up_for_deletion(sandbox: Sandbox) -> None:
    vpc, _ = _network(sandbox)
    state = _state({"urn": VPC, "type": "aws:ec2/vpc:Vpc", "custom": True, "id": "vpc-old", "outputs": {}})

    assert lost.adopt(state, [_begun(VPC)], sandbox.root) == ["net"]
    assert [(entry["id"], entry.get("delete")) for entry in state["resources"][2:]] == [("vpc-old", True), (vpc, None)]


def test_components_and_the_provider_that_the_state_lacks_come_with_it(sandbox: Sandbox) -> None:
    _network(sandbox)
    component = _urn("shop:index:Network", "network")
    state: dict[str, Any] = {}
    begun = [
        _begun(STACK, custom=False, parent="", provider=""),
        _begun(PROVIDER, parent=STACK, provider="", inputs={"region": "eu-west-1"}),
        _begun(component, custom=False, provider=""),
        _begun(VPC, parent=component),
    ]

    assert lost.adopt(state, begun, sandbox.root) == ["net"]
    assert [entry["urn"] for entry in state["resources"]] == [STACK, PROVIDER, component, VPC]
    assert state["resources"][1]["id"] == "0b5f"
    assert state["resources"][1]["inputs"] == {"region": "eu-west-1"}


def test_nothing_is_taken_in_whose_provider_nobody_knows(sandbox: Sandbox) -> None:
    _network(sandbox)
    state: dict[str, Any] = {"resources": []}
    assert lost.adopt(state, [_begun(VPC)], sandbox.root) == []
    assert state["resources"] == []


def test_pending_creations_are_settled_and_other_operations_stay(sandbox: Sandbox) -> None:
    _network(sandbox)
    resource = {"urn": VPC, "type": "aws:ec2/vpc:Vpc", "custom": True, "parent": STACK, "provider": REFERENCE}
    deleting = {"type": "deleting", "resource": {**resource, "urn": SUBNET}}
    state = _state(pending_operations=[{"type": "creating", "resource": resource}, deleting])

    begun = lost.pending(state)
    assert begun == (_begun(VPC),)
    assert lost.adopt(state, begun, sandbox.root) == ["net"]
    assert state["pending_operations"] == [deleting]
