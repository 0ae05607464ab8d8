"""A stack of both kinds of sites, its containers on a real Docker Engine: made, answering, unchanged, gone."""

from __future__ import annotations

import io
import json
import socket
import ssl
import subprocess
import urllib.request
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import Any

import pytest

from poolwright.engine.automation import Engine
from poolwright.engine.docker.base_images import ensure_base
from poolwright.engine.environment import EngineEnvironment, mirror_config
from poolwright.engine.preview import Operation, Preview
from solver.errors import EngineError
from solver.plan.docker import DockerSitePlan, ProxyCertificatePlan
from solver.vocabulary import AccessMode, Exposure, Framework
from stacks.program import Approved, build_approved
from tests.components import plans
from tests.components.docker import hosted
from tests.stacks.projects import project

pytestmark = pytest.mark.engine

STACK = "trial"
DOMAIN = "plant.example.com"
_OF_PROXY = "FROM {base}\nRUN mkdir /data && chown 10001:10001 /data\n"


@pytest.fixture(scope="module")
def images(docker_client: Any) -> tuple[str, str]:
    """The image of services, Debian with Caddy, and the proxy's, made of it; skips where no mirror can be reached."""
    try:
        base = ensure_base(docker_client, "caddy")
    except EngineError as failure:
        pytest.skip(str(failure))
    made, _ = docker_client.images.build(fileobj=io.BytesIO(_OF_PROXY.format(base=base).encode()), rm=True)
    return base, str(made.id)


@pytest.fixture
def emptied(docker_client: Any) -> Generator[Any]:
    """The engine's client; what a failed test leaves is removed."""
    yield docker_client
    for container in docker_client.containers.list(all=True, filters={"label": f"stack={STACK}"}):
        container.remove(force=True, v=True)
    for network in docker_client.networks.list(filters={"label": f"stack={STACK}"}):
        network.remove()
    for volume in docker_client.volumes.list(filters={"label": f"stack={STACK}"}):
        volume.remove(force=True)


def configuration(secret: str, certificate: Mapping[str, str]) -> str:
    """The stack's Pulumi configuration."""
    secrets = {"shop-token": secret, **certificate}
    return json.dumps({"config": {"poolwright:account": plans.ACCOUNT_ID, "poolwright:secrets": secrets}})


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A certificate of one's own for the plant's name, and its key, as secrets."""
    chain, key = (tmp_path_factory.mktemp("own") / name for name in ("chain.pem", "key.pem"))
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    names = ["-subj", f"/CN={DOMAIN}", "-addext", f"subjectAltName=DNS:{DOMAIN}"]
    files = ["-keyout", str(key), "-out", str(chain)]
    subprocess.run([*command.split(), *names, *files], check=True, capture_output=True)
    return {"plant-chain": chain.read_text("utf-8"), "plant-key": key.read_text("utf-8")}


class Stack:
    """A site in AWS and two of hosts: a shop that calls its stock on one, a stock alone on the other."""

    def __init__(self, environment: EngineEnvironment, images: tuple[str, str], certificate: Mapping[str, str]) -> None:
        self._image, self._proxy = images
        self.certificate = certificate
        self._environment = environment
        self.shops = 1
        self.engine = Engine(environment, self._build, lambda text: None)

    def change_secret(self, value: str) -> None:
        """Another value in the stack's configuration."""
        project = self._environment.project
        project.config_file(STACK).write_text(configuration(value, self.certificate), encoding="utf-8")
        mirror_config(project, STACK)

    def _build(self) -> None:
        plan = plans.plan(STACK, main=plans.minimal_site())
        sites = {**plan.sites, "depot": self._site("depot", {"stock.cpu": 1}), "plant": self._plant()}
        build_approved(Approved(plan=plan.model_copy(update={"sites": sites}), lock_digest=None))

    def _plant(self) -> DockerSitePlan:
        return self._site("plant", {"shop.cpu": self.shops, "stock.cpu": 1})

    def _site(self, key: str, replicas: dict[str, int]) -> DockerSitePlan:
        variant = hosted.variant(
            image_reference=self._image,
            image_digest=None,
            framework=Framework.OTHER,
            cpu_millis=250,
            memory_mib=64,
        )
        stock = hosted.service(
            "stock",
            variant,
            port=9000,
            command=("sh", "-c", "echo seen >> $PATH_LEDGER/log && exec caddy respond --listen :9000 --body stock"),
            uses={"ledger": AccessMode.READ_WRITE},
        )
        shop = hosted.service(
            "shop",
            variant,
            exposure=Exposure.PUBLIC,
            calls=("stock",),
            secrets={"TOKEN": "shop-token"},
            command=("sh", "-c", "cat $TOKEN_FILE && exec caddy reverse-proxy --from http://:8080 --to $ADDRESS_STOCK"),
        )
        ledger = hosted.site().claims[1].model_copy(update={"attach": "machine"})
        network = hosted.site().network
        return hosted.site(
            hosts=(hosted.host("one", replicas, docker_host=f"ssh://ops@{key}", address="localhost"),),
            services=(shop, stock),
            claims=(ledger,),
            network=network.model_copy(
                update={
                    "domain": DOMAIN,
                    "certificate": ProxyCertificatePlan(chain="plant-chain", key="plant-key"),
                    "proxy_digest": self._proxy,
                }
            ),
            secrets=("plant-chain", "plant-key", "shop-token"),
        )


@pytest.fixture
def stack(
    sandbox_env: Callable[..., EngineEnvironment],
    images: tuple[str, str],
    certificate: dict[str, str],
    tmp_path: Path,
    docker_host: str,
) -> Stack:
    root = project(tmp_path / "project")
    (root / "Pulumi.yaml").write_text("name: trial\nruntime: python\nstackConfigDir: stacks\n", encoding="utf-8")
    (root / "stacks" / f"Pulumi.{STACK}.yaml").write_text(configuration("hush", certificate), encoding="utf-8")
    return Stack(sandbox_env(STACK, root=root), images, certificate)


def changed(preview: Preview) -> dict[str, Operation]:
    """What does not stay as it is, on hosts and in AWS, by name without the stack's."""
    return {
        change.name.removeprefix(f"{STACK}-"): change.operation
        for change in preview.changed
        if not change.type.startswith("pulumi:")
    }


def answer(client: Any, path: str) -> str:
    """What the shop says over HTTPS, with the certificate verified by the proxy's own authority."""
    proxy = client.containers.get(f"{STACK}-plant-one-proxy")
    authority = proxy.exec_run(["cat", "/data/pki/authorities/local/root.crt"]).output.decode()
    (published,) = proxy.attrs["NetworkSettings"]["Ports"]["8443/tcp"]
    context = ssl.create_default_context(cadata=authority)
    context.check_hostname = False  # the sandbox's loopback address is no name of the host
    with urllib.request.urlopen(f"https://{published['HostIp']}:{published['HostPort']}{path}", context=context) as got:
        assert got.headers["X-Content-Type-Options"] == "nosniff"
        return str(got.read().decode())


def shown_for(client: Any, name: str, authority: str) -> bool:
    """Whether the proxy shows a certificate for a name that comes from the authority."""
    (published,) = client.containers.get(f"{STACK}-plant-one-proxy").attrs["NetworkSettings"]["Ports"]["8443/tcp"]
    context = ssl.create_default_context(cadata=authority)
    with socket.create_connection((published["HostIp"], int(published["HostPort"])), timeout=10) as plain:
        try:
            with context.wrap_socket(plain, server_hostname=name):
                return True
        except ssl.SSLCertVerificationError:
            return False


def test_a_stack_of_both_kinds_of_sites_is_made_answers_stays_and_goes_but_for_its_data(
    stack: Stack, emptied: Any
) -> None:
    made = stack.engine.up()
    assert made.count(Operation.CREATE) == len(made.changes)
    assert answer(emptied, "/") == "stock"
    own = stack.certificate["plant-chain"]
    assert shown_for(emptied, DOMAIN, own) and not shown_for(emptied, "localhost", own)
    shop = emptied.containers.get(f"{STACK}-plant-one-shop-cpu-0")
    assert shop.logs(stderr=False).startswith(b"hush"), "the secret's file is its own to read"
    limits = shop.attrs["HostConfig"]
    assert (limits["NanoCpus"], limits["Memory"], limits["ReadonlyRootfs"]) == (250_000_000, 64 * 1024**2, True)
    assert shop.exec_run(["touch", "/new"]).exit_code != 0

    stack.shops = 2
    stack.change_secret("louder")
    assert changed(stack.engine.preview()) == {
        "plant-one-shop-cpu-0": Operation.REPLACE,
        "plant-one-shop-cpu-1": Operation.CREATE,
        "plant-one-shop-secrets-writer": Operation.REPLACE,
    }

    stack.engine.destroy()
    ours = {"label": f"stack={STACK}"}
    assert emptied.containers.list(all=True, filters=ours) == []
    assert emptied.networks.list(filters=ours) == []
    kept = sorted(volume.name for volume in emptied.volumes.list(filters=ours))
    assert kept == [f"{STACK}-depot-one-ledger", f"{STACK}-plant-one-ledger"]
