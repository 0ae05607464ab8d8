"""A certificate of one's own: two secrets that are files of the proxies, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from components.docker.certificate import refuse_no_certificate
from solver.catalog.loader import load_catalog
from solver.demand.loader import load_demand
from solver.errors import ConfigError
from solver.plan.docker import DockerSitePlan, ProxyCertificatePlan
from solver.solve import solve
from tests.components.docker import hosted
from tests.components.docker.hosted import container
from tests.recorder import Recording, record

CHAIN = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
KEY = "-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----\n"
WRITERS = ["prod-plant-one-proxy-certificate-writer", "prod-plant-two-proxy-certificate-writer"]


def shown(**values: str) -> dict[str, str]:
    secrets = {"shop-token": "hush", "plant-chain": CHAIN, "plant-key": KEY, **values}
    return {"poolwright:secrets": json.dumps(secrets)}


def plant() -> DockerSitePlan:
    certificate = ProxyCertificatePlan(chain="plant-chain", key="plant-key")
    network = hosted.site().network.model_copy(update={"certificate": certificate})
    return hosted.site(network=network, secrets=("plant-chain", "plant-key", "shop-token"))


def recorded(config: dict[str, str]) -> Recording[object]:
    return record(lambda: hosted.build(plant()), stack="prod", config=config)


def test_both_files_are_the_proxys_to_read_and_secrets_to_the_engine() -> None:
    recording = recorded(shown())
    writer = container(recording, "one-proxy-certificate-writer")
    assert writer.inputs["start"] is False
    text = json.dumps(writer.inputs["uploads"])
    assert "4dabf18193072939515e22adb298388d" in text, "a secret to the engine"
    assert '"/run/secrets/plant-chain"' in text and '"/run/secrets/plant-key"' in text and '"0400"' in text
    proxy = container(recording, "one-proxy")
    volume = {"volumeName": "prod-plant-one-proxy-certificate", "containerPath": "/run/secrets", "readOnly": True}
    assert volume in proxy.inputs["volumes"]
    telling = [made.name for made in recording.of_type(":Container") if "MC4C" in json.dumps(made.inputs)]
    assert telling == WRITERS
    assert "/run/secrets/plant-key" in json.dumps(container(recording, "one-proxy-config-writer").inputs)


def test_a_renewed_certificate_makes_the_proxies_anew_and_nothing_else() -> None:
    before, after = recorded(shown()), recorded(shown(**{"plant-chain": CHAIN.replace("MIIB", "MIIC")}))
    changed = [
        made.name for made in before.of_type(":Container") if made.inputs != after.one(made.type, made.name).inputs
    ]
    assert changed == WRITERS
    following = [made.name for made in before.of_type(":Container") if f"{changed[0]}-id" in made.replaced_with]
    assert following == ["prod-plant-one-proxy"]


def test_on_the_sandbox_whose_secrets_are_none_the_proxies_make_their_own() -> None:
    recording = recorded(shown(**{"plant-chain": "sandbox", "plant-key": "sandbox"}))
    assert recording.custom() == hosted.whole().custom()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("plant-chain", KEY),
        ("plant-key", CHAIN),
        ("plant-key", KEY.replace("PRIVATE", "ENCRYPTED PRIVATE")),
        ("plant-key", "/etc/ssl/plant.key"),
    ],
)
def test_what_is_no_certificate_or_no_key_is_refused_and_not_repeated(name: str, text: str) -> None:
    with pytest.raises(ConfigError) as refused:
        record(
            lambda: refuse_no_certificate({"plant": plant()}, "prod"),
            stack="prod",
            config=shown(**{name: text}),
        )
    said = str(refused.value)
    assert f"poolwright:secrets.{name}" in said and "plant.example.com" in said
    assert text.strip() not in said


DEMAND = """\
owner: me@example.com
sites:
  plant:
    kind: docker
    hosts: {line: {docker_host: "ssh://ops@line", cpu: 4, memory: 8Gi}}
    network: {domain: plant.example.com, certificate: {chain: plant-chain, key: plant-key}}
workloads:
  web:
    kind: service
    exposure: EXPOSURE
    image: {reference: "registry.example.com/web:1"}
    load: {constant_per_second: 5}
    variants: {cpu: {cpu: 1, memory: 1Gi, throughput_per_second: 10, source: measured}}
"""


@pytest.mark.parametrize(("exposure", "secrets"), [("internal", ("plant-chain", "plant-key")), ("null", ())])
def test_a_plan_names_the_secrets_where_there_are_proxies(
    exposure: str, secrets: tuple[str, ...], tmp_path: Path
) -> None:
    path = tmp_path / "edge.yaml"
    path.write_text(DEMAND.replace("EXPOSURE", exposure), "utf-8")
    site = solve(load_demand(path).demand, load_catalog(None, [])).docker_sites["plant"]
    assert site.secrets == secrets
    assert (site.network.certificate is not None) == bool(secrets)
