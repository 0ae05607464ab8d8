"""Health checks of Route 53."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from poolwright.engine.sandbox.rules.rule import Refusal, validates
from poolwright.engine.sandbox.values import Properties, flag, items, text, texts, whole

_CODE: Final = "InvalidInput"
_ASKS_ENDPOINTS: Final = frozenset({"HTTP", "HTTPS", "HTTP_STR_MATCH", "HTTPS_STR_MATCH", "TCP"})
_OTHERS: Final = frozenset({"CALCULATED", "CLOUDWATCH_METRIC", "RECOVERY_CONTROL"})
_REGIONS: Final = frozenset(
    [
        "us-east-1",
        "us-west-1",
        "us-west-2",
        "eu-west-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "ap-northeast-1",
        "sa-east-1",
    ]
)
_FEWEST_REGIONS: Final = 3
_INTERVALS: Final = (10, 30)
_LENGTHS: Final = (("fqdn", 255), ("resourcePath", 255), ("searchString", 255))
_RANGES: Final = (("port", 1, 65535), ("failureThreshold", 1, 10))


@validates("route53.HealthCheck")
def health_check_is_whole(inputs: Properties) -> Iterator[Refusal]:
    """A kind that exists; what asks an endpoint has one, every 10 or 30 s; text where it is looked for, there alone."""
    kind = text(inputs.get("type"))
    if kind is not None and kind not in _ASKS_ENDPOINTS | _OTHERS:
        words = f"{kind} is not a type of health check; {', '.join(sorted(_ASKS_ENDPOINTS | _OTHERS))} are"
        yield Refusal(_CODE, words, "type")
    if kind in _ASKS_ENDPOINTS:
        yield from _endpoint(kind, inputs)
    for name, most in _LENGTHS:
        given = text(inputs.get(name))
        if given is not None and len(given) > most:
            yield Refusal(_CODE, f"{name} has {len(given)} characters; at most {most} are allowed", name)
    for name, low, high in _RANGES:
        figure = whole(inputs.get(name))
        if figure is not None and not low <= figure <= high:
            yield Refusal(_CODE, f"{name} {figure}: {low} to {high} is allowed", name)


def _endpoint(kind: str, inputs: Properties) -> Iterator[Refusal]:
    if inputs.get("fqdn") is None and inputs.get("ipAddress") is None:
        yield Refusal(_CODE, "An endpoint must be given: FullyQualifiedDomainName or IPAddress", "fqdn")
    if inputs.get("requestInterval") is None:
        yield Refusal(_CODE, "RequestInterval must be given: 10 or 30", "requestInterval")
    interval = whole(inputs.get("requestInterval"))
    if interval is not None and interval not in _INTERVALS:
        yield Refusal(_CODE, f"RequestInterval {interval}: 10 or 30 is allowed", "requestInterval")
    looks = kind.endswith("_STR_MATCH")
    if looks != (inputs.get("searchString") is not None):
        words = "is needed by" if looks else "is not allowed for"
        yield Refusal(_CODE, f"SearchString {words} health checks of type {kind}", "searchString")
    if flag(inputs.get("enableSni")) and not kind.startswith("HTTPS"):
        yield Refusal(_CODE, f"EnableSNI is not allowed for health checks of type {kind}", "enableSni")
    path = text(inputs.get("resourcePath"))
    if path is not None and kind == "TCP":
        yield Refusal(_CODE, "ResourcePath is not allowed for health checks of type TCP", "resourcePath")
    if path is not None and not path.startswith("/"):
        yield Refusal(_CODE, f"ResourcePath {path} must begin with /", "resourcePath")


@validates("route53.HealthCheck")
def checkers_are_in_enough_regions(inputs: Properties) -> Iterator[Refusal]:
    """At least three regions that have checkers, or none named: all of them."""
    regions = items(inputs.get("regions"))
    if inputs.get("regions") is None or not regions:
        return
    if len(regions) < _FEWEST_REGIONS:
        words = f"Regions must have at least {_FEWEST_REGIONS} members, found {len(regions)}"
        yield Refusal(_CODE, words, "regions")
    for number, region in enumerate(texts(inputs.get("regions"))):
        if region not in _REGIONS:
            words = f"{region} has no checkers; {', '.join(sorted(_REGIONS))} have"
            yield Refusal(_CODE, words, f"regions[{number}]")
