"""Bridge networks of a host: who reaches whom, by which name, and what leads out."""

from __future__ import annotations

from components.docker.network import reason_to_lead_out
from solver.vocabulary import Exposure
from tests.components.docker import hosted
from tests.components.docker.hosted import container
from tests.recorder import Record


def places(made: Record) -> dict[str, list[str]]:
    """Networks of a container, with its names there."""
    return {each["name"].removeprefix("prod-plant-"): each["aliases"] for each in made.inputs["networksAdvanced"]}


def test_a_callee_has_one_name_for_its_caller_which_is_the_one_that_it_has_on_aws() -> None:
    recording = hosted.whole()
    assert places(container(recording, "one-stock-cpu-0")) == {"one-shop-to-stock": ["stock.plant.prod.internal"]}
    caller = container(recording, "one-shop-cpu-0")
    assert places(caller) == {"one-shop-to-stock": [], "one-to-shop": ["shop.plant.prod.internal"]}
    assert "ADDRESS_STOCK=stock.plant.prod.internal:9000" in caller.inputs["envs"]


def test_only_the_proxy_is_on_a_network_that_leads_out_where_nothing_is_called_elsewhere() -> None:
    recording = hosted.whole()
    leading_out = [made.name for made in recording.of_type(":Network") if not made.inputs["internal"]]
    assert leading_out == ["prod-plant-one-front", "prod-plant-two-front"]
    assert places(container(recording, "one-proxy")) == {"one-front": [], "one-to-shop": []}
    assert places(container(recording, "two-vision-l4-0")) == {"two-vision-alone": []}


def test_a_service_with_an_address_elsewhere_leads_out_and_reaches_no_neighbour_there() -> None:
    model = {"MODEL_URL": "https://models.example.com/bert"}
    shop = hosted.service("shop", hosted.variant(environment=model), exposure=Exposure.INTERNAL)
    plan = hosted.site(
        hosts=(hosted.host("one", {"shop.cpu": 1, "stock.cpu": 1}),),
        services=(shop, hosted.service("stock")),
        claims=(),
        secrets=(),
    )
    recording = hosted.recorded(plan)
    out = recording.one(":Network", "prod-plant-one-out")
    assert out.inputs["internal"] is False
    assert out.inputs["options"] == {"com.docker.network.bridge.enable_icc": "false"}
    assert "one-out" in places(container(recording, "one-shop-cpu-0"))
    assert "one-out" not in places(container(recording, "one-stock-cpu-0"))
    assert hosted.labels_of(container(recording, "one-shop-cpu-0"))["leads-out"] == "MODEL_URL is elsewhere"


def test_what_is_called_on_another_site_is_a_reason_to_lead_out() -> None:
    far = hosted.service("shop", hosted.variant(environment={"ADDRESS_FRAUD": "api.example.com:443"}))
    nowhere = hosted.service("shop", hosted.variant(environment={"ADDRESS_FRAUD": "", "LEVEL": "info"}))
    assert reason_to_lead_out(far) == "ADDRESS_FRAUD is elsewhere"
    assert reason_to_lead_out(nowhere) is None


def test_a_new_owner_replaces_no_network() -> None:
    assert {made.ignore_changes for made in hosted.whole().of_type(":Network")} == {("labels",)}
