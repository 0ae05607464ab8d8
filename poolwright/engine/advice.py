"""What to do about what the cloud said: remedies by AWS's error codes and words, the same on the sandbox and on AWS."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from poolwright.engine.environment import Cloud, EngineEnvironment
from poolwright.engine.sandbox.quota_codes import CODES
from poolwright.engine.sandbox.rules.limits import LIMITS

_DOUBTFUL: Final = re.compile(
    r"request send failed|timeout awaiting|context deadline exceeded|[Tt]ime-?out exceeded|"
    r"error reading from server|transport is closing|connection (refused|reset)|plugin .* (exited|closed)|"
    r"code = Unavailable"
)
"""The answer never came: nobody knows yet what the cloud has done."""
_DISK_FULL: Final = re.compile(r"no space left on device|file too large|disk quota exceeded", re.IGNORECASE)
_CODE: Final = re.compile(r"api error (\w+)")
_IAM_QUOTA: Final = re.compile(r"Cannot exceed quota for (\w+)")


def is_doubtful(text: str) -> bool:
    """Whether the cloud may have done what failed."""
    return _DOUBTFUL.search(text) is not None


def is_disk_full(text: str) -> bool:
    """Whether something could not be written."""
    return _DISK_FULL.search(text) is not None


def remedies(messages: Iterable[str], environment: EngineEnvironment) -> list[str]:
    """One sentence for each cause that is known, in the order of the messages."""
    found: dict[str, None] = {}
    for message in messages:
        for remedy in _REMEDIES:
            for match in remedy.pattern.finditer(message):
                found[remedy.say(match, environment)] = None
        for words in _quotas(message, environment):
            found[words] = None
    return list(found)


@dataclass(frozen=True)
class _Remedy:
    pattern: re.Pattern[str]
    say: Callable[[re.Match[str], EngineEnvironment], str]


def _capacity(match: re.Match[str], environment: EngineEnvironment) -> str:
    stack = environment.stack
    return (
        f"AWS has no {match[1]} in {match[2]} now: try again later, or plan without it: exclude_machines: "
        f'["{match[1]}"] in stacks/{stack}.yaml, then `poolwright plan {stack} --write`'
    )


def _zone(match: re.Match[str], environment: EngineEnvironment) -> str:
    stack = environment.stack
    return (
        f"zone {match[1]} does not answer: try again later, or plan without it: name the other zones in "
        f"sites.<site>.zones of stacks/{stack}.yaml, then `poolwright plan {stack} --write`"
    )


def _throttled(match: re.Match[str], environment: EngineEnvironment) -> str:
    del match, environment
    return "AWS limits how often it is asked: wait some minutes, and look for what else asks it in this account"


def _unseen(match: re.Match[str], environment: EngineEnvironment) -> str:
    del match, environment
    return "a role that was just made may take minutes to be seen everywhere: try again"


def _doubtful(match: re.Match[str], environment: EngineEnvironment) -> str:
    del match
    if environment.cloud is Cloud.SANDBOX:
        return "where no answer came, the cloud may have done it: the next command looks there first"
    return "where no answer came, AWS may have done it: look there before the next command (docs/recovery.md)"


def _docker_host(match: re.Match[str], environment: EngineEnvironment) -> str:
    del match
    return (
        "a Docker host does not answer: `docker -H ADDRESS info` shows why; "
        f"`poolwright ansible {environment.stack}` prepares hosts"
    )


def _disk(match: re.Match[str], environment: EngineEnvironment) -> str:
    del match
    if environment.cloud is Cloud.SANDBOX:
        where = environment.project.state
        return f"the disk of {where} is full: free some space; the next command finds in the cloud what the state lacks"
    return "the disk is full: free some space, and look in AWS for what the state lacks (docs/recovery.md)"


_REMEDIES: Final = (
    _Remedy(re.compile(r"sufficient (\S+) capacity in the Availability Zone you requested \(([\w-]+)\)"), _capacity),
    _Remedy(re.compile(r"unavailable in the Availability Zone you requested \(([\w-]+)\)"), _zone),
    _Remedy(re.compile(r"Throttling|Rate exceeded|RequestLimitExceeded|TooManyRequests"), _throttled),
    _Remedy(re.compile(r"role with name \S+ cannot be found|cannot be assumed|Invalid IAM Instance Profile"), _unseen),
    _Remedy(re.compile(r"[Ee]rror pinging Docker server|Cannot connect to the Docker daemon"), _docker_host),
    _Remedy(_DOUBTFUL, _doubtful),
    _Remedy(_DISK_FULL, _disk),
)

_BY_CODE: Final[dict[str, set[str]]] = {}
for _limits in LIMITS.values():
    for _limit in _limits:
        _BY_CODE.setdefault(_limit.code, set()).add(_limit.quota)
_BY_CODE["NatGatewayLimitExceeded"] = {"nat-gateways-per-zone"}
_BY_IAM_WORD: Final = {
    _match[1]: _limit.quota
    for _limits in LIMITS.values()
    for _limit in _limits
    if (_match := _IAM_QUOTA.search(_limit.words)) is not None
}


def _quotas(message: str, environment: EngineEnvironment) -> Iterator[str]:
    named = re.findall(r"\(quota ([\w-]+): (\d+)", message)
    for name, value in named:
        yield _raise_quota(name, int(value), environment)
    if named:
        return
    # AWS itself says neither name nor value.
    for word in _IAM_QUOTA.findall(message):
        if word in _BY_IAM_WORD:
            yield _raise_quota(_BY_IAM_WORD[word], None, environment)
    for code in _CODE.findall(message):
        if len(quotas := _BY_CODE.get(code, set())) == 1:
            yield _raise_quota(next(iter(quotas)), None, environment)


def _raise_quota(name: str, value: int | None, environment: EngineEnvironment) -> str:
    used = f"quota {name} is used up" if value is None else f"quota {name} is used up at {value}"
    service, code = CODES.get(name, ("", ""))
    if not code:
        how = "free some, or ask AWS's support for more"
    else:
        number = "N" if value is None else str(value + max(1, value // 2))
        how = (
            f"free some, or raise it: aws service-quotas request-service-quota-increase --service-code {service} "
            f"--quota-code {code} --desired-value {number}"
        )
    if environment.cloud is Cloud.SANDBOX:
        how += f"; the sandbox reads other numbers from {environment.project.sandbox / 'quotas.json'}"
    return f"{used}: {how}"
