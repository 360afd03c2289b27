"""URLs and IP addresses taken apart, as JSON text."""

from __future__ import annotations

import ipaddress
import json
import re
from typing import Any

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_PORT = re.compile(r"(.*):([0-9]*)")


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def parse_url(url: str, permissive: bool) -> str:
    """The parts of a URL; 100139, or an object with ``error`` if ``permissive``, where it is none."""
    scheme, colon, rest = url.partition(":")
    if not colon or not _SCHEME.fullmatch(scheme):
        if permissive:
            return _json({"error": "scheme not specified"})
        raise ValueError("SF|100139|22000|Error parsing URL: scheme not specified")
    rest, _, fragment = rest.partition("#")
    rest, mark, query = rest.partition("?")
    host, port, path = _authority(rest)
    return _json(
        {
            "fragment": fragment or None,
            "host": host,
            "parameters": _parameters(query) if mark else None,
            "path": path,
            "port": port,
            "query": query if mark else None,
            "scheme": scheme,
        }
    )


def _authority(rest: str) -> tuple[str | None, str | None, str | None]:
    """Host, port and path of what follows the scheme."""
    if not rest.startswith("//"):
        return None, None, rest.removeprefix("/")
    host, slash, path = rest[2:].partition("/")
    with_port = _PORT.fullmatch(host)
    port = None
    if with_port and not host.endswith("]"):
        host, port = with_port[1], with_port[2] or None
    return host, port, path if slash else None


def _parameters(query: str) -> dict[str, str | None]:
    pairs = (p.partition("=") for p in query.split("&") if p)
    return {name: value if sign else None for name, sign, value in pairs}


def parse_ip(address: str, kind: str, permissive: bool) -> str:
    """The parts of an address of the kind INET or CIDR; an error, or an object with ``error``."""
    try:
        return _json(_ip(address.strip(), kind.upper()))
    except ValueError as error:
        if permissive:
            return _json({"error": f"parsing failed: {error}"})
        message = f"Error parsing IP address: {error}"
        raise ValueError(f"SF|100138|22000|{message}") from None


def _ip(address: str, kind: str) -> dict[str, Any]:
    if kind not in ("INET", "CIDR"):
        raise ValueError(f"unknown type '{kind.lower()}'")
    parsed = ipaddress.ip_interface(address)
    if kind == "CIDR" and parsed.ip != parsed.network.network_address:
        raise ValueError(f"'{address}' has bits set to the right of its mask")
    prefixed = "/" in address
    return {
        "family": parsed.version,
        "host": address.partition("/")[0],
        "ip_fields": _fields(parsed),
        "ip_type": kind.lower(),
        "netmask_prefix_length": parsed.network.prefixlen if prefixed else None,
        "snowflake$type": "ip_address",
        **_range(parsed, prefixed),
    }


def _fields(parsed: ipaddress.IPv4Interface | ipaddress.IPv6Interface) -> list[int]:
    """Four unsigned numbers of 32 bits; an IPv4 address is the first of them."""
    if parsed.version == 4:
        return [int(parsed.ip), 0, 0, 0]
    return [(int(parsed.ip) >> shift) & 0xFFFFFFFF for shift in (96, 64, 32, 0)]


def _range(parsed: ipaddress.IPv4Interface | ipaddress.IPv6Interface, prefixed: bool) -> dict[str, Any]:
    """The address as a number, and with a prefix the first and last of its network."""
    first, last = int(parsed.network.network_address), int(parsed.network.broadcast_address)
    if parsed.version == 4:
        ends = {"ipv4_range_start": first, "ipv4_range_end": last} if prefixed else {}
        return {"ipv4": int(parsed.ip), **ends}
    shown = {"hex_ipv6": f"{int(parsed.ip):032X}"}
    return shown | (
        {"hex_ipv6_range_start": f"{first:032X}", "hex_ipv6_range_end": f"{last:032X}"} if prefixed else {}
    )
