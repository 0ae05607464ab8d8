from __future__ import annotations

from tests.poolwright.engine.sandbox.harness import Case, Sandbox, cases

GP3 = {"availabilityZone": "eu-west-1a", "type": "gp3", "size": 100}


@cases(
    gp3_has_64_tib=Case("ebs.Volume", GP3, {"size": 65537}, "InvalidParameterValue", "size"),
    st1_begins_at_125_gib=Case(
        "ebs.Volume", GP3 | {"type": "st1", "size": 125}, {"size": 124}, "InvalidParameterValue", "size"
    ),
    gp3_begins_with_3000_iops=Case("ebs.Volume", GP3, {"iops": 2999}, "InvalidParameterValue", "iops"),
    gp3_has_500_iops_for_a_gib=Case(
        "ebs.Volume", GP3 | {"size": 10, "iops": 5000}, {"iops": 5001}, "InvalidParameterValue", "iops"
    ),
    gp3_has_a_quarter_mib_for_each_iops=Case(
        "ebs.Volume",
        GP3 | {"iops": 4000, "throughput": 1000},
        {"throughput": 1001},
        "InvalidParameterValue",
        "throughput",
    ),
    io2_has_its_iops_chosen=Case(
        "ebs.Volume", GP3 | {"type": "io2", "iops": 1000}, {"iops": None}, "MissingParameter", "iops"
    ),
    io1_has_50_iops_for_a_gib=Case(
        "ebs.Volume", GP3 | {"type": "io1", "iops": 5000}, {"iops": 5001}, "InvalidParameterValue", "iops"
    ),
    gp2_has_no_iops_to_choose=Case(
        "ebs.Volume", GP3 | {"type": "gp2"}, {"iops": 3000}, "InvalidParameterCombination", "iops"
    ),
    io2_has_no_throughput_to_choose=Case(
        "ebs.Volume",
        GP3 | {"type": "io2", "iops": 1000},
        {"throughput": 200},
        "InvalidParameterCombination",
        "throughput",
    ),
    a_type_exists=Case("ebs.Volume", GP3, {"type": "gp4"}, "InvalidParameterValue", "type"),
    a_volume_has_a_size=Case("ebs.Volume", GP3, {"size": None}, "MissingParameter", "size"),
    only_io_volumes_have_many_machines=Case(
        "ebs.Volume", GP3, {"multiAttachEnabled": True}, "InvalidParameterCombination", "multiAttachEnabled"
    ),
)
def test_volumes(case: Case, sandbox: Sandbox) -> None:
    case.show(sandbox)


def test_a_volume_grows_and_never_shrinks(sandbox: Sandbox) -> None:
    volume = sandbox.update(sandbox.create("ebs.Volume", **GP3), **{**GP3, "size": 200})
    assert volume["size"] == 200
    words = sandbox.refused_update(volume, **GP3)
    assert "InvalidParameterValue: New size cannot be smaller than existing size" in words
