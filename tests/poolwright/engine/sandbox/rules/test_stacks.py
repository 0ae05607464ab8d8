from __future__ import annotations

import json
from typing import Any

from tests.poolwright.engine.sandbox.harness import Case, Sandbox, cases


def template(value: object, **more: Any) -> dict[str, Any]:
    body = {
        "Parameters": {"Vpc": {"Type": "String", "Default": "vpc-1"}},
        "Resources": {"Network": {"Type": "AWS::EC2::VPC"}},
        "Outputs": {"VpcId": {"Value": value}},
    }
    return {"name": "network", "templateBody": json.dumps(body | more)}


PLAIN = template("vpc-0")


@cases(
    a_name_is_of_letters_digits_and_hyphens=Case(
        "cloudformation.Stack", PLAIN, {"name": "the network"}, "ValidationError", "name"
    ),
    a_template_has_resources=Case(
        "cloudformation.Stack", PLAIN, template("vpc-0", Resources={}), "ValidationError", "templateBody"
    ),
    outputs_refer_to_what_is_there=Case(
        "cloudformation.Stack",
        template({"Ref": "Vpc"}),
        template({"Ref": "Vcp"}),
        "ValidationError",
        "templateBody",
    ),
    what_only_cloudformation_can_tell_is_refused=Case(
        "cloudformation.Stack",
        template({"Ref": "Vpc"}),
        template({"Fn::GetAtt": ["Network", "VpcId"]}),
        "ValidationError",
        "templateBody",
    ),
)
def test_forms(case: Case, sandbox: Sandbox) -> None:
    case.show(sandbox)


def test_outputs_are_texts_or_parameters_and_a_name_is_new(sandbox: Sandbox) -> None:
    made = sandbox.create("cloudformation.Stack", "it", **template({"Ref": "Vpc"}))
    assert made["outputs"] == {"VpcId": "vpc-1"}
    assert "AlreadyExistsException" in sandbox.refusal("cloudformation.Stack", "two", **template("vpc-0"))


def test_a_region_has_one_export_of_a_name(sandbox: Sandbox) -> None:
    exported = template("vpc-0", Outputs={"VpcId": {"Value": "vpc-0", "Export": {"Name": "vpc"}}})
    sandbox.create("cloudformation.Stack", "it", **exported)
    words = sandbox.refusal("cloudformation.Stack", "two", **(exported | {"name": "other"}))
    assert "ValidationError: Export with name vpc is already exported by stack network." in words
