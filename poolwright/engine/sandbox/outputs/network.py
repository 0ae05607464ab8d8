"""Outputs of EC2's network: VPCs and what is in them, launch templates, volumes."""

from __future__ import annotations

import ipaddress
import zlib
from typing import Final

from poolwright.engine.sandbox.outputs.making import Making, given_or, outputs_of
from poolwright.engine.sandbox.places import first_zone, zone_id, zone_of_id
from poolwright.engine.sandbox.values import Properties, Value, flag, items, text, texts, whole

CREATED_AT: Final = "2024-01-01T00:00:00Z"
"""Every resource's time of creation: the sandbox has no clock."""

FULL_ACCESS: Final = (
    '{"Statement":[{"Action":"*","Effect":"Allow","Principal":"*","Resource":"*"}],"Version":"2008-10-17"}'
)
"""The policy of an endpoint that was given none."""

_FLOW_LOG_FORMAT: Final = (
    "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} "
    "${bytes} ${start} ${end} ${action} ${log-status}"
)


@outputs_of("ec2.Vpc")
def vpc(making: Making) -> Properties:
    """A VPC brings its main route table, default security group and default network ACL along."""
    inputs = making.inputs
    generated = flag(inputs.get("assignGeneratedIpv6CidrBlock"))
    vpc_id = making.ec2_id("vpc")
    return {
        "id": vpc_id,
        "arn": making.arn("ec2", f"vpc/{vpc_id}"),
        "ownerId": making.account,
        "mainRouteTableId": making.ec2_id("rtb", "main"),
        "defaultRouteTableId": making.ec2_id("rtb", "main"),
        "defaultSecurityGroupId": making.ec2_id("sg", "default"),
        "defaultNetworkAclId": making.ec2_id("acl", "default"),
        "dhcpOptionsId": f"dopt-{_regional(making, 'dopt')}",
        "enableDnsHostnames": flag(inputs.get("enableDnsHostnames")),
        "enableNetworkAddressUsageMetrics": flag(inputs.get("enableNetworkAddressUsageMetrics")),
        "ipv6CidrBlock": given_or(inputs, "ipv6CidrBlock", f"2001:db8:{making.hex(4)}:{making.hex(2)}00::/56")
        if generated
        else given_or(inputs, "ipv6CidrBlock", ""),
        "ipv6AssociationId": making.ec2_id("vpc-cidr-assoc") if generated else "",
        "ipv6CidrBlockNetworkBorderGroup": making.region if generated else "",
    }


@outputs_of("ec2.Subnet")
def subnet(making: Making) -> Properties:
    """A subnet lies in one zone, asked for by name or id; AWS picks the first one when none is asked for."""
    inputs = making.inputs
    asked = text(inputs.get("availabilityZoneId"))
    zone = text(inputs.get("availabilityZone")) or (
        zone_of_id(making.region, asked) if asked else first_zone(making.region)
    )
    subnet_id = making.ec2_id("subnet")
    return {
        "id": subnet_id,
        "arn": making.arn("ec2", f"subnet/{subnet_id}"),
        "ownerId": making.account,
        "availabilityZone": zone,
        "availabilityZoneId": given_or(inputs, "availabilityZoneId", zone_id(zone)),
        "privateDnsHostnameTypeOnLaunch": given_or(inputs, "privateDnsHostnameTypeOnLaunch", "ip-name"),
        "ipv6CidrBlock": given_or(inputs, "ipv6CidrBlock", ""),
        "ipv6CidrBlockAssociationId": making.ec2_id("subnet-cidr-assoc") if text(inputs.get("ipv6CidrBlock")) else "",
    }


@outputs_of("ec2.InternetGateway")
def internet_gateway(making: Making) -> Properties:
    """An internet gateway, attached or not."""
    gateway_id = making.ec2_id("igw")
    return {
        "id": gateway_id,
        "arn": making.arn("ec2", f"internet-gateway/{gateway_id}"),
        "ownerId": making.account,
        "vpcId": making.given("vpcId"),
    }


@outputs_of("ec2.EgressOnlyInternetGateway")
def egress_only_gateway(making: Making) -> Properties:
    """A way out by IPv6."""
    return {"id": making.ec2_id("eigw")}


@outputs_of("ec2.RouteTable")
def route_table(making: Making) -> Properties:
    """A route table; its local route is not listed."""
    table_id = making.ec2_id("rtb")
    return {
        "id": table_id,
        "arn": making.arn("ec2", f"route-table/{table_id}"),
        "ownerId": making.account,
        "routes": items(making.inputs.get("routes")),
        "propagatingVgws": items(making.inputs.get("propagatingVgws")),
    }


@outputs_of("ec2.Route")
def route(making: Making) -> Properties:
    """A route's id holds its table and a checksum of its destination, as the provider makes it."""
    destination = next(
        (
            found
            for name in ("destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId")
            if (found := making.given(name))
        ),
        "",
    )
    return {
        "id": f"r-{making.given('routeTableId')}{zlib.crc32(destination.encode())}",
        "origin": "CreateRoute",
        "state": "active",
        "instanceId": "",
        "instanceOwnerId": "",
        "networkInterfaceId": making.given("networkInterfaceId"),
    }


@outputs_of("ec2.RouteTableAssociation")
def route_table_association(making: Making) -> Properties:
    """One subnet's, or one gateway's, route table."""
    return {"id": making.ec2_id("rtbassoc")}


@outputs_of("ec2.MainRouteTableAssociation")
def main_route_table_association(making: Making) -> Properties:
    """The VPC remembers which table was its main one."""
    owner = making.cloud.get("ec2.Vpc", making.inputs.get("vpcId"))
    original = "" if owner is None else str(owner.outputs.get("mainRouteTableId"))
    return {"id": making.ec2_id("rtbassoc"), "originalRouteTableId": original}


@outputs_of("ec2.Eip")
def elastic_ip(making: Making) -> Properties:
    """An address out of 198.18.0.0/15, which no host of the internet has (RFC 2544)."""
    allocation = making.ec2_id("eipalloc")
    address = str(ipaddress.IPv4Address("198.18.0.0") + int(making.hex(8, "address"), 16) % 131072)
    domain = "compute-1" if making.region == "us-east-1" else f"{making.region}.compute"
    return {
        "id": allocation,
        "allocationId": allocation,
        "arn": making.arn("ec2", f"elastic-ip/{allocation}"),
        "publicIp": address,
        "publicDns": f"ec2-{address.replace('.', '-')}.{domain}.{making.identity.dns_suffix}",
        "domain": "vpc",
        "networkBorderGroup": given_or(making.inputs, "networkBorderGroup", making.region),
        "publicIpv4Pool": given_or(making.inputs, "publicIpv4Pool", "amazon"),
        "associationId": "",
        "carrierIp": "",
        "customerOwnedIp": "",
        "instance": making.given("instance"),
        "ipamPoolId": making.given("ipamPoolId"),
        "networkInterface": making.given("networkInterface"),
        "privateDns": "",
        "privateIp": "",
        "ptrRecord": "",
    }


@outputs_of("ec2.NatGateway")
def nat_gateway(making: Making) -> Properties:
    """A NAT gateway has an interface in its subnet and the address that it was given."""
    place = making.cloud.get("ec2.Subnet", making.inputs.get("subnetId"))
    address = making.cloud.get("ec2.Eip", making.inputs.get("allocationId"))
    return {
        "id": making.ec2_id("nat"),
        "associationId": "" if address is None else making.ec2_id("eipassoc"),
        "networkInterfaceId": making.ec2_id("eni"),
        "publicIp": "" if address is None else address.outputs.get("publicIp"),
        "privateIp": given_or(making.inputs, "privateIp", address_in(making, making.given("subnetId"))),
        "vpcId": making.given("vpcId") or ("" if place is None else place.outputs.get("vpcId")),
        "availabilityMode": given_or(making.inputs, "availabilityMode", "zonal"),
        "secondaryAllocationIds": items(making.inputs.get("secondaryAllocationIds")),
        "secondaryPrivateIpAddresses": items(making.inputs.get("secondaryPrivateIpAddresses")),
        "secondaryPrivateIpAddressCount": whole(making.inputs.get("secondaryPrivateIpAddressCount")) or 0,
        "autoProvisionZones": "",
        "autoScalingIps": "",
        "regionalNatGatewayAddresses": [],
        "regionalNatGatewayAutoMode": "",
        "routeTableId": "",
    }


@outputs_of("ec2.VpcEndpoint")
def vpc_endpoint(making: Making) -> Properties:
    """A gateway endpoint has a prefix list; an interface endpoint has names and an interface in each subnet."""
    inputs = making.inputs
    endpoint_id = making.ec2_id("vpce")
    interface = inputs.get("vpcEndpointType") == "Interface"
    subnets = texts(inputs.get("subnetIds"))
    service = making.given("serviceName").removeprefix(f"com.amazonaws.{making.region}.")
    names: list[Value] = []
    if interface:
        stem = f"{endpoint_id}-{making.hex(8, 'dns')}.{service}.{making.region}.vpce.{making.identity.dns_suffix}"
        names = [{"dnsName": stem, "hostedZoneId": f"Z{making.letters(13, 'zone')}"}]
    return {
        "id": endpoint_id,
        "arn": making.arn("ec2", f"vpc-endpoint/{endpoint_id}"),
        "ownerId": making.account,
        "state": "available",
        "requesterManaged": False,
        "policy": given_or(inputs, "policy", FULL_ACCESS),
        "privateDnsEnabled": flag(inputs.get("privateDnsEnabled")),
        "prefixListId": "" if interface else f"pl-{_regional(making, service)[:8]}",
        "cidrBlocks": [] if interface else ["198.18.0.0/24"],
        "dnsEntries": names,
        "dnsOptions": inputs.get("dnsOptions"),
        "ipAddressType": given_or(inputs, "ipAddressType", "ipv4" if interface else ""),
        "networkInterfaceIds": [making.ec2_id("eni", subnet_id) for subnet_id in subnets],
        "routeTableIds": items(inputs.get("routeTableIds")),
        "subnetIds": items(inputs.get("subnetIds")),
        "securityGroupIds": given_or(inputs, "securityGroupIds", _default_groups(making) if interface else []),
        "serviceRegion": given_or(inputs, "serviceRegion", making.region),
        "subnetConfigurations": items(inputs.get("subnetConfigurations")),
    }


@outputs_of("ec2.VpcEndpointRouteTableAssociation", "ec2.VpcEndpointSubnetAssociation")
def endpoint_association(making: Making) -> Properties:
    """An endpoint's route table or subnet."""
    other = making.given("routeTableId") or making.given("subnetId")
    return {"id": f"a-{making.given('vpcEndpointId')}{zlib.crc32(other.encode())}"}


@outputs_of("ec2.SecurityGroup")
def security_group(making: Making) -> Properties:
    """A security group; the provider removes the rule that AWS adds, so it starts without any."""
    group_id = making.ec2_id("sg")
    return {
        "id": group_id,
        "arn": making.arn("ec2", f"security-group/{group_id}"),
        "ownerId": making.account,
        "name": making.made_name(),
        "namePrefix": making.given("namePrefix"),
        "ingress": items(making.inputs.get("ingress")),
        "egress": items(making.inputs.get("egress")),
        "vpcId": making.given("vpcId"),
    }


@outputs_of("ec2.DefaultSecurityGroup")
def default_security_group(making: Making) -> Properties:
    """The group that the VPC brought along, now managed; its rules are those of the program and no others."""
    owner = making.cloud.get("ec2.Vpc", making.inputs.get("vpcId"))
    group_id = making.ec2_id("sg") if owner is None else str(owner.outputs.get("defaultSecurityGroupId"))
    return {
        "id": group_id,
        "arn": making.arn("ec2", f"security-group/{group_id}"),
        "ownerId": making.account,
        "name": "default",
        "namePrefix": "",
        "description": "default VPC security group",
        "ingress": items(making.inputs.get("ingress")),
        "egress": items(making.inputs.get("egress")),
        "vpcId": making.given("vpcId"),
    }


@outputs_of("ec2.SecurityGroupRule")
def security_group_rule(making: Making) -> Properties:
    """A rule of the older kind, which may stand for several of AWS's."""
    return {"id": f"sgrule-{making.decimal(10)}", "securityGroupRuleId": making.ec2_id("sgr")}


@outputs_of("vpc.SecurityGroupIngressRule", "vpc.SecurityGroupEgressRule")
def vpc_security_group_rule(making: Making) -> Properties:
    """One rule of a group."""
    rule_id = making.ec2_id("sgr")
    return {"id": rule_id, "arn": making.arn("ec2", f"security-group-rule/{rule_id}"), "securityGroupRuleId": rule_id}


@outputs_of("ec2.FlowLog")
def flow_log(making: Making) -> Properties:
    """A flow log to a log group, a bucket or a delivery stream."""
    log_id = making.ec2_id("fl")
    return {
        "id": log_id,
        "arn": making.arn("ec2", f"vpc-flow-log/{log_id}"),
        "logFormat": given_or(making.inputs, "logFormat", _FLOW_LOG_FORMAT),
        "logDestination": making.given("logDestination"),
    }


@outputs_of("ec2.NetworkAcl")
def network_acl(making: Making) -> Properties:
    """A network ACL and the subnets that use it."""
    acl_id = making.ec2_id("acl")
    return {
        "id": acl_id,
        "arn": making.arn("ec2", f"network-acl/{acl_id}"),
        "ownerId": making.account,
        "ingress": items(making.inputs.get("ingress")),
        "egress": items(making.inputs.get("egress")),
        "subnetIds": items(making.inputs.get("subnetIds")),
    }


@outputs_of("ec2.NetworkAclRule")
def network_acl_rule(making: Making) -> Properties:
    """A rule's id is a checksum of its list, number and direction, as the provider makes it."""
    direction = "true" if making.inputs.get("egress") else "false"
    parts = [making.given("networkAclId"), f"{whole(making.inputs.get('ruleNumber'))}", direction]
    return {"id": f"nacl-{zlib.crc32('-'.join(parts).encode())}"}


def address_in(making: Making, subnet_id: str) -> str:
    """An address of the subnet behind the four that AWS keeps at its start; empty when the subnet is unknown."""
    place = making.cloud.get("ec2.Subnet", subnet_id)
    block = None if place is None else text(place.outputs.get("cidrBlock"))
    if block is None:
        return ""
    network = ipaddress.ip_network(block, strict=False)
    room = max(1, network.num_addresses - 5)
    return str(network[4 + int(making.hex(8, subnet_id), 16) % room])


def _default_groups(making: Making) -> list[Value]:
    owner = making.cloud.get("ec2.Vpc", making.inputs.get("vpcId"))
    return [] if owner is None else [owner.outputs.get("defaultSecurityGroupId")]


def _regional(making: Making, name: str) -> str:
    """17 digits that are the same for everybody in the region."""
    return f"{zlib.crc32(f'{making.region}/{name}'.encode()):08x}{zlib.crc32(f'{name}@{making.region}'.encode()):08x}0"
