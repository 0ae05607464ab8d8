"""Entrances: load balancers, listeners, certificates, web application firewalls."""

from __future__ import annotations

from collections.abc import Iterator

from poolwright.checks.check import Fault, NotYet, on_each, on_stack
from poolwright.checks.evidence import Evidence
from poolwright.checks.resource import Resource, part

BALANCER = "aws:lb/loadBalancer:LoadBalancer"
LISTENER = "aws:lb/listener:Listener"
CERTIFICATE = "aws:acm/certificate:Certificate"
WEB_ACL = "aws:wafv2/webAcl:WebAcl"
WEB_ACL_LINK = "aws:wafv2/webAclAssociation:WebAclAssociation"
WEB_ACL_LOG = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"

_HERE = "components/aws/network/load_balancers.py"
_WAF = "components/aws/security/waf.py"
GOOD_TLS = ("ELBSecurityPolicy-TLS13-1-2-", "ELBSecurityPolicy-TLS13-1-3-")
"""Beginnings of the policies with TLS 1.2 and 1.3 only; those for old clients have `Ext0` and `1-0`, `1-1` instead."""


def _is_public(balancer: Resource) -> bool:
    return not balancer.holds("internal")


def _listeners(evidence: Evidence, balancer: Resource) -> list[Resource]:
    """A balancer's listeners, whose names begin with its own; its ARN is not known before it exists."""
    return [each for each in evidence.of_type(LISTENER) if each.name.startswith(f"{balancer.name}-")]


@on_stack(
    BALANCER,
    LISTENER,
    id="ELB.1",
    title="Public load balancers send plain HTTP on to HTTPS",
    controls=("ELB.1",),
    remedy=f"Keep the redirect of port 80 in {_HERE}; give the site `network.dns` in stacks/ for a certificate",
)
def http_is_redirected(evidence: Evidence) -> Iterator[Fault]:
    for balancer in evidence.of_type(BALANCER):
        for listener in _listeners(evidence, balancer) if _is_public(balancer) else ():
            actions = listener.mappings("defaultActions")
            if listener.get("protocol") == "HTTP" and any(action.get("type") != "redirect" for action in actions):
                yield Fault(text="answers plain HTTP itself", resource=listener)


@on_stack(
    BALANCER,
    LISTENER,
    id="ELB.18",
    title="Public load balancers serve over TLS",
    controls=("ELB.18",),
    remedy="Give the site `network.dns` in stacks/, so that the load balancer gets a certificate",
)
def public_balancers_serve_tls(evidence: Evidence) -> Iterator[Fault]:
    for balancer in evidence.of_type(BALANCER):
        if _is_public(balancer) and not any(
            each.get("protocol") in ("HTTPS", "TLS") for each in _listeners(evidence, balancer)
        ):
            yield Fault(text="has no listener with TLS", resource=balancer)


@on_each(
    LISTENER,
    id="ELB.17",
    title="TLS listeners accept current versions only",
    controls=("ELB.17",),
    remedy=f"Set TLS_POLICY in {_HERE} to a policy with TLS 1.2 and 1.3",
)
def tls_is_current(listener: Resource) -> Iterator[str]:
    if listener.get("protocol") in ("HTTPS", "TLS"):
        policy = str(listener.get("sslPolicy", "AWS's default of 2016"))
        if not policy.startswith(GOOD_TLS) or "-Ext0" in policy:
            yield f"negotiates by {policy}"


@on_each(
    BALANCER,
    id="ELB.4",
    title="Load balancers drop headers that are not valid",
    controls=("ELB.4",),
    remedy=f"Set drop_invalid_header_fields in {_HERE}",
)
def invalid_headers_are_dropped(balancer: Resource) -> Iterator[str]:
    if not balancer.holds("dropInvalidHeaderFields"):
        yield "passes invalid headers on to replicas"


@on_stack(
    BALANCER,
    id="ELB.5",
    title="Requests are logged where the plan says so",
    controls=("ELB.5",),
    remedy=f"Set access_logs in {_HERE}, as the plan's measure load-balancer-logs asks",
)
def requests_are_logged(evidence: Evidence) -> Iterator[Fault]:
    for key in evidence.builds("load-balancer-logs"):
        for balancer in evidence.at_site(key, BALANCER):
            if not balancer.holds("accessLogs.enabled"):
                yield Fault(text="logs no requests", resource=balancer, at=("compliance", "profile"))


@on_stack(
    BALANCER,
    id="ELB.6",
    title="A load balancer can't be deleted while the stack protects its data",
    controls=("ELB.6",),
    remedy=f"Set enable_deletion_protection in {_HERE}; `data_protection: false` in stacks/ gives it up for the stack",
)
def balancers_are_not_deleted(evidence: Evidence) -> Iterator[Fault]:
    for key, site in evidence.sites():
        for balancer in evidence.at_site(key, BALANCER) if site.storage.protect else ():
            if not balancer.holds("enableDeletionProtection"):
                yield Fault(text="can be deleted by mistake", resource=balancer, at=("data_protection",))


@on_each(
    BALANCER,
    id="ELB.12",
    title="Requests that two readers may understand differently are refused or made safe",
    controls=("ELB.12",),
    remedy=f"Leave desync_mitigation_mode out in {_HERE}: AWS's default is defensive",
)
def desync_is_mitigated(balancer: Resource) -> Iterator[str]:
    if balancer.get("desyncMitigationMode") == "monitor":
        yield "only watches requests that may smuggle others"


@on_each(
    BALANCER,
    id="ELB.13",
    title="A load balancer stands in two zones or more",
    controls=("ELB.13",),
    remedy="Give the site two zones or more: sites.<site>.zones in stacks/",
)
def balancers_stand_in_two_zones(balancer: Resource) -> Iterator[str]:
    subnets = [*balancer.get("subnets", ()), *balancer.get("subnetMappings", ())]
    if len(subnets) < 2:
        yield f"stands in {len(subnets)} zone"


@on_each(
    CERTIFICATE,
    id="ACM.1",
    title="Certificates renew themselves",
    controls=("ACM.1",),
    remedy="Let the stack make the certificate: leave network.dns.certificate_arn out in stacks/",
)
def certificates_renew_themselves(certificate: Resource) -> Iterator[str]:
    if certificate.get("validationMethod") != "DNS":
        yield "is renewed by hand: only a certificate validated by DNS renews itself"


@on_each(
    CERTIFICATE,
    id="ACM.2",
    title="Certificates have keys of 2,048 bits of RSA or better",
    controls=("ACM.2",),
    remedy="Leave key_algorithm out in components/aws/network/dns.py: ACM's default is RSA_2048",
)
def certificate_keys_are_long(certificate: Resource) -> Iterator[str]:
    if certificate.get("keyAlgorithm") == "RSA_1024":
        yield "has a key of 1,024 bits"


@on_stack(
    BALANCER,
    WEB_ACL_LINK,
    id="ELB.16",
    title="Public load balancers stand behind a web application firewall where the plan says so",
    controls=("ELB.16",),
    remedy=f"Associate the web ACL in {_WAF}, as the plan's measure waf asks",
)
def firewalls_stand_before_balancers(evidence: Evidence) -> Iterator[Fault]:
    for key, site in evidence.sites():
        links = evidence.at_site(key, WEB_ACL_LINK)
        for waf in site.security.waf:
            if not any(link.name.endswith(f"-waf-{waf.load_balancer}") for link in links):
                yield Fault(
                    text="has no web application firewall in front of it",
                    subject=f"load-balancer {waf.load_balancer}",
                    at=("compliance", "profile"),
                )


@on_each(
    WEB_ACL,
    id="WAF.10",
    title="A web ACL has rules",
    controls=("WAF.10",),
    remedy=f"Keep the rate limit and the managed rule groups in {_WAF}",
)
def web_acls_have_rules(acl: Resource) -> Iterator[str]:
    if not acl.get("rules") and acl.get("defaultAction.block") is None:
        yield "lets everything through: it has no rules"


@on_stack(
    WEB_ACL,
    WEB_ACL_LOG,
    id="WAF.11",
    title="Blocked requests are logged where the plan says so",
    controls=("WAF.11",),
    remedy=f"Keep the log of the web ACL in {_WAF}, as the plan's measure waf-logs asks",
)
def blocked_requests_are_logged(evidence: Evidence) -> Iterator[Fault]:
    for key in evidence.builds("waf-logs"):
        logs = {log.name for log in evidence.at_site(key, WEB_ACL_LOG)}
        for acl in evidence.at_site(key, WEB_ACL):
            if acl.name not in logs:
                yield Fault(text="blocks without a log", resource=acl, at=("compliance", "profile"))


@on_each(
    WEB_ACL,
    id="WAF.12",
    title="Each rule of a web ACL counts what it meets",
    controls=("WAF.12",),
    remedy=f"Set cloudwatchMetricsEnabled of the ACL and of each rule in {_WAF}",
)
def web_acl_rules_count(acl: Resource) -> Iterator[str]:
    for rule in (acl.inputs, *acl.mappings("rules")):
        visible = part(rule, "visibilityConfig")
        if visible.get("cloudwatchMetricsEnabled") not in (True, "true"):
            yield f"rule {rule.get('name')} has no metric"


@on_each(
    WEB_ACL,
    id="waf.blocks",
    title="Rules of a web ACL block; whole rule groups that only count protect nobody",
    controls=("ELB.16",),
    remedy=f"Override single rules, not whole groups, in {_WAF}",
)
def web_acl_rules_block(acl: Resource) -> Iterator[str]:
    for rule in acl.mappings("rules"):
        if "count" in (rule.get("overrideAction") or {}) or "count" in (rule.get("action") or {}):
            yield f"rule {rule.get('name')} only counts"


@on_stack(
    WEB_ACL_LOG,
    id="waf.secrets",
    title="The log of a web ACL leaves out what callers prove themselves with",
    controls=("WAF.11",),
    remedy=f"Keep authorization and cookie among the redacted headers in {_WAF}",
)
def web_acl_logs_hold_no_secrets(evidence: Evidence) -> Iterator[Fault | NotYet]:
    for log in evidence.of_type(WEB_ACL_LOG):
        if not log.known("redactedFields"):
            yield NotYet(log)
            continue
        fields = log.mappings("redactedFields")
        named = {str(part(field, "singleHeader").get("name")).lower() for field in fields}
        for header in ("authorization", "cookie"):
            if header not in named:
                yield Fault(text=f"writes the header {header} down", resource=log)
