"""MonitoringPool: on each host a Prometheus that measures what runs there, and a Grafana that shows it.

Each host has its own, so that one goes on when the others, or the way to them, are lost. Prometheus keeps what it
measures in a volume that goes with the stack; Grafana keeps nothing: what it shows are files, and its only password is
that of the secret at each start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_docker as docker

from components.docker.files import STATE, File, file_writer, owner_of_volume
from components.docker.images import Images
from components.docker.monitoring.grafana_files import FOLDER as GRAFANA_FOLDER
from components.docker.monitoring.grafana_files import grafana_files
from components.docker.monitoring.prometheus_config import FOLDER, PORT, RULES, alert_rules, prometheus_config
from components.docker.monitoring.scraped import Scraped, scraped_on
from components.docker.naming import DockerNames
from components.docker.network import PROMETHEUS, Attachment, NetworkOutputs
from components.docker.provider import Host
from components.docker.security import SECRETS, secret_value
from components.docker.settings import common_settings
from components.docker.user import USER
from components.health_probe import probe
from solver.plan.docker import DockerSitePlan
from solver.plan.hosted_monitoring import (
    GRAFANA_CPU_MILLIS,
    GRAFANA_MEMORY_MIB,
    GRAFANA_PATH,
    GRAFANA_PORT,
    PROMETHEUS_CPU_MILLIS,
    PROMETHEUS_MEMORY_MIB,
    HostedMonitoringPlan,
)
from solver.vocabulary import Protocol

_CONFIG = f"{FOLDER}/prometheus.json"
_STOP_SECONDS = 60
_WAIT_SECONDS = 120
_PART_OF_DISK = 0.8
"""Of what measurements may take: what is being written and put together comes on top."""
_PART_OF_MEMORY = 0.85
"""At which Go's collector works harder, before the kernel ends the container."""


@dataclass(frozen=True, kw_only=True)
class MonitoringPoolArgs:
    """What measures is built from."""

    plan: DockerSitePlan
    """The site; it is watched."""
    names: DockerNames
    """Names and labels."""
    hosts: Mapping[str, Host]
    """Those that are used."""
    images: Images
    """The images of the hosts."""
    network: NetworkOutputs
    """Who is on which network."""


class MonitoringPool(pulumi.ComponentResource):
    """Prometheus and Grafana on the hosts of a Docker site."""

    def __init__(
        self,
        name: str,
        args: MonitoringPoolArgs,
        monitoring: HostedMonitoringPlan,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("poolwright:docker:MonitoringPool", name, None, opts)
        self._args = args
        self._plan = monitoring
        self.urls = {key: grafana_url(args.plan, host) for key, host in sorted(args.hosts.items())}
        for _, host in sorted(args.hosts.items()):
            scraped = scraped_on(args.plan, host.plan, args.names)
            self._prometheus(host, scraped)
            self._grafana(host, scraped)
        self.register_outputs({"urls": self.urls})

    def _prometheus(self, host: Host, scraped: Sequence[Scraped]) -> None:
        args, plan = self._args, self._plan
        name, image = args.names.on_host(host.key, "prometheus"), args.images.prometheus[host.key]
        data, files = self._volume(host, f"{name}-data"), self._volume(host, f"{name}-config")
        owner = owner_of_volume(
            self, f"{name}-data-owner", host, names=args.names, image=args.images.proxies[host.key], volume=data.name
        )
        config = prometheus_config(
            scraped, stack=args.names.stack, site=args.names.site, host=host.key, scrape_seconds=plan.scrape_seconds
        )
        rules = alert_rules(scraped, error_share=plan.error_share, runbook=plan.runbook)
        writer = file_writer(
            self,
            f"{name}-config-writer",
            host,
            [File(path=_CONFIG, content=config, mode="0400"), File(path=RULES, content=rules, mode="0400")],
            names=args.names,
            image=image,
            volume=files.name,
            folder=FOLDER,
        )
        docker.Container(
            name,
            name=name,
            image=image,
            command=[
                f"--config.file={_CONFIG}",
                f"--storage.tsdb.path={STATE}",
                f"--storage.tsdb.retention.time={plan.retention_days}d",
                f"--storage.tsdb.retention.size={int(plan.disk_gib * 1024 * _PART_OF_DISK)}MB",
                f"--web.listen-address=:{PORT}",
                "--query.max-concurrency=4",
                "--query.timeout=30s",
                "--query.max-samples=2000000",
            ],
            labels=args.names.labels_of(host.key, role="prometheus"),
            envs=[f"GOMEMLIMIT={int(PROMETHEUS_MEMORY_MIB * _PART_OF_MEMORY)}MiB", "HOME=/tmp"],
            volumes=[
                {"volume_name": files.name, "container_path": FOLDER, "read_only": True},
                {"volume_name": data.name, "container_path": STATE, "read_only": False},
            ],
            tmpfs={"/tmp": "rw,nosuid,nodev,noexec,size=16m,mode=1777"},
            opts=host.child_of(self, [owner, writer], replaced_with=[writer]),
            **_at_most(PROMETHEUS_CPU_MILLIS, PROMETHEUS_MEMORY_MIB),
            **_asked(PORT, "/-/ready"),
            **common_settings(args.plan, self._places(host.key)[0]),
        )

    def _grafana(self, host: Host, scraped: Sequence[Scraped]) -> None:
        args, plan = self._args, self._plan
        name, image = args.names.on_host(host.key, "grafana"), args.images.grafana[host.key]
        texts = grafana_files(
            scraped,
            prometheus=PROMETHEUS,
            stack=args.names.stack,
            site=args.names.site,
            host=host.key,
            scrape_seconds=plan.scrape_seconds,
        )
        password = f"{SECRETS}/{plan.password}"
        files, secrets = self._volume(host, f"{name}-config"), self._volume(host, f"{name}-secrets")
        writers = [
            file_writer(
                self,
                f"{name}-config-writer",
                host,
                [File(path=f"{GRAFANA_FOLDER}/{path}", content=text, mode="0400") for path, text in texts.items()],
                names=args.names,
                image=image,
                volume=files.name,
                folder=GRAFANA_FOLDER,
            ),
            file_writer(
                self,
                f"{name}-secrets-writer",
                host,
                [File(path=password, content=secret_value(plan.password), mode="0400")],
                names=args.names,
                image=image,
                volume=secrets.name,
                folder=SECRETS,
            ),
        ]
        settings = grafana_settings(url=self.urls[host.key], password_file=password)
        docker.Container(
            name,
            name=name,
            image=image,
            labels=args.names.labels_of(host.key, role="grafana"),
            envs=[f"{key}={value}" for key, value in settings.items()],
            volumes=[
                {"volume_name": files.name, "container_path": GRAFANA_FOLDER, "read_only": True},
                {"volume_name": secrets.name, "container_path": SECRETS, "read_only": True},
            ],
            tmpfs={
                STATE: "rw,nosuid,nodev,noexec,size=64m,mode=1777",
                "/tmp": "rw,nosuid,nodev,noexec,size=16m,mode=1777",
            },
            opts=host.child_of(self, writers, replaced_with=writers),
            **_at_most(GRAFANA_CPU_MILLIS, GRAFANA_MEMORY_MIB),
            **_asked(GRAFANA_PORT, f"{GRAFANA_PATH}/api/health"),
            **common_settings(args.plan, self._places(host.key)[1]),
        )

    def _places(self, host: str) -> tuple[tuple[Attachment, ...], tuple[Attachment, ...]]:
        places = self._args.network.watching[host]
        return places.prometheus, places.grafana

    def _volume(self, host: Host, name: str) -> docker.Volume:
        """What is in it can be measured or written again: it goes with the stack."""
        return docker.Volume(
            name,
            name=name,
            driver="local",
            labels=self._args.names.labels_of(host.key, role="monitoring"),
            opts=host.child_of(self, ignore_changes=["labels"]),
        )


def grafana_settings(*, url: str, password_file: str) -> dict[str, str]:
    """Grafana's settings by the names of its variables; no value is secret.

    The key of what it encrypts would else be one that everybody knows: it encrypts nothing, but shall not begin to.
    """
    return {
        "GF_SERVER_ROOT_URL": f"{url}/",
        "GF_SERVER_SERVE_FROM_SUB_PATH": "true",
        "GF_SERVER_HTTP_PORT": str(GRAFANA_PORT),
        "GF_PATHS_DATA": STATE,
        "GF_PATHS_LOGS": f"{STATE}/log",
        "GF_PATHS_PLUGINS": f"{STATE}/plugins",
        "GF_PATHS_PROVISIONING": f"{GRAFANA_FOLDER}/provisioning",
        "GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH": f"{GRAFANA_FOLDER}/dashboards/host.json",
        "GF_LOG_MODE": "console",
        "GF_SECURITY_ADMIN_USER": "admin",
        "GF_SECURITY_ADMIN_PASSWORD__FILE": password_file,
        "GF_SECURITY_SECRET_KEY__FILE": password_file,
        "GF_SECURITY_COOKIE_SECURE": "true",
        "GF_SECURITY_DISABLE_GRAVATAR": "true",
        "GF_AUTH_ANONYMOUS_ENABLED": "false",
        "GF_USERS_ALLOW_SIGN_UP": "false",
        "GF_METRICS_ENABLED": "false",
        "GF_SNAPSHOTS_EXTERNAL_ENABLED": "false",
        # What would call places elsewhere, to which no network of it leads.
        "GF_ANALYTICS_REPORTING_ENABLED": "false",
        "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
        "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES": "false",
        "GF_NEWS_NEWS_FEED_ENABLED": "false",
        "GF_PLUGINS_PREINSTALL_DISABLED": "true",
        "GF_PLUGINS_PLUGIN_ADMIN_ENABLED": "false",
        "GOMEMLIMIT": f"{int(GRAFANA_MEMORY_MIB * _PART_OF_MEMORY)}MiB",
        "HOME": "/tmp",
    }


def grafana_url(plan: DockerSitePlan, host: Host) -> str:
    """Where people open it."""
    port = "" if plan.network.https_port == 443 else f":{plan.network.https_port}"
    return f"https://{host.plan.address}{port}{GRAFANA_PATH}"


def _at_most(cpu_millis: int, memory_mib: int) -> dict[str, Any]:
    return {
        "user": f"{USER}:{USER}",
        "init": True,
        "read_only": True,
        "capabilities": {"drops": ["ALL"]},
        "security_opts": ["no-new-privileges"],
        "cpus": f"{cpu_millis / 1000:g}",
        "memory": memory_mib,
        "memory_swap": memory_mib,
        "stop_timeout": _STOP_SECONDS,
        "destroy_grace_seconds": _STOP_SECONDS,
    }


def _asked(port: int, path: str) -> dict[str, Any]:
    return {
        "healthcheck": {
            "tests": ["CMD-SHELL", probe(port, Protocol.HTTP, path)],
            "interval": "5s",
            "timeout": "5s",
            "retries": 6,
            "start_period": "60s",
        },
        "wait": True,
        "wait_timeout": _WAIT_SECONDS,
    }
