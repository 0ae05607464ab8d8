"""Images in the stack's own repositories: what their storage costs, in a plan and in any plan.

A repository keeps an image of each sort that runs. A plan that keeps fewer bytes than another does without one of its
images, and so without the variants that run it, which machines may make dear: what images and machines cost least is
found together. With the machines' bound M(o) of all plans without an image o of a repository, every plan costs at least

    min over o or none:  M(o)  +  Σ over repositories:  the least that is kept without any one image p of M(p) ≤ M(o)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from solver.catalog.catalog import Catalog
from solver.demand.containers import ContainerImage
from solver.demand.demand import Demand
from solver.demand.workloads import Workload
from solver.model.priced import Charge, SitePrices
from solver.plan.compute import ComputePlan
from solver.plan.cost import Billing, CostLine, Pool, total_usd_per_month

KEPT_IMAGES = 100
"""Images of a repository that its lifecycle rule keeps."""
NEW_LAYERS_SHARE = 0.05
"""Part of an image that a release changes: the application over its framework's layers, which a repository keeps once;
our estimate."""
_MIB_PER_GIB = 1024


def image_lines(demand: Demand, site_key: str, catalog: Catalog, compute: ComputePlan) -> tuple[CostLine, ...]:
    """One line for each repository: the newest image of each variant that runs, and what each kept one adds to it."""
    return _lines(demand, site_key, catalog, {key: _stored_gib(demand, key, compute) for key in compute.repositories})


def least_images_usd_per_month(
    demand: Demand, site_key: str, catalog: Catalog, compute: ComputePlan, more_without: Callable[[Demand], float]
) -> float:
    """What the images cost in any plan of the site, less what machines cost more in plans that keep fewer of them.

    `more_without` has USD a month that machines cost more than their bound with a demand of fewer variants; infinite
    where nothing holds that.
    """
    kept = {key: _stored_gib(demand, key, compute) for key in compute.repositories}

    def usd(stored: Mapping[str, float]) -> float:
        return total_usd_per_month(_lines(demand, site_key, catalog, stored))

    options: list[tuple[float, str, float]] = []
    for key in compute.repositories:
        for image in _running(demand, key, compute):
            without = _without(demand.workloads[key], image)
            least = _with_kept(min((_own_mib(without, variant) for variant in without.variants), default=0))
            if without.variants and least < kept[key]:
                changed = demand.model_copy(update={"workloads": {**demand.workloads, key: without}})
                options.append((more_without(changed), key, least))
    least_usd = usd(kept)
    for more, key, least in sorted(options):
        kept[key] = min(kept[key], least)
        least_usd = min(least_usd, more + usd(kept))
    return least_usd


def _without(workload: Workload, image: ContainerImage) -> Workload:
    """The workload without the variants that run an image."""
    variants = {key: each for key, each in workload.variants.items() if (each.image or workload.image) != image}
    return workload.model_copy(update={"variants": variants})


def _lines(demand: Demand, site_key: str, catalog: Catalog, stored: Mapping[str, float]) -> tuple[CostLine, ...]:
    prices = SitePrices(catalog, demand.aws_sites[site_key].region, site_key, Pool.COMPUTE)
    return prices.lines(
        Charge(
            subject=f"repository {key}",
            detail="image storage",
            service="ecr",
            item="private_storage",
            amount_per_month=gib,
            billing=Billing.USAGE,
            whole_per_month=sum(stored.values()),
        )
        for key, gib in stored.items()
    )


def _stored_gib(demand: Demand, key: str, compute: ComputePlan) -> float:
    return _with_kept(sum(image.size_mib for image in _running(demand, key, compute)))


def _running(demand: Demand, key: str, compute: ComputePlan) -> list[ContainerImage]:
    """The images that a workload's repository keeps."""
    workload = demand.workloads[key]
    running = [variant for service in compute.services if service.key == key for variant in service.variants]
    running += [job.variant for job in compute.jobs if job.key == key]
    images: list[ContainerImage] = []
    for variant in running:
        image = workload.variants[variant.key].image or workload.image
        if variant.image_reference is None and image not in images:
            images.append(image)
    return images


def _own_mib(workload: Workload, variant: str) -> int:
    image = workload.variants[variant].image or workload.image
    return 0 if image.reference is not None else image.size_mib


def _with_kept(newest_mib: int) -> float:
    """GiB."""
    return newest_mib / _MIB_PER_GIB * (1 + NEW_LAYERS_SHARE * (KEPT_IMAGES - 1))
