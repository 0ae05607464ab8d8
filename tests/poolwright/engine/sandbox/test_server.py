"""The plugin as the engine sees it: messages over a socket of this machine."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from poolwright.engine.sandbox.messages import empty, messages, service
from poolwright.engine.sandbox.plugins import AWS_PLUGIN, write_plugins
from poolwright.engine.sandbox.sdk_source import sdk_version
from poolwright.engine.sandbox.server import Servicer
from poolwright.engine.sandbox.serving import start
from poolwright.engine.sandbox.store import FOLDER_VARIABLE
from poolwright.engine.sandbox.values import UNKNOWN, Properties
from poolwright.engine.sandbox.wire import decode, encode

VPC = "aws:ec2/vpc:Vpc"
URN = f"urn:pulumi:dev::shop::pkg:index:Net${VPC}::net"


@pytest.fixture
def stub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    server, port = start(Servicer())
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield service.ResourceProviderStub(channel)
    server.stop(grace=None)


@pytest.fixture
def configured(stub: Any) -> Any:
    stub.Configure(messages.ConfigureRequest(args=encode({"region": "eu-west-1"})))
    return stub


def check(stub: Any, inputs: Properties, **more: Any) -> Any:
    return stub.Check(messages.CheckRequest(urn=URN, news=encode(inputs), **more))


def test_the_plugin_has_the_sdks_version(stub: Any) -> None:
    assert stub.GetPluginInfo(empty()).version == sdk_version()
    assert stub.Handshake(messages.ProviderHandshakeRequest(engine_address="127.0.0.1:1")).accept_secrets


def test_a_resource_lives_from_check_to_delete(configured: Any) -> None:
    checked = check(configured, {"cidrBlock": "10.0.0.0/16"})
    assert list(checked.failures) == []
    previewed = configured.Create(messages.CreateRequest(urn=URN, properties=checked.inputs, preview=True))
    assert decode(previewed.properties).properties["arn"] is UNKNOWN
    made = configured.Create(messages.CreateRequest(urn=URN, properties=checked.inputs))
    assert made.id.startswith("vpc-")
    read = configured.Read(messages.ReadRequest(urn=URN, id=made.id, properties=made.properties))
    assert (read.id, read.properties, read.inputs) == (made.id, made.properties, checked.inputs)
    news = check(configured, {"cidrBlock": "10.0.0.0/16", "tags": {"a": "b"}}, olds=checked.inputs).inputs
    diff = configured.Diff(
        messages.DiffRequest(urn=URN, id=made.id, olds=made.properties, old_inputs=checked.inputs, news=news)
    )
    assert diff.changes == messages.DiffResponse.DIFF_SOME
    assert list(diff.replaces) == [] and "tags" in diff.detailedDiff and diff.hasDetailedDiff
    updated = configured.Update(
        messages.UpdateRequest(urn=URN, id=made.id, olds=made.properties, old_inputs=checked.inputs, news=news)
    )
    assert decode(updated.properties).properties["tagsAll"] == {"a": "b"}
    configured.Delete(messages.DeleteRequest(urn=URN, id=made.id, properties=updated.properties))
    assert configured.Read(messages.ReadRequest(urn=URN, id=made.id)).id == ""


def test_a_replacement_says_so(configured: Any) -> None:
    before, after = (check(configured, {"cidrBlock": block}).inputs for block in ("10.0.0.0/16", "10.1.0.0/16"))
    diff = configured.Diff(messages.DiffRequest(urn=URN, id="vpc-1", old_inputs=before, news=after))
    assert list(diff.replaces) == ["cidrBlock"]
    assert diff.detailedDiff["cidrBlock"].kind == messages.PropertyDiff.UPDATE_REPLACE


def test_a_failed_check_names_the_property(configured: Any) -> None:
    (failure,) = check(configured, {"cidrBlock": "10.0.0.0/8"}).failures
    assert (failure.property, failure.reason) == ("cidrBlock", "InvalidVpc.Range: The CIDR '10.0.0.0/8' is invalid.")


def test_a_refusal_arrives_in_awss_words(configured: Any) -> None:
    urn = "urn:pulumi:dev::shop::aws:ec2/subnet:Subnet::a"
    inputs = encode({"vpcId": "vpc-0", "cidrBlock": "10.0.0.0/24"})
    with pytest.raises(grpc.RpcError) as refused:
        configured.Create(messages.CreateRequest(urn=urn, properties=inputs))
    assert refused.value.details() == (
        "creating ec2 Subnet (a): operation error ec2: api error InvalidVpcID.NotFound: "
        "The vpc ID 'vpc-0' does not exist"
    )


def test_secrets_stay_secrets(configured: Any) -> None:
    checked = configured.Check(
        messages.CheckRequest(urn=URN, news=encode({"cidrBlock": "10.0.0.0/16", "tags": {"a": "b"}}, [("tags", "a")]))
    )
    assert decode(checked.inputs).secrets == frozenset({("tags", "a"), ("tagsAll", "a")})
    made = configured.Create(messages.CreateRequest(urn=URN, properties=checked.inputs))
    assert ("tags", "a") in decode(made.properties).secrets


def test_a_data_source_answers_or_says_why_not(configured: Any) -> None:
    good = configured.Invoke(messages.InvokeRequest(tok="aws:index/getCallerIdentity:getCallerIdentity"))
    assert decode(getattr(good, "return")).properties["accountId"] == "123456789012"
    bad = configured.Invoke(messages.InvokeRequest(tok="aws:rds/getCluster:getCluster"))
    assert "the sandbox has no data source rds.getCluster" in bad.failures[0].reason


def test_the_account_guard_stops_the_configuration(stub: Any) -> None:
    guarded = encode({"region": "eu-west-1", "allowedAccountIds": '["210987654321"]'})
    with pytest.raises(grpc.RpcError) as refused:
        stub.Configure(messages.ConfigureRequest(args=guarded))
    assert "AWS account ID not allowed: 123456789012" in str(refused.value.details())


def test_a_mistaken_fault_file_stops_the_configuration(stub: Any, tmp_path: Path) -> None:
    (tmp_path / "faults.json").write_text('[{"kind": "earthquake"}]', encoding="utf-8")
    with pytest.raises(grpc.RpcError) as refused:
        stub.Configure(messages.ConfigureRequest(args=encode({"region": "eu-west-1"})))
    assert "faults.json:1 [0].kind: found" in str(refused.value.details())


def test_a_mistaken_configuration_fails_its_check(stub: Any) -> None:
    response = stub.CheckConfig(messages.CheckRequest(urn=URN, news=encode({"regoin": "eu-west-1"})))
    assert response.failures[0].property == "regoin"


def test_a_provider_for_another_region_is_another_provider(stub: Any) -> None:
    old, new = encode({"region": "eu-west-1"}), encode({"region": "us-east-1"})
    assert list(stub.DiffConfig(messages.DiffRequest(urn=URN, old_inputs=old, news=new)).replaces) == ["region"]
    same = stub.DiffConfig(messages.DiffRequest(urn=URN, old_inputs=old, news=old))
    assert same.changes == messages.DiffResponse.DIFF_NONE


def test_what_is_not_implemented_says_so(stub: Any) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        stub.GetSchema(messages.GetSchemaRequest())
    assert refused.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_the_launcher_starts_anywhere_and_ends_with_its_parent(tmp_path: Path) -> None:
    folder = write_plugins(tmp_path / "bin")
    assert write_plugins(folder) == folder
    with subprocess.Popen([folder / AWS_PLUGIN], stdout=subprocess.PIPE, text=True, cwd="/") as process:
        assert process.stdout is not None
        assert int(process.stdout.readline()) > 0
        process.terminate()
        assert process.wait(timeout=5) == 0
