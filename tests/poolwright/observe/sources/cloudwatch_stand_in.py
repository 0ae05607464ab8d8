"""Clients of boto3 that are answered here instead of by AWS: what botocore makes of an answer is its own."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

from botocore.awsrequest import AWSResponse

from poolwright.observe.sources.cloudwatch_server import ClientOf, patient_client

Json = dict[str, Any]
Answer = Callable[[Json], "Json | tuple[int, Json]"]
"""What is asked → what is answered; with a status where it is not 200."""
ACCOUNT = "123456789012"
_IDENTITY = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    "<Account>{account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
)


class _Body(io.BytesIO):
    """As urllib3 has it."""

    def stream(self, *_: object, **__: object) -> Generator[bytes]:
        yield self.read()


@dataclass
class CloudWatch:
    """What was asked, by region, and who says that they are of which account."""

    answer: Answer
    account: str = ACCOUNT
    asked: list[tuple[str, Json]] = field(default_factory=list[tuple[str, Json]])

    @property
    def client(self) -> ClientOf:
        """Makes clients; they need credentials, of whatever kind."""
        return self._client

    def _client(self, service: str, region: str) -> Any:
        made = patient_client(service, region)

        def answered(request: Any, **_: object) -> Any:
            if service == "sts":
                body, status = _IDENTITY.format(account=self.account).encode(), 200
            else:
                question: Json = json.loads(request.body)
                self.asked.append((region, question))
                found = self.answer(question)
                status, told = found if isinstance(found, tuple) else (200, found)
                body = json.dumps(told).encode()
            return AWSResponse(request.url, status, {"content-type": "application/x-amz-json-1.0"}, _Body(body))

        made.meta.events.register(f"before-send.{made.meta.service_model.service_id.hyphenize()}", answered)
        return made


def moments(question: Json, period: int | None = None) -> list[float]:
    """When the periods begin that a question is about."""
    start, end = float(question["StartTime"]), float(question["EndTime"])
    step = period or int(question["MetricDataQueries"][0]["MetricStat"]["Period"])
    return [start + step * number for number in range(int((end - start) // step))]


def constant(question: Json, value: Callable[[Json], float | None], status: str = "Complete") -> Json:
    """The same value at each moment of each query; none where it is None."""
    results: list[Json] = []
    for query in question["MetricDataQueries"]:
        found = value(query["MetricStat"])
        times = [] if found is None else moments(question)
        results.append(
            {
                "Id": query["Id"],
                "Label": query["Id"],
                "Timestamps": times,
                "Values": [found] * len(times),
                "StatusCode": status,
            }
        )
    return {"MetricDataResults": results, "Messages": []}
