"""GET_PRESIGNED_URL: addresses from which anyone can read a staged file for some time."""

from __future__ import annotations

from sqlglot import exp

from snowdome.catalog.names import literal
from snowdome.clock import SECOND
from snowdome.errors import SnowflakeError, compilation_error, not_supported
from snowdome.sql.binder.calls import SPECIAL
from snowdome.sql.binder.core import Binder
from snowdome.sql.binder.directory import written
from snowdome.sql.binder.scope import Scope
from snowdome.sql.casts import coerce_word
from snowdome.sql.typed import Typed, invalid_arguments
from snowdome.stages import location, presigned
from snowdome.types import TEXT

_USUAL = 3600  # seconds
_LONGEST = 604_800


def presigned_url(binder: Binder, node: exp.Anonymous, scope: Scope) -> Typed:
    """A call: a stage or ``snow://`` location, the path of a file in it, and seconds until the address ends."""
    if len(node.expressions) not in (2, 3):
        types = [binder.expression(a, scope).type for a in node.expressions[1:]]
        raise invalid_arguments("GET_PRESIGNED_URL", types)
    services = binder.context.services
    place = location.resolve(written((node.expressions[0],)), binder.session, services.stages)
    value = binder.expression(node.expressions[1], scope)
    path = coerce_word(value, "text", binder)
    if path is None:
        raise invalid_arguments("GET_PRESIGNED_URL", [value.type])
    seconds = _seconds(node.expressions[2]) if len(node.expressions) == 3 else _USUAL
    if services.address is None:
        raise not_supported("GET_PRESIGNED_URL where no server runs")
    binder.volatile()
    host, port = services.address
    head, key = presigned.address(services.stages, place.area, binder.now // SECOND + seconds)
    below = literal(place.path.rstrip("/") + "/" if place.path else "")
    full = f"({below} || ltrim({path.sql}, '/'))"
    encoded = f"replace(url_encode({full}), '%2F', '/')"
    signed = presigned.signature_sql(key, full)
    start = literal(f"http://{host}:{port}{head}/")
    return Typed(f"({start} || {signed} || '/' || {encoded})", TEXT, path.nullable)


def _seconds(node: exp.Expr) -> int:
    if not isinstance(node, exp.Literal) or node.is_string:
        raise _invalid(node.sql(dialect="snowflake"))
    seconds = float(str(node.this))
    if not 0 < seconds <= _LONGEST:
        raise _invalid(str(node.this))
    return int(seconds)


def _invalid(written_value: str) -> SnowflakeError:
    text = f"invalid value [{written_value}] for parameter 'expiration_time'"
    return compilation_error("001007", "22023", text)


SPECIAL["GET_PRESIGNED_URL"] = presigned_url
