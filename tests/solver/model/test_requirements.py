from __future__ import annotations

from pathlib import Path

import pytest

from solver.catalog.catalog import Catalog
from solver.catalog.loader import load_catalog
from solver.demand.loader import load_demand
from solver.errors import DemandError
from solver.model.known_names import check_regions
from solver.model.requirements import check_against_catalog

BASE = """
owner: team@example.com
sites: {main: {region: us-east-1, network: {cidr: 10.1.0.0/16}}}
workloads:
  web:
    kind: service
    image: {}
    load: {constant_per_second: 5}
    variants:
      cpu: {cpu: 1, memory: 2Gi, throughput_per_second: 10, source: measured}
      gpu: {cpu: 3, memory: 12Gi, accelerator: {model: l4}, throughput_per_second: 99, source: measured}
"""
VARIANT = "inherits: base.yaml\nworkloads:\n  web:\n    variants:\n      "


@pytest.fixture(scope="module")
def tables() -> Catalog:
    """The real tables of two regions; one has no L4."""
    return load_catalog(None, ["eu-west-1", "us-east-1"])


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.chdir(tmp_path)
    Path("base.yaml").write_text(BASE, "utf-8")


def check(text: str, tables: Catalog) -> None:
    Path("dev.yaml").write_text(text, "utf-8")
    check_against_catalog(load_demand(Path("dev.yaml")), tables)


def refusals(text: str, tables: Catalog) -> list[str]:
    with pytest.raises(DemandError) as refused:
        check(text, tables)
    return [str(problem) for problem in refused.value.problems]


def test_a_demand_that_the_catalog_can_serve_passes(tables: Catalog) -> None:
    check("inherits: base.yaml", tables)


def test_an_unknown_region_is_told_with_the_one_that_was_meant(tables: Catalog) -> None:
    text = "inherits: base.yaml\nsites:\n  main:\n    region: us-esat-1"
    expected = [
        'dev.yaml:4 sites.main.region: found "us-esat-1"; a region of the catalog is allowed: eu-west-1, us-east-1. '
        "Did you mean us-east-1?"
    ]
    assert refusals(text, tables) == expected
    with pytest.raises(DemandError):
        check_regions(load_demand(Path("dev.yaml")), ["eu-west-1"])


def test_zones_are_those_of_the_region(tables: Catalog) -> None:
    (line,) = refusals("inherits: base.yaml\nsites: {main: {zones: [use1-az1, euw1-az1]}}", tables)
    assert line.startswith(
        'dev.yaml:2 sites.main.zones.1: found "euw1-az1"; a zone of us-east-1 is allowed: use1-az1, '
    )
    assert refusals("inherits: base.yaml\nsites: {main: {region: eu-west-1, zones: 4}}", tables) == [
        "dev.yaml:2 sites.main.zones: found 4; at most 3 is allowed, as many zones as eu-west-1 has"
    ]


def test_all_names_that_the_catalog_lacks_are_told_at_once(tables: Catalog) -> None:
    text = (
        "inherits: base.yaml\n"
        "sites: {main: {quotas: {standrd: 5}}}\n"
        "compliance:\n"
        "  profile: base-line\n"
        "  existing: [cloudtral]\n"
        "  waivers: [{control: EC2.11, reason: none, owner: me, expires: 2027-01-01}]\n"
        "limits:\n"
        "  machines: [m99.*, 'c?i.*', '*']\n"
        "  exclude_machines: [m7g.tiny]\n"
        "workloads: {web: {variants: {gpu: {accelerator: {model: l44}}}}}\n"
    )
    assert [line.split(";")[0] for line in refusals(text, tables)] == [
        'dev.yaml:2 sites.main.quotas.standrd: found the key "standrd"',
        'dev.yaml:4 compliance.profile: found "base-line"',
        'dev.yaml:5 compliance.existing.0: found "cloudtral"',
        'dev.yaml:6 compliance.waivers.0.control: found "EC2.11"',
        'dev.yaml:8 limits.machines.0: found "m99.*"',
        'dev.yaml:9 limits.exclude_machines.0: found "m7g.tiny"',
        'dev.yaml:10 workloads.web.variants.gpu.accelerator.model: found "l44"',
    ]


def test_a_waiver_may_name_a_check_where_the_checks_are_known(tables: Catalog) -> None:
    waiver = "inherits: base.yaml\ncompliance: {waivers: [{control: %s, reason: no, owner: me, expires: 2027-01-01}]}"
    Path("dev.yaml").write_text(waiver % "cost.budget", "utf-8")
    loaded = load_demand(Path("dev.yaml"))
    check_against_catalog(loaded, tables, {"cost.budget"})
    check_against_catalog(loaded, tables, None)
    with pytest.raises(DemandError, match=r'found "cost\.budget"; a control of the catalog is allowed'):
        check_against_catalog(loaded, tables)
    with pytest.raises(DemandError, match=r"a control or check is allowed.*\. Did you mean cost.budgets\?"):
        check_against_catalog(loaded, tables, {"cost.budgets"})


def test_held_commitments_are_of_types_families_and_terms_that_the_catalog_has(tables: Catalog) -> None:
    text = (
        "inherits: base.yaml\n"
        "purchase:\n"
        "  held:\n"
        "    - {kind: standard-reserved, machine_type: m7g.2xlarg, count: 1}\n"
        "    - {kind: instance-savings-plan, family: m7gg, usd_per_hour: 1}\n"
        "    - {kind: instance-savings-plan, family: i7i, usd_per_hour: 1}\n"
        "    - {kind: instance-savings-plan, family: m7g, usd_per_hour: 1}\n"
    )
    first, second, third = refusals(text, tables)
    assert first.startswith(
        'dev.yaml:4 purchase.held.0.machine_type: found "m7g.2xlarg"; a machine type of us-east-1 is '
    )
    assert first.endswith("Did you mean m7g.2xlarge?")
    assert second.startswith('dev.yaml:5 purchase.held.1.family: found "m7gg"')
    assert "dev.yaml:6 purchase.held.2.kind: found instance-savings-plan, 1 no-upfront; years and payment" in third


def test_kept_machines_are_of_a_type_that_their_zone_has_in_zones_of_the_site(tables: Catalog) -> None:
    text = (
        "inherits: base.yaml\n"
        "purchase:\n"
        "  capacity:\n"
        "    a: {id: cr-0a1b2c3d, machine_type: m7g.2xlarg, count: 1, zones: [use1-az6]}\n"
        "    b: {id: cr-0a1b2c3e, machine_type: m7g.2xlarge, count: 1, zones: [use1-az9]}\n"
        "    c: {id: cr-0a1b2c3f, machine_type: p6-b200.48xlarge, count: 1, zones: [use1-az2]}\n"
        "    d: {id: cr-0a1b2c40, machine_type: m7g.2xlarge, count: 1, zones: [use1-az1]}\n"
    )
    first, second, third, fourth = refusals(text, tables)
    assert first.startswith('dev.yaml:4 purchase.capacity.a.machine_type: found "m7g.2xlarg"; a machine type of ')
    assert first.endswith("Did you mean m7g.2xlarge?")
    assert second.startswith('dev.yaml:5 purchase.capacity.b.zones.0: found "use1-az9"; a zone that the site uses is ')
    assert "c.machine_type: found" in third and "a type that use1-az2 has is allowed; p6-b200.48xlarge is in" in third
    assert fourth.endswith("Name it among sites.main.zones")


def test_a_name_that_is_nearly_right_is_told_with_the_one_that_was_meant(tables: Catalog) -> None:
    (line,) = refusals("inherits: base.yaml\ncompliance: {profile: pci}", tables)
    assert "a profile of the catalog is allowed: baseline, hipaa-like, none, pci-like" in line
    (line,) = refusals("inherits: base.yaml\ncompliance: {existing: [guard-duty]}", tables)
    assert line.endswith("Did you mean guardduty?")


def test_a_variant_that_fits_no_machine_is_told_with_the_nearest_one(tables: Catalog) -> None:
    (line,) = refusals(VARIANT + "gpu: {memory: 900Gi}", tables)
    assert line.startswith('dev.yaml:5 workloads.web.variants.gpu.memory: found "900Gi"; at most ')
    assert "Mi is allowed: g6.48xlarge, the nearest machine, has memory " in line


def test_too_many_accelerators_and_too_much_disk_are_told_by_their_field(tables: Catalog) -> None:
    (line,) = refusals(VARIANT + "gpu: {accelerator: {count: 9}}", tables)
    assert "variants.gpu.accelerator.count: found 9; at most 8 is allowed: g6.48xlarge" in line
    (line,) = refusals(VARIANT + "cpu: {disk: 41Gi}", tables)
    assert line.startswith('dev.yaml:5 workloads.web.variants.cpu.disk: found "41Gi"; at most 40Gi is allowed')
    assert line.endswith("Raise sites.main.root_volume")


def test_an_architecture_that_no_machine_of_the_accelerator_has_is_told(tables: Catalog) -> None:
    (line,) = refusals(VARIANT + "gpu: {architecture: arm64}", tables)
    assert line == (
        "dev.yaml:5 workloads.web.variants.gpu: a request that a machine in the zones of us-east-1 can hold "
        "is allowed; none has architecture arm64 and accelerator l4"
    )


def test_a_variant_that_fits_elsewhere_is_no_mistake_while_another_fits_here(tables: Catalog) -> None:
    check("inherits: base.yaml\nsites: {main: {region: eu-west-1}}", tables)
    (line,) = refusals(VARIANT + "cpu: null\nsites: {main: {region: eu-west-1}}", tables)
    assert (
        "base.yaml:11 workloads.web.variants.gpu: a request that a machine in the zones of eu-west-1 can hold" in line
    )


def test_machine_filters_that_leave_nothing_are_told_for_each_variant(tables: Catalog) -> None:
    found = refusals("inherits: base.yaml\nlimits: {machines: ['t4g.*']}", tables)
    assert [line.split(":")[1] for line in found] == ["10 workloads.web.variants.cpu", "11 workloads.web.variants.gpu"]
    assert all(" and a type that limits.machines (t4g.*) " in line for line in found)
    check("inherits: base.yaml\nlimits: {machines: [t3.*], burstable: true}", tables)


def test_the_stacks_of_this_project_pass_in_every_region() -> None:
    everywhere = load_catalog()
    stacks = Path(__file__).parents[3] / "stacks"
    for name in ("dev", "staging", "prod"):
        for region in everywhere.regions:
            text = f"inherits: {stacks / name}.yaml\nstack: {name}\nsites: {{main: {{region: {region}}}}}"
            Path("here.yaml").write_text(text, "utf-8")
            check_against_catalog(load_demand(Path("here.yaml")), everywhere)
