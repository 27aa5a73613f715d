"""Names the client of a connection, for limits that count callers."""

import ipaddress

HOME_NETWORK_BYTES = 8  # the first half of an IPv6 address: a household has a whole /64, which counts as one client


def identify_caller(client: str | None) -> str:
    """The client that a limit counts: an IPv4 address, or the /64 network of an IPv6 address.

    All connections without an address, such as Unix sockets, count as one.
    """
    if client is None or ":" not in client:
        return client or "no address"
    try:
        address = ipaddress.IPv6Address(client)
    except ValueError:
        return client
    return str(address.ipv4_mapped or address.packed[:HOME_NETWORK_BYTES].hex())
