"""ResourceOptions of the two sorts of children: what can be made again, and what holds data."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi


def child_of(
    parent: pulumi.Resource,
    depends_on: Sequence[pulumi.Input[pulumi.Resource]] = (),
    *,
    provider: pulumi.ProviderResource | None = None,
) -> pulumi.ResourceOptions:
    """For a child that can be made again; the provider comes from the parent, but for a child in another region.

    `depends_on` is for orders that no input shows, as "the route exists before the address is used".
    """
    if depends_on:
        return pulumi.ResourceOptions(parent=parent, depends_on=list(depends_on), provider=provider)
    return pulumi.ResourceOptions(parent=parent, provider=provider)


def keeper_of_data(parent: pulumi.Resource, *, protect: bool) -> pulumi.ResourceOptions:
    """For a child that holds data, or a key that data can't be read without.

    When the plan protects data, the engine refuses to delete it; unprotected by hand, it leaves the state and stays.
    """
    if not protect:
        return pulumi.ResourceOptions(parent=parent)
    return pulumi.ResourceOptions(parent=parent, protect=True, retain_on_delete=True)


def not_deleted_by_mistake(
    parent: pulumi.Resource, *, protect: bool, depends_on: Sequence[pulumi.Input[pulumi.Resource]] = ()
) -> pulumi.ResourceOptions:
    """For a child that holds no data but is known to the world: AWS refuses to delete it, so the engine must not try.

    It goes with the stack once the plan no longer protects anything.
    """
    options = child_of(parent, depends_on)
    if protect:
        options.protect = True
    return options


def weighed_by_ecs(parent: pulumi.Resource) -> pulumi.ResourceOptions:
    """For a listener's rule whose weights ECS moves: an `up` in the middle of a deployment must not move them back."""
    return pulumi.ResourceOptions(parent=parent, ignore_changes=["actions"])
