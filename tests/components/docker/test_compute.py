"""Containers as the plan places them: numbers, order, limits, devices, health; and changes that touch their own."""

from __future__ import annotations

from components.docker.compute import callees_first
from components.docker.replicas import device_numbers
from solver.plan.docker import DockerSitePlan
from solver.vocabulary import AcceleratorKind, Framework
from tests.components.docker import hosted
from tests.components.docker.hosted import container
from tests.recorder import Record

CONTAINER = "docker:index/container:Container"


def differences(before: DockerSitePlan, after: DockerSitePlan) -> set[str]:
    """Containers that one plan has otherwise than the other."""
    found: list[dict[str, tuple[object, ...]]] = [
        {made.name: (made.inputs, made.replaced_with) for made in hosted.recorded(plan).of_type(CONTAINER)}
        for plan in (before, after)
    ]
    first, second = found
    return {name.removeprefix("prod-plant-") for name in first | second if first.get(name) != second.get(name)}


def with_replicas(**counts: int) -> DockerSitePlan:
    """A site without a proxy, with other numbers on its first host."""
    slots = {"shop.cpu": 2, "stock.cpu": 2, **{f"{key}.cpu": count for key, count in counts.items()}}
    services = (hosted.service("shop", calls=("stock",)), hosted.service("stock"))
    hosts = (hosted.host("one", slots), hosted.host("two", {"stock.cpu": 1}))
    return hosted.site(hosts=hosts, services=services, claims=(), secrets=())


def test_containers_are_exactly_those_that_the_plan_places() -> None:
    running = [
        made.name.removeprefix("prod-plant-")
        for made in hosted.whole().of_type(CONTAINER)
        if made.inputs["restart"] == "unless-stopped"
    ]
    assert running == [
        "one-proxy",
        "one-shop-cpu-0",
        "one-shop-cpu-1",
        "one-stock-cpu-0",
        "one-stock-cpu-1",
        "two-proxy",
        "two-shop-cpu-0",
        "two-stock-cpu-0",
        "two-vision-l4-0",
        "two-vision-l4-1",
    ]


def test_one_replica_more_touches_one_container() -> None:
    assert differences(with_replicas(shop=2), with_replicas(shop=3)) == {"one-shop-cpu-2"}
    assert differences(with_replicas(stock=2), with_replicas(stock=1)) == {"one-stock-cpu-1"}


def test_a_setting_touches_the_workloads_own_containers() -> None:
    plan = with_replicas()
    louder = hosted.variant(environment={"LEVEL": "debug"})
    services = tuple(
        each.model_copy(update={"variants": (louder,)}) if each.key == "stock" else each for each in plan.services
    )
    changed = differences(plan, plan.model_copy(update={"services": services}))
    assert changed == {"one-stock-cpu-0", "one-stock-cpu-1", "two-stock-cpu-0"}


def test_replicas_change_one_after_the_other_and_callees_come_first() -> None:
    recording = hosted.whole()

    def follows(later: str, earlier: str) -> bool:
        return container(recording, earlier).urn in container(recording, later).depends_on

    assert follows("one-shop-cpu-1", "one-shop-cpu-0")
    assert follows("one-shop-cpu-0", "one-stock-cpu-0")
    assert follows("one-proxy", "one-shop-cpu-0")
    assert not follows("one-stock-cpu-0", "one-shop-cpu-0")
    assert all(made.delete_before_replace for made in recording.of_type(CONTAINER))
    assert not any(made.delete_before_replace for made in recording.of_type(":RemoteImage"))


def test_services_that_call_each_other_in_a_circle_have_an_order_too() -> None:
    circle = (hosted.service("a", calls=("b",)), hosted.service("b", calls=("a",)), hosted.service("c", calls=("a",)))
    assert [each.key for each in callees_first(circle)] == ["b", "a", "c"]


def test_limits_images_and_labels_are_the_plans() -> None:
    made = container(hosted.whole(), "two-shop-cpu-0")
    assert (made.inputs["cpus"], made.inputs["memory"]) == ("0.5", 256)
    image = hosted.whole().one(":RemoteImage", "prod-plant-two-shop-cpu-image")
    assert image.inputs["name"] == f"registry.example.com/shop@{hosted.DIGEST}"
    assert made.inputs["image"] == image.outputs["imageId"]
    assert hosted.labels_of(made) == {
        "cost-centre": "ai",
        "host": "two",
        "managed-by": "poolwright",
        "owner": "ai-platform@example.com",
        "product": "assistant",
        "site": "plant",
        "stack": "prod",
        "workload": "shop",
    }


def test_each_host_has_a_provider_of_its_own() -> None:
    recording = hosted.whole()
    providers = {made.name: made.inputs for made in recording.of_type("pulumi:providers:docker")}
    assert {name: made["host"] for name, made in providers.items()} == {
        "prod-plant-one": "ssh://ops@one",
        "prod-plant-two": "ssh://ops@two",
    }
    for made in recording.custom():
        host = made.name.removeprefix("prod-plant-").partition("-")[0]
        assert f"::prod-plant-{host}::" in made.provider


def test_an_image_of_the_stacks_own_is_named_by_its_id_or_by_its_name_on_the_engine() -> None:
    def images(image_digest: str | None) -> tuple[list[str], str]:
        variant = hosted.variant(image_reference=None, image_digest=image_digest)
        plan = hosted.site(
            hosts=(hosted.host("one", {"shop.cpu": 1}),),
            services=(hosted.service("shop", variant),),
            claims=(),
            secrets=(),
        )
        recording = hosted.recorded(plan)
        pulled = [made.inputs["name"] for made in recording.of_type(":RemoteImage")]
        return pulled, container(recording, "one-shop-cpu-0").inputs["image"]

    assert images(hosted.DIGEST) == ([], hosted.DIGEST)
    assert images(None)[0] == ["localhost/prod/plant/shop:cpu"]


def test_a_replica_has_cards_of_its_own() -> None:
    requests = [container(hosted.whole(), f"two-vision-l4-{number}").inputs["deviceRequests"] for number in range(2)]
    assert requests == [
        [{"driver": "nvidia", "deviceIds": [str(number)], "capabilities": ["gpu"]}] for number in range(2)
    ]


def test_two_variants_that_share_cards_move_each_others_never() -> None:
    def numbers(first: int, second: int) -> dict[tuple[str, int], tuple[int, ...]]:
        gpu = {"accelerator_kind": AcceleratorKind.GPU, "accelerator_count": 2}
        services = (hosted.service("a", hosted.variant("x", **gpu)), hosted.service("b", hosted.variant("x", **gpu)))
        host = hosted.host("one", {"a.x": first, "b.x": second}, accelerator_count=8)
        return device_numbers(hosted.site(hosts=(host,), services=services), host)

    small, grown = numbers(1, 1), numbers(2, 2)
    assert small == {("a.x", 0): (0, 1), ("b.x", 0): (6, 7)}
    assert small.items() < grown.items()
    assert sorted(number for mine in grown.values() for number in mine) == list(range(8))


def test_neuron_devices_are_passed_by_name() -> None:
    neuron = hosted.variant("inf2", accelerator_kind=AcceleratorKind.INFERENTIA, accelerator_count=2)
    host = hosted.host("one", {"shop.inf2": 1}, accelerator_count=2)
    plan = hosted.site(hosts=(host,), services=(hosted.service("shop", neuron),), claims=(), secrets=())
    devices = container(hosted.recorded(plan), "one-shop-inf2-0").inputs["devices"]
    assert [each["hostPath"] for each in devices] == ["/dev/neuron0", "/dev/neuron1"]


def test_a_replica_is_waited_for_until_it_serves_and_an_unknown_image_is_not_asked() -> None:
    made = container(hosted.whole(), "one-stock-cpu-0").inputs
    assert made["healthcheck"]["interval"] == "5s" and made["healthcheck"]["startPeriod"] == "20s"
    assert "http://127.0.0.1:9000/healthz" in made["healthcheck"]["tests"][1]
    assert made["wait"] is True and made["waitTimeout"] > 20
    unknown = hosted.service("shop", hosted.variant(framework=Framework.OTHER))
    plan = hosted.site(hosts=(hosted.host("one", {"shop.cpu": 1}),), services=(unknown,), claims=(), secrets=())
    inputs = container(hosted.recorded(plan), "one-shop-cpu-0").inputs
    assert not {"healthcheck", "wait"} & set(inputs)


def test_what_people_need_of_a_site_is_given() -> None:
    built = hosted.whole().built
    assert built["hosts"] == {"one": "one.example.com", "two": "two.example.com"}
    assert built["urls"] == {
        "shop": {"one": "https://one.example.com:8443/", "two": "https://two.example.com:8443/"},
    }
    assert built["secretsToFill"] == ["shop-token"]
    assert len(built["volumes"]) == 5


def test_only_the_proxy_publishes_ports() -> None:
    publishing = [made for made in hosted.whole().of_type(CONTAINER) if made.inputs.get("ports")]
    assert [made.name for made in publishing] == ["prod-plant-one-proxy", "prod-plant-two-proxy"]
    assert [_ports(made) for made in publishing] == [[(8443, 8443), (8080, 8080)]] * 2


def _ports(made: Record) -> list[tuple[int, int]]:
    return [(int(each["external"]), int(each["internal"])) for each in made.inputs["ports"]]
