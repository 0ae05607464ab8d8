"""Resources as checks read them."""

from __future__ import annotations

import pytest

from poolwright.checks.resource import NotKnownError, Resource, is_custom, parsed, resources_of, statements, words
from poolwright.engine.preview import MASK, UNKNOWN, Operation, Preview, ResourceChange


def thing(**inputs: object) -> Resource:
    urn = "urn:pulumi:dev::poolwright::poolwright:aws:StoragePool$aws:s3/bucket:Bucket::main-storage-bucket-a"
    return Resource(urn=urn, type="aws:s3/bucket:Bucket", name="main-storage-bucket-a", inputs=inputs)


def test_values_are_read_by_path() -> None:
    resource = thing(rule={"status": {"on": True}}, size=3)
    assert resource.get("rule.status.on") is True
    assert resource.get("rule.other", "none") == "none"
    assert resource.get("size.of.it") is None


@pytest.mark.parametrize("word", [UNKNOWN, MASK])
def test_what_is_not_known_is_never_taken_for_a_value(word: str) -> None:
    for path in ("rule", "rule.status"):
        with pytest.raises(NotKnownError):
            thing(rule=word).get(path)
    assert not thing(rule=word).known("rule.status")
    with pytest.raises(NotKnownError):
        thing(rules=[word]).mappings("rules")
    with pytest.raises(NotKnownError):
        parsed('{"Resource": "' + word + '"}')


def test_booleans_come_as_such_or_in_words() -> None:
    assert thing(on=True).holds("on") and thing(on="true").holds("on")
    assert not thing(on="false").holds("on") and not thing().holds("on")
    assert thing(on="false").denies("on") and not thing().denies("on")


def test_a_resource_knows_its_pool_and_its_workload() -> None:
    assert thing(tags={"workload": "web"}).workload == "web"
    assert thing().workload is None
    assert thing().pool == "StoragePool"
    assert Resource(urn="urn:pulumi:dev::p::aws:s3/bucket:Bucket::x", type="", name="x").pool == ""


def test_policies_are_read_with_one_statement_or_many() -> None:
    one, many = {"Statement": {"Effect": "Deny"}}, {"Statement": [{"Effect": "Deny"}, {"Effect": "Allow"}]}
    assert statements(one) == [{"Effect": "Deny"}]
    assert len(statements(many)) == 2
    assert statements({}) == []
    assert words({"Action": "s3:*"}, "Action") == ["s3:*"]


def test_what_a_preview_deletes_is_no_resource_any_more() -> None:
    changes = tuple(
        ResourceChange(urn=f"urn::{each}", type="aws:s3/bucket:Bucket", name=each.value, parent="", operation=each)
        for each in Operation
    )
    component = ResourceChange(
        urn="urn::c", type="poolwright:aws:NetworkPool", name="c", parent="", operation=Operation.CREATE
    )
    found = {each.name for each in resources_of(Preview(stack="dev", changes=(*changes, component), outputs={}))}
    assert found == {each.value for each in Operation} - {"delete", "forget"}


def test_components_and_the_stack_are_no_resources_of_a_cloud() -> None:
    assert is_custom("aws:s3/bucket:Bucket")
    assert is_custom("pulumi:providers:aws")
    assert not is_custom("pulumi:pulumi:Stack")
    assert not is_custom("poolwright:aws:NetworkPool")
