"""A Docker provider for each host: how its engine is reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pulumi
import pulumi_docker as docker

from components.docker.naming import DockerNames
from solver.plan.docker import DockerSitePlan, HostPlan

_SSH_OPTIONS = ("-o", "BatchMode=yes", "-o", "ConnectTimeout=10")
"""An ssh that asks for a password, or waits for a host that is off, would hold an `up` for ever."""


@dataclass(frozen=True, kw_only=True)
class Host:
    """A host that something runs on, and the provider that speaks to its engine."""

    plan: HostPlan
    """What it has and holds."""
    provider: docker.Provider
    """Of all that is made there."""

    @property
    def key(self) -> str:
        """As the demand names it."""
        return self.plan.key

    def child_of(
        self,
        parent: pulumi.Resource,
        depends_on: Sequence[pulumi.Resource] = (),
        *,
        keep: bool = False,
        ignore_changes: Sequence[str] = (),
        replaced_with: Sequence[pulumi.CustomResource] = (),
    ) -> pulumi.ResourceOptions:
        """For a child that is made on this host; `keep` is for what holds data.

        Names are fixed, so what must be replaced goes first: two can't have the same name at once. Docker can't change
        labels in place: where a new owner must not replace a network or a volume, the labels stay as they were made.
        The provider changes a health check, scratch and reaper in the state alone: they make another container.
        `replaced_with` are resources whose successors, unlike those of one in a property, make another one of the child
        only after themselves, in the child's own turn.
        """
        options = pulumi.ResourceOptions(parent=parent, provider=self.provider, delete_before_replace=True)
        options.replace_on_changes = ["healthcheck", "init", "tmpfs"]
        if depends_on:
            options.depends_on = list(depends_on)
        if ignore_changes:
            options.ignore_changes = list(ignore_changes)
        if replaced_with:
            ids = [each.id for each in replaced_with]
            options.replacement_trigger = ids[0] if len(ids) == 1 else pulumi.Output.all(*ids).apply(",".join)
        if keep:
            options.protect, options.retain_on_delete = True, True
        return options


def host_providers(
    plan: DockerSitePlan, names: DockerNames, *, parent: pulumi.Resource | None = None
) -> dict[str, Host]:
    """The hosts on which something runs, by key, each with its provider."""
    return {
        host.key: Host(plan=host, provider=_provider(host, names, parent=parent))
        for host in plan.hosts
        if host.replicas
    }


def _provider(host: HostPlan, names: DockerNames, *, parent: pulumi.Resource | None) -> docker.Provider:
    over_ssh = host.docker_host is not None and host.docker_host.startswith("ssh://")
    return docker.Provider(
        names.on_host(host.key),
        host=host.docker_host,
        cert_path=None if host.certificates is None else str(Path(host.certificates).expanduser()),
        ssh_opts=list(_SSH_OPTIONS) if over_ssh else None,
        opts=pulumi.ResourceOptions(parent=parent),
    )
