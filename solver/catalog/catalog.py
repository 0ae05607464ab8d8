"""The catalog: everything that is for sale in the regions that were loaded, found by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from solver.catalog.carbon import CARBON_FOLDER, Carbon
from solver.catalog.digest import REGION_FOLDER, combined_digest
from solver.catalog.discounts import Discounts
from solver.catalog.images import ImageKey, MachineImage
from solver.catalog.machines import MachineType
from solver.catalog.notes import Note
from solver.catalog.price_tables import PriceKey
from solver.catalog.prices import Offering, Price, PriceTableRef, Source
from solver.catalog.regions import Region
from solver.catalog.service_documents import ServiceTables
from solver.catalog.services import ComplianceProfile, Control, EndpointService, NetworkService, SecurityMeasure
from solver.catalog.storage import FileSystemClass, ObjectClass, VolumeType, items_of
from solver.catalog.tables import unknown
from solver.vocabulary import Architecture, ImageFlavour

Worked = TypeVar("Worked")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionTables:
    """What one region's folder holds."""

    region: Region
    offerings: Mapping[str, Offering]
    prices: Mapping[PriceKey, Price]
    images: Mapping[ImageKey, MachineImage]


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Look-ups by name; a name that is not there is a CatalogError with near misses, never None."""

    machines: Mapping[str, MachineType]
    """All machine types by name, of all regions."""
    sources: Mapping[str, Source]
    notes: tuple[Note, ...]
    """What was left out of the tables, and what they lack."""
    tables: Mapping[str, RegionTables]
    """By region, only those that were loaded."""
    services: ServiceTables
    """Network services, security measures, controls, profiles, storage classes."""
    shared_files: tuple[str, ...]
    file_digests: Mapping[str, str]
    """Content digest of each file that was read, by its path inside the folder."""
    carbon: Carbon = field(default_factory=Carbon)
    """What machines draw and electricity emits; of no region where the folder has no tables of it."""
    discounts: Discounts | None = None
    """Agreements that are taken off all prices here; None: they are list prices."""
    _known: dict[Hashable, Any] = field(default_factory=dict[Hashable, Any], init=False, compare=False, repr=False)

    def once(self, key: Hashable, work: Callable[[], Worked]) -> Worked:
        """What depends on nothing but the tables and the key: worked out once, and to be left as it is."""
        if key not in self._known:
            self._known[key] = work()
        found: Worked = self._known[key]
        return found

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions that were loaded, by name."""
        return tuple(self.tables)

    def region(self, name: str) -> Region:
        """The region's zones and facts."""
        return self._tables(name).region

    def machine(self, name: str) -> MachineType:
        """The machine type of that name."""
        machine = self.machines.get(name)
        if machine is None:
            raise unknown("machine type", name, self.machines)
        return machine

    def offerings(self, region: str) -> tuple[Offering, ...]:
        """All that the region offers, by machine name; also types that can't be bought now (`purchasable` is False)."""
        return tuple(self._tables(region).offerings.values())

    def purchasable(self, region: str) -> tuple[Offering, ...]:
        """What can be bought in the region by the hour, by machine name."""
        return tuple(offering for offering in self._tables(region).offerings.values() if offering.purchasable)

    def offering(self, region: str, machine: str) -> Offering:
        """One machine type in one region."""
        offerings = self._tables(region).offerings
        found = offerings.get(machine)
        if found is None:
            raise unknown(f"machine type in {region}", machine, offerings)
        return found

    def price(self, region: str, service: str, item: str) -> Price:
        """A service or storage price: ("nat_gateway", "hour"), ("s3", "standard_storage"), …"""
        prices = self._tables(region).prices
        found = prices.get((service, item))
        if found is None:
            names = {f"{known_service} {known_item}" for known_service, known_item in prices}
            raise unknown(f"price in {region}", f"{service} {item}", names)
        return found

    def has_image(self, region: str, architecture: Architecture, flavour: ImageFlavour) -> bool:
        """Whether an image of that kind exists in the region."""
        return (architecture, flavour) in self._tables(region).images

    def image(self, region: str, architecture: Architecture, flavour: ImageFlavour) -> MachineImage:
        """The image that a machine of that architecture and flavour boots."""
        images = self._tables(region).images
        found = images.get((architecture, flavour))
        if found is None:
            names = {f"{known_architecture} {known_flavour}" for known_architecture, known_flavour in images}
            raise unknown(f"machine image in {region}", f"{architecture} {flavour}", names)
        return found

    def storage_class(self, name: str) -> ObjectClass | VolumeType | FileSystemClass:
        """A storage class, volume type or file system by name: s3-standard, ebs-gp3, efs-elastic, …"""
        found = self.services.storage.get(name)
        if found is None:
            raise unknown("storage class", name, self.services.storage)
        return found

    def object_classes(self, region: str) -> tuple[ObjectClass, ...]:
        """The S3 classes that the region has prices for, by name."""
        return tuple(found for found in self._storage_of(region) if isinstance(found, ObjectClass))

    def volume_types(self, region: str) -> tuple[VolumeType, ...]:
        """The EBS volume types that the region has prices for, by name."""
        return tuple(found for found in self._storage_of(region) if isinstance(found, VolumeType))

    def file_systems(self, region: str) -> tuple[FileSystemClass, ...]:
        """The kinds of file systems that the region has prices for, by name."""
        return tuple(found for found in self._storage_of(region) if isinstance(found, FileSystemClass))

    def network_service(self, name: str) -> NetworkService:
        """A network service by name: nat-gateway, interface-endpoint, application-load-balancer, …"""
        found = self.services.network.get(name)
        if found is None:
            raise unknown("network service", name, self.services.network)
        return found

    def endpoint_service(self, name: str) -> EndpointService:
        """An AWS service that endpoints lead to: s3, ecr.api, logs, …"""
        found = self.services.endpoints.get(name)
        if found is None:
            raise unknown("endpoint service", name, self.services.endpoints)
        return found

    @property
    def controls(self) -> Mapping[str, Control]:
        """All controls by id."""
        return self.services.controls

    def profile(self, name: str) -> ComplianceProfile:
        """A compliance profile with all its controls."""
        found = self.services.profiles.get(name)
        if found is None:
            raise unknown("compliance profile", name, self.services.profiles)
        return found

    def measures(self, region: str) -> tuple[SecurityMeasure, ...]:
        """The security measures of the region, by name; the loader has checked that it has all their prices."""
        self._tables(region)
        return tuple(measure for _, measure in sorted(self.services.measures.items()))

    def measure(self, name: str) -> SecurityMeasure:
        """A security measure by name."""
        found = self.services.measures.get(name)
        if found is None:
            raise unknown("security measure", name, self.services.measures)
        return found

    def price_table(self, region: str) -> PriceTableRef:
        """The region's table of machine prices and the newest source of its on-demand prices, for checks of age."""
        rows = Counter(offering.source for offering in self.offerings(region) if offering.source is not None)
        dated = [(source.date, count, source.name) for source, count in rows.items() if source.date is not None]
        newest = max(dated, default=(None, 0, ""))
        return PriceTableRef(
            region=region,
            table=f"{REGION_FOLDER}/{region}/machine_prices.csv",
            source=newest[2],
            source_date=newest[0],
        )

    def digest(self, regions: Collection[str], *, carbon: bool = False) -> str:
        """A digest over what the tables of these regions say, and those of carbon; `catalog_digest` gives the same."""
        folders = tuple(f"{REGION_FOLDER}/{self.region(region).name}/" for region in regions)
        folders += (f"{CARBON_FOLDER}/",) if carbon else ()
        own = [file for file in self.file_digests if file.startswith(folders)] if folders else []
        return combined_digest(self.file_digests, {*self.shared_files, *own})

    def _storage_of(self, region: str) -> tuple[ObjectClass | VolumeType | FileSystemClass, ...]:
        prices = self._tables(region).prices
        return tuple(
            found
            for _, found in sorted(self.services.storage.items())
            if all((found.price_service, item) in prices for item in items_of(found))
        )

    def _tables(self, region: str) -> RegionTables:
        found = self.tables.get(region)
        if found is None:
            raise unknown("region", region, self.tables)
        return found
