"""Tags: at most 50, keys of 128 and values of 256 characters, none of AWS's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from poolwright.engine.sandbox.rules.rule import ANY_TYPE, Refusal, validates
from poolwright.engine.sandbox.values import Properties, fields, objects, text

MOST_TAGS: Final = 50
LAUNCHED: Final = frozenset({"instance", "volume", "network-interface", "spot-instances-request", "elastic-gpu"})
"""What a launch template may tag."""
LONGEST_KEY: Final = 128
LONGEST_VALUE: Final = 256
# Letters, digits and spaces of any script and these signs; AWS's general rule for tags.
_ALLOWED: Final = re.compile(r"^[\w\s.:/=+\-@]*$")


@validates(ANY_TYPE)
def tags_fit(inputs: Properties) -> Iterator[Refusal]:
    """The tags that the resource would have, the provider's default ones among them."""
    own = inputs.get("tags")
    if isinstance(own, list):
        # Auto Scaling's tags are objects with a key, a value and whether machines get them too.
        found = {str(tag.get("key")): tag.get("value") for tag in objects(own)}
    else:
        found = fields(inputs.get("tagsAll")) or fields(own)
    yield from _refusals(found, "tags")


@validates("ec2.LaunchTemplate")
def tags_of_launches_fit(inputs: Properties) -> Iterator[Refusal]:
    """Of what a launch makes, by kind; each kind once, and one that AWS tags at a launch."""
    seen: set[str] = set()
    for number, each in enumerate(objects(inputs.get("tagSpecifications"))):
        path = f"tagSpecifications[{number}]"
        kind = text(each.get("resourceType"))
        if kind is not None and kind not in LAUNCHED:
            words = f"'{kind}' is not a valid taggable resource type for this operation."
            yield Refusal("InvalidParameterValue", words, f"{path}.resourceType")
        if kind in seen:
            words = f"Tag specification resource type '{kind}' may be specified only once"
            yield Refusal("InvalidParameterValue", words, f"{path}.resourceType")
        seen.add(kind or "")
        yield from _refusals(fields(each.get("tags")), f"{path}.tags")


def _refusals(found: Properties, path: str) -> Iterator[Refusal]:
    if len(found) > MOST_TAGS:
        yield Refusal("TagLimitExceeded", f"More than {MOST_TAGS} tags specified: {len(found)}", path)
    for key, value in found.items():
        if key.lower().startswith("aws:"):
            words = f"Tag keys starting with 'aws:' are reserved for internal use: {key}"
            yield Refusal("InvalidParameterValue", words, f"{path}.{key}")
        if not 1 <= len(key) <= LONGEST_KEY:
            words = f"Tag key exceeds the maximum length of {LONGEST_KEY} characters: {key[:40]}…"
            yield Refusal("InvalidParameterValue", words if key else "Tag key can't be empty", path)
        shown = text(value) or ""
        if len(shown) > LONGEST_VALUE:
            words = f"Tag value exceeds the maximum length of {LONGEST_VALUE} characters: {len(shown)}"
            yield Refusal("InvalidParameterValue", words, f"{path}.{key}")
        if not _ALLOWED.match(key) or not _ALLOWED.match(shown):
            words = "Tags may contain letters, digits, spaces and _ . : / = + - @ only"
            yield Refusal("InvalidParameterValue", f"{words}: {key}={shown}", f"{path}.{key}")
