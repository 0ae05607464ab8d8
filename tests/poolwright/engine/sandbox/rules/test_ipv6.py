from __future__ import annotations

from tests.poolwright.engine.sandbox.harness import Case, Made, Sandbox, cases


def vpc(sandbox: Sandbox, **more: object) -> Made:
    return sandbox.create("ec2.Vpc", cidrBlock="10.0.0.0/16", **{"assignGeneratedIpv6CidrBlock": True, **more})


def part(vpc: Made, number: int) -> str:
    return str(vpc["ipv6CidrBlock"]).replace("00::/56", f"{number:02x}::/64")


@cases(
    a_subnet_has_a_64=Case(
        "ec2.Subnet",
        {"vpcId": "vpc-0", "cidrBlock": "10.0.0.0/24", "ipv6CidrBlock": "2001:db8:1:1::/64"},
        {"ipv6CidrBlock": "2001:db8:1:1::/65"},
        "InvalidParameterValue",
        "ipv6CidrBlock",
    ),
    a_block_is_one_of_ipv6=Case(
        "ec2.Subnet",
        {"vpcId": "vpc-0", "cidrBlock": "10.0.0.0/24", "ipv6CidrBlock": "2001:db8:1:1::/64"},
        {"ipv6CidrBlock": "10.0.0.0/24"},
        "InvalidParameterValue",
        "ipv6CidrBlock",
    ),
)
def test_forms(case: Case, sandbox: Sandbox) -> None:
    case.show(sandbox)


def test_blocks_are_of_the_vpc_and_taken_once(sandbox: Sandbox) -> None:
    own, plain = vpc(sandbox), sandbox.create("ec2.Vpc", "plain", cidrBlock="10.0.0.0/16")

    def refused(number: int, vpc_id: str, ipv6: str) -> str:
        return sandbox.refusal("ec2.Subnet", "no", vpcId=vpc_id, cidrBlock=f"10.0.{number}.0/24", ipv6CidrBlock=ipv6)

    sandbox.create("ec2.Subnet", "one", vpcId=own.id, cidrBlock="10.0.1.0/24", ipv6CidrBlock=part(own, 1))
    sandbox.create("ec2.Subnet", "two", vpcId=own.id, cidrBlock="10.0.2.0/24", ipv6CidrBlock=part(own, 2))
    assert "InvalidSubnet.Conflict" in refused(3, own.id, part(own, 2))
    assert "InvalidSubnet.Range" in refused(3, own.id, "2001:db8:ffff:ffff::/64")
    assert "InvalidSubnet.Range" in refused(3, plain.id, part(own, 3))


def test_a_vpc_keeps_its_range_while_subnets_have_parts_of_it(sandbox: Sandbox) -> None:
    own = vpc(sandbox)
    subnet = sandbox.create("ec2.Subnet", "one", vpcId=own.id, cidrBlock="10.0.1.0/24", ipv6CidrBlock=part(own, 1))
    back = {"cidrBlock": "10.0.0.0/16", "assignGeneratedIpv6CidrBlock": False}
    assert "InvalidCidrBlock.InUse" in sandbox.refused_update(own, **back)
    sandbox.update(subnet, vpcId=own.id, cidrBlock="10.0.1.0/24")
    assert sandbox.update(own, **back)["ipv6CidrBlock"] == ""


def test_a_load_balancer_of_both_needs_subnets_of_both(sandbox: Sandbox) -> None:
    own = vpc(sandbox)
    sandbox.create("ec2.InternetGateway", vpcId=own.id)
    subnets = [
        sandbox.create(
            "ec2.Subnet",
            f"s{number}",
            vpcId=own.id,
            cidrBlock=f"10.0.{number}.0/24",
            availabilityZone=f"eu-west-1{zone}",
            ipv6CidrBlock=part(own, number) if number < 2 else None,
        )
        for number, zone in enumerate("abc")
    ]
    words = {"loadBalancerType": "application", "internal": True, "ipAddressType": "dualstack"}
    sandbox.create("lb.LoadBalancer", "both", subnets=[subnet.id for subnet in subnets[:2]], **words)
    refused = sandbox.refusal("lb.LoadBalancer", "one", subnets=[subnet.id for subnet in subnets[1:]], **words)
    assert "ValidationError: You must specify subnets with an associated IPv6 CIDR block." in refused


def test_a_route_leads_to_a_gateway_that_is_there(sandbox: Sandbox) -> None:
    own = vpc(sandbox)
    gateway = sandbox.create("ec2.EgressOnlyInternetGateway", vpcId=own.id)
    routes = [{"ipv6CidrBlock": "::/0", "egressOnlyGatewayId": gateway.id}]
    sandbox.create("ec2.RouteTable", "out", vpcId=own.id, routes=routes)
    routes = [{"ipv6CidrBlock": "::/0", "egressOnlyGatewayId": "eigw-0123456789abcdef0"}]
    refused = sandbox.refusal("ec2.RouteTable", "lost", vpcId=own.id, routes=routes)
    assert "InvalidEgressOnlyInternetGatewayId.NotFound" in refused
