"""Answers in the form of AWS's interfaces, played to the commands by botocore's stubber."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

import boto3
from botocore.stub import ANY, Stubber

from poolwright.price_tables.asking import Clients

REGION = "eu-west-1"
ZONES = {"eu-west-1a": "euw1-az2", "eu-west-1b": "euw1-az3", "eu-west-1c": "euw1-az1"}
Json = dict[str, Any]


def product(name: str, usd: str | None, *, reserved: Sequence[Json] = (), other: Json | None = None) -> Json:
    """A product of the price list as GetProducts has it, parsed; with other attributes where they are given."""
    said = {
        "instanceType": name,
        "regionCode": REGION,
        "operatingSystem": "Linux",
        "tenancy": "Shared",
        "preInstalledSw": "NA",
        "capacitystatus": "Used",
        "operation": "RunInstances",
        "marketoption": "OnDemand",
        "vcpu": "2",
        **(other or {}),
    }
    sku = f"SKU-{name}"
    offer = {
        "offerTermCode": "JRTCKXETXF",
        "sku": sku,
        "priceDimensions": {"R": {"unit": "Hrs", "beginRange": "0", "pricePerUnit": {"USD": usd}}},
        "termAttributes": {},
    }
    return {
        "product": {"productFamily": "Compute Instance", "attributes": said, "sku": sku},
        "serviceCode": "AmazonEC2",
        "terms": {
            "OnDemand": {} if usd is None else {f"{sku}.JRTCKXETXF": offer},
            "Reserved": {f"{sku}.{number}": each for number, each in enumerate(reserved)},
        },
        "version": "20261127000000",
        "publicationDate": "2026-11-27T00:00:00Z",
    }


def reservation(kind: str, years: int, payment: str, *, hourly: str = "0.0", upfront: str | None = None) -> Json:
    """A reserved term of a product."""
    prices = {"H": {"unit": "Hrs", "pricePerUnit": {"USD": hourly}}}
    if upfront is not None:
        prices["U"] = {"unit": "Quantity", "pricePerUnit": {"USD": upfront}}
    said = {"OfferingClass": kind, "LeaseContractLength": f"{years}yr", "PurchaseOption": payment}
    return {"priceDimensions": prices, "termAttributes": said}


def spot(name: str, zone: str, usd: str, at: str, **other: Any) -> Json:
    """An entry of the spot price history; `at` is a UTC time of 2026-11."""
    stamp = datetime.strptime(f"2026-11-{at}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    entry = {"AvailabilityZone": zone, "InstanceType": name, "ProductDescription": "Linux/UNIX", "SpotPrice": usd}
    return {**entry, "Timestamp": stamp, **other}


def plan_rate(name: str, kind: str, years: int, payment: str, usd: str, **other: Any) -> Json:
    """A rate of a savings plan."""
    offering = {"planType": kind, "durationSeconds": years * 31_536_000, "paymentOption": payment, "currency": "USD"}
    said = {"instanceType": name, "region": REGION, "tenancy": "shared", "productDescription": "Linux/UNIX"}
    return {
        "savingsPlanOffering": offering,
        "rate": usd,
        "unit": "Hrs",
        "productType": "EC2",
        "serviceCode": "AmazonEC2",
        "usageType": f"EU-BoxUsage:{name}",
        "operation": "RunInstances",
        "properties": [{"name": key, "value": value} for key, value in said.items()],
        **other,
    }


class Played:
    """Clients whose answers are given beforehand; what is asked beyond them, or otherwise, fails."""

    def __init__(self) -> None:
        sdk: Any = boto3
        keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
        self.pricing: Any = sdk.client("pricing", region_name="us-east-1", **keys)
        self.ec2: Any = sdk.client("ec2", region_name=REGION, **keys)
        self.savingsplans: Any = sdk.client("savingsplans", region_name="us-east-1", **keys)
        self._pricing: Any = Stubber(self.pricing)
        self._savingsplans: Any = Stubber(self.savingsplans)
        self._savingsplans.activate()
        self._ec2: Any = Stubber(self.ec2)
        self._pricing.activate()
        self._ec2.activate()

    def clients(self, region: str) -> Clients:
        """In the place of boto3's."""
        assert region == REGION
        return Clients(pricing=self.pricing, ec2=self.ec2, savingsplans=self.savingsplans)

    def offers(self, zones: Mapping[str, Sequence[str]]) -> None:
        """Zone ids of each type, two types a page."""
        entries = [
            {"InstanceType": name, "LocationType": "availability-zone-id", "Location": zone}
            for name, where in zones.items()
            for zone in where
        ]
        self._paged(
            self._ec2, "describe_instance_type_offerings", "InstanceTypeOfferings", entries,
            {"LocationType": "availability-zone-id"},
        )  # fmt: skip

    def price_list(self, products: Sequence[Json | str]) -> None:
        """Products, three a page."""
        texts = [each if isinstance(each, str) else json.dumps(each) for each in products]
        asked = {"ServiceCode": "AmazonEC2", "FormatVersion": "aws_v1", "Filters": ANY}
        self._paged(self._pricing, "get_products", "PriceList", texts, asked)

    def spot_history(self, entries: Sequence[Json]) -> None:
        """The zones' ids, then the history."""
        zones = [{"ZoneName": name, "ZoneId": zone} for name, zone in ZONES.items()]
        self._ec2.add_response("describe_availability_zones", {"AvailabilityZones": zones}, {})
        asked = {"ProductDescriptions": ["Linux/UNIX"], "StartTime": ANY, "EndTime": ANY}
        self._paged(self._ec2, "describe_spot_price_history", "SpotPriceHistory", list(entries), asked)

    def savings_plans(self, entries: Sequence[Json]) -> None:
        """Rates, three a page."""
        asked = {
            "savingsPlanTypes": ["Compute", "EC2Instance"],
            "products": ["EC2"],
            "serviceCodes": ["AmazonEC2"],
            "operations": ["RunInstances"],
            "filters": ANY,
        }
        operation = "describe_savings_plans_offering_rates"
        self._paged(self._savingsplans, operation, "searchResults", list(entries), asked, token="nextToken")

    def types(self, entries: Sequence[Json]) -> None:
        """Data sheets of new types."""
        names = sorted(str(entry["InstanceType"]) for entry in entries)
        self._ec2.add_response("describe_instance_types", {"InstanceTypes": list(entries)}, {"InstanceTypes": names})

    def refuses(self, code: str, *, of: str = "describe_instance_type_offerings") -> None:
        """An error in the place of an answer."""
        stubber: Any = self._pricing if of == "get_products" else self._ec2
        stubber.add_client_error(of, code, "because")

    def all_asked(self) -> None:
        """Fails where an answer is left."""
        self._pricing.assert_no_pending_responses()
        self._ec2.assert_no_pending_responses()

    @staticmethod
    def _paged(
        stubber: Any, operation: str, key: str, entries: Sequence[Any], asked: Json, token: str = "NextToken"
    ) -> None:
        pages = [list(entries[first : first + 3]) for first in range(0, len(entries), 3)] or [[]]
        for number, page in enumerate(pages):
            answer: Json = {key: page}
            if number + 1 < len(pages):
                answer[token] = f"page-{number + 1}"
            more = {token: f"page-{number}"} if number else {}
            stubber.add_response(operation, answer, {**asked, **more})


def known_type(name: str) -> Json:
    """A data sheet as EC2 tells it, of the answers that moto brings."""
    from moto.ec2.models.instance_types import INSTANCE_TYPES

    sheets = cast("dict[str, Json]", INSTANCE_TYPES)
    answered = ("AutoRecoverySupported", "RebootMigrationSupport", "SupportedInRegion")
    return {key: value for key, value in sheets[name].items() if key not in answered}
