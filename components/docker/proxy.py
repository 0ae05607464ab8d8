"""The proxy of a host: one Caddy that serves TLS in front of the services that are reached from outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_docker as docker

from components.docker.certificate import build_certificate
from components.docker.files import STATE, File, file_writer
from components.docker.naming import DockerNames
from components.docker.network import Attachment, services_on
from components.docker.provider import Host
from components.docker.proxy_config import CONFIG_FOLDER, HEALTH_PORT, HTTP_PORT, HTTPS_PORT, proxy_config
from components.docker.security import SECRETS
from components.docker.settings import common_settings
from components.docker.user import USER
from solver.plan.docker import PROXY_CPU_MILLIS, PROXY_MEMORY_MIB, DockerSitePlan

_CONFIG = f"{CONFIG_FOLDER}/caddy.json"
_STOP_SECONDS = 30
_WAIT_SECONDS = 60
_PROBE = (
    f"exec 3<>/dev/tcp/127.0.0.1/{HEALTH_PORT} && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3 && read -r line <&3 "
    '&& [[ "$line" == *" 200 "* ]]'
)


def build_proxy(
    parent: pulumi.Resource,
    host: Host,
    *,
    plan: DockerSitePlan,
    names: DockerNames,
    image: pulumi.Input[str],
    networks: Sequence[Attachment],
    overflow: Mapping[str, pulumi.Output[str]],
    after: Sequence[pulumi.Resource],
) -> docker.Container:
    """The container, its configuration and the volume with its own certificate authority.

    The authority outlives each container, so that who trusts it needs not trust another one; it goes with the stack.
    A certificate of one's own is in a volume beside; one that is renewed makes the container anew.
    """
    name = names.on_host(host.key, "proxy")
    labels = names.labels_of(host.key, role="proxy")
    addresses = {
        service.key: names.address_of(service.key)
        for service in services_on(plan, host.plan)
        if service.exposure is not None
    }
    wanted = {service.key for service in plan.services if service.exposure is not None}
    known = {key: url for key, url in overflow.items() if key in wanted}
    given = build_certificate(parent, host, plan.network.certificate, names=names, image=image)
    urls = pulumi.Output.all(*known.values())
    config = urls.apply(
        lambda found: proxy_config(
            plan,
            host.plan,
            addresses=addresses,
            overflow=dict(zip(known, found, strict=True)),
            certificate=None if given is None else given.files,
        )
    )
    state, files = (
        docker.Volume(
            f"{name}-{part}",
            name=f"{name}-{part}",
            driver="local",
            labels=labels,
            opts=host.child_of(parent, ignore_changes=["labels"]),
        )
        for part in ("state", "config")
    )
    writer = file_writer(
        parent,
        f"{name}-config-writer",
        host,
        [File(path=_CONFIG, content=config, mode="0400")],
        names=names,
        image=image,
        volume=files.name,
        folder=CONFIG_FOLDER,
    )
    writers = [writer] if given is None else [writer, given.writer]
    return docker.Container(
        name,
        name=name,
        image=image,
        command=["caddy", "run", "--config", _CONFIG],
        labels=labels,
        envs=["HOME=/tmp", "XDG_CONFIG_HOME=/tmp", f"XDG_DATA_HOME={STATE}"],
        ports=[
            {"internal": HTTPS_PORT, "external": plan.network.https_port, "protocol": "tcp"},
            {"internal": HTTP_PORT, "external": plan.network.http_port, "protocol": "tcp"},
        ],
        volumes=[
            {"volume_name": files.name, "container_path": CONFIG_FOLDER, "read_only": True},
            {"volume_name": state.name, "container_path": STATE, "read_only": False},
            *([] if given is None else [_mounted(given.volume)]),
        ],
        user=f"{USER}:{USER}",
        init=True,
        read_only=True,
        tmpfs={"/tmp": "rw,nosuid,nodev,noexec,size=16m,mode=1777"},
        capabilities={"drops": ["ALL"]},
        security_opts=["no-new-privileges"],
        cpus=f"{PROXY_CPU_MILLIS / 1000:g}",
        memory=PROXY_MEMORY_MIB,
        memory_swap=PROXY_MEMORY_MIB,
        healthcheck={
            "tests": ["CMD", "bash", "-c", _PROBE],
            "interval": "2s",
            "timeout": "3s",
            "retries": 3,
            "start_period": "10s",
        },
        wait=True,
        wait_timeout=_WAIT_SECONDS,
        stop_timeout=_STOP_SECONDS,
        destroy_grace_seconds=_STOP_SECONDS,
        opts=host.child_of(parent, [*after, *writers], replaced_with=writers),
        **common_settings(plan, networks),
    )


def _mounted(volume: pulumi.Output[str]) -> docker.ContainerVolumeArgsDict:
    return {"volume_name": volume, "container_path": SECRETS, "read_only": True}
