"""Images in the stack's own repositories: what their storage costs."""

from __future__ import annotations

from collections.abc import Mapping

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


def least_images_usd_per_month(demand: Demand, site_key: str, catalog: Catalog, compute: ComputePlan) -> float:
    """What the images cost in any plan of the site: of each repository the smallest that a variant can run on."""
    least = {key: _with_kept(_least_mib(demand.workloads[key])) for key in compute.repositories}
    return total_usd_per_month(_lines(demand, site_key, catalog, least))


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
    workload = demand.workloads[key]
    running = [variant for service in compute.services if service.key == key for variant in service.variants]
    running += [job.variant for job in compute.jobs if job.key == key]
    images: list[ContainerImage] = []
    for variant in running:
        image = workload.variants[variant.key].image or workload.image
        if variant.image_reference is None and image not in images:
            images.append(image)
    return _with_kept(sum(image.size_mib for image in images))


def _least_mib(workload: Workload) -> int:
    images = [variant.image or workload.image for variant in workload.variants.values()]
    return min(0 if image.reference is not None else image.size_mib for image in images)


def _with_kept(newest_mib: int) -> float:
    """GiB."""
    return newest_mib / _MIB_PER_GIB * (1 + NEW_LAYERS_SHARE * (KEPT_IMAGES - 1))
