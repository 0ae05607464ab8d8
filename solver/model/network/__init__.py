"""The network pool: addresses, NAT, endpoints, load balancers, transfer."""
