from __future__ import annotations

from tests.poolwright.engine.sandbox.harness import Case, Sandbox, cases

TYPE, NO = "route53.HealthCheck", "InvalidInput"
CHECK = {
    "type": "HTTPS",
    "fqdn": "api.example.com",
    "port": 443,
    "resourcePath": "/healthz",
    "enableSni": True,
    "requestInterval": 30,
    "failureThreshold": 3,
    "regions": ["us-east-1", "eu-west-1", "sa-east-1"],
}
TCP = {"type": "TCP", "fqdn": "api.example.com", "port": 443, "requestInterval": 30}


@cases(
    a_type_is_known=Case(TYPE, CHECK, {"type": "PING"}, NO, "type"),
    an_endpoint_is_named=Case(TYPE, CHECK, {"fqdn": None}, NO, "fqdn"),
    a_name_is_short_enough=Case(TYPE, CHECK, {"fqdn": "a" * 256}, NO, "fqdn"),
    an_interval_is_given=Case(TYPE, CHECK, {"requestInterval": None}, NO, "requestInterval"),
    an_interval_is_ten_or_thirty_seconds=Case(TYPE, CHECK, {"requestInterval": 60}, NO, "requestInterval"),
    text_is_looked_for_where_the_type_says_so=Case(TYPE, CHECK, {"searchString": "ok"}, NO, "searchString"),
    who_looks_for_text_says_which=Case(TYPE, CHECK, {"type": "HTTPS_STR_MATCH"}, NO, "searchString"),
    text_is_short_enough=Case(
        TYPE,
        {**CHECK, "type": "HTTPS_STR_MATCH", "searchString": "ok"},
        {"searchString": "k" * 256},
        NO,
        "searchString",
    ),
    names_are_sent_by_https=Case(TYPE, CHECK, {"type": "HTTP"}, NO, "enableSni"),
    a_path_is_whole=Case(TYPE, CHECK, {"resourcePath": "healthz"}, NO, "resourcePath"),
    tcp_has_no_path=Case(TYPE, TCP, {"resourcePath": "/healthz"}, NO, "resourcePath"),
    a_port_exists=Case(TYPE, CHECK, {"port": 70000}, NO, "port"),
    failures_are_counted_to_ten=Case(TYPE, CHECK, {"failureThreshold": 11}, NO, "failureThreshold"),
    three_regions_ask=Case(TYPE, CHECK, {"regions": ["us-east-1", "eu-west-1"]}, NO, "regions"),
    regions_have_checkers=Case(TYPE, CHECK, {"regions": ["us-east-1", "eu-west-1", "eu-central-1"]}, NO, "regions[2]"),
)
def test_forms(case: Case, sandbox: Sandbox) -> None:
    case.show(sandbox)
