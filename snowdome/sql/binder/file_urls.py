"""BUILD_SCOPED_FILE_URL and BUILD_STAGE_FILE_URL: addresses of staged files, which are not opened here."""

from __future__ import annotations

from sqlglot import exp

from snowdome.catalog.names import literal
from snowdome.errors import compilation_error, not_supported
from snowdome.python.files import address
from snowdome.sql.binder.calls import SPECIAL
from snowdome.sql.binder.core import Binder
from snowdome.sql.binder.directory import stage_url, written
from snowdome.sql.binder.scope import Scope
from snowdome.sql.casts import coerce_word
from snowdome.sql.typed import Typed, invalid_arguments
from snowdome.stages import location
from snowdome.types import TEXT


def file_url(binder: Binder, node: exp.Anonymous, scope: Scope) -> Typed:
    """A call of either: a stage, and the path of a file in it."""
    if len(node.expressions) != 2:
        raise invalid_arguments(
            node.name.upper(), [binder.expression(a, scope).type for a in node.expressions[1:]]
        )
    stage, file = node.expressions
    place = location.resolve(written((stage,)), binder.session, binder.context.services.stages)
    value = binder.expression(file, scope)
    path = coerce_word(value, "text", binder)
    if path is None:
        raise invalid_arguments(node.name.upper(), [value.type])
    binder.volatile()
    if node.name.upper() == "BUILD_SCOPED_FILE_URL":
        root = literal(f"{place.area.directory}/{place.path}".rstrip("/") + "/")
        token = f"replace(replace(to_base64(encode({root} || {path.sql})), '/', '_'), '+', '-')"
        head = literal(address(binder.context.services.name, binder.query_id))
        return Typed(f"({head} || {token})", TEXT, path.nullable)
    if place.stage is None:
        raise not_supported("BUILD_STAGE_FILE_URL of a user's or a table's stage")
    if place.path:
        raise compilation_error("001003", "42000", "BUILD_STAGE_FILE_URL takes a stage without a path.")
    encoded = f"replace(url_encode({path.sql}), '%2F', '/')"
    return Typed(f"({literal(stage_url(binder, place.stage))} || {encoded})", TEXT, path.nullable)


def _refused(binder: Binder, node: exp.Anonymous, scope: Scope) -> Typed:
    raise not_supported(f"{node.name.upper()} (file functions)")


_LATER = ("GET_STAGE_LOCATION", "GET_RELATIVE_PATH", "GET_ABSOLUTE_PATH")
SPECIAL.update(dict.fromkeys(_LATER, _refused))
SPECIAL.update(dict.fromkeys(("BUILD_SCOPED_FILE_URL", "BUILD_STAGE_FILE_URL"), file_url))
