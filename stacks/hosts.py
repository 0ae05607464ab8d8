"""Hosts: all pools of one Docker site of a lock, as one component of the package."""

# No `from __future__ import annotations` in this module: Pulumi reads the schema from annotations that are types.

from typing import Any, NotRequired, TypedDict, cast

import pulumi

from components.package.approved import approved_hosts


class HostsArgs(TypedDict):
    """What the component is built from."""

    lock: str
    """Text of the stack's lock (`stacks/<stack>.lock.yaml`): the approved plan, from which all sizes come."""
    site: NotRequired[str]
    """Key of the Docker site in the lock; it may be left out where the lock has one."""
    overflow: NotRequired[dict[str, pulumi.Input[str]]]
    """Service → URL of the same service elsewhere (`https://api.example.com`), for what the hosts can't take."""


class Hosts(pulumi.ComponentResource):
    """Network, security, storage and compute on the hosts of a Docker site; each host has a provider of its own."""

    exports: pulumi.Output[dict[str, Any]]
    """What people and other stacks need of the site: URLs, names of containers and volumes, by the keys of the plan."""

    def __init__(self, name: str, args: HostsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("poolwright:index:Hosts", name, None, opts)
        plan, key, site = approved_hosts(name, lock=args["lock"], site=args.get("site"))
        # Docker's SDK takes half a second to load, which programs without hosts need not wait for.
        from stacks.docker_site import docker_pools, refuse_missing_secrets

        refuse_missing_secrets(plan, pulumi.get_stack(), (key,))
        elsewhere = {service: pulumi.Output.from_input(url) for service, url in (args.get("overflow") or {}).items()}
        made = docker_pools(key, site, plan, elsewhere, pulumi.ResourceOptions(parent=self))
        self.exports = pulumi.Output.from_input(cast("Any", made))
        self.register_outputs({"exports": self.exports})
