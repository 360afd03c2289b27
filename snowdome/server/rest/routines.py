"""What procedures and user-defined functions share: their signatures, languages, values and answers."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from snowdome.catalog.model import Argument, Function, Routine
from snowdome.catalog.names import ObjectName
from snowdome.errors import object_not_found
from snowdome.server import edge
from snowdome.server.rest.body import Body
from snowdome.server.rest.call import Answer, Call
from snowdome.server.rest.grants import routine_parts
from snowdome.server.rest.resource import Filters, Resource, shown
from snowdome.server.rest.rows import Row, said, yes
from snowdome.server.rest.sqltext import (
    assignments,
    identifier,
    joined,
    listed,
    literal,
    name,
    object_sql,
    pattern,
    properties,
    shown_name,
    text,
)
from snowdome.sql import lexer, typenames
from snowdome.sql.cursor import Cursor
from snowdome.statements.describe_types import bare_name
from snowdome.types import DataType, sql_name

R = TypeVar("R", bound=Routine)

# -- which one ------------------------------------------------------------------------------------


def called(call: Call) -> tuple[str, str]:
    """The full name and the argument types in the path ``name(types)``, as SQL."""
    routine, types = routine_parts(call.path["name"], *call.place)
    return routine, sql_types(_types(types or "()"))


def sql_types(types: list[DataType]) -> str:
    """Types in parentheses."""
    return listed(sql_name(t) for t in types)


def _types(text: str) -> list[DataType]:
    """The types in ``(INT, VARCHAR)``."""
    cursor = Cursor(text, lexer.tokenize(text))
    found = cursor.list_of(lambda: typenames.mapped(typenames.read(cursor), "TIMESTAMP_NTZ"))
    cursor.finish()
    return found


def row_of(resource: Resource, call: Call) -> Row:
    """The row of SHOW of the overload that the path names; 002003 if there is none."""
    typed, types = routine_parts(call.path["name"])
    stored = identifier(typed)
    kinds = [t.kind for t in _types(types or "()")]
    for row in shown(resource, call, Filters(f"LIKE {pattern(stored)}")):
        if row["name"] == stored and argument_kinds(row) == kinds:
            return row
    full = object_sql(*call.place, stored) + (types or "()")
    raise object_not_found(resource.label, full.replace('"', ""))


def argument_kinds(row: Row) -> list[str]:
    """The kinds of the types in SHOW's ``NAME(NUMBER, DEFAULT VARCHAR) RETURN …``."""
    source = row["arguments"][len(row["name"]) :]
    cursor = Cursor(source, lexer.tokenize(source))
    return [t.kind for t in cursor.list_of(lambda: _argument_type(cursor))]


def _argument_type(cursor: Cursor) -> DataType:
    cursor.accept("DEFAULT")
    return typenames.read(cursor)


def entity_of(call: Call, row: Row, kind: type[R]) -> R:
    """The routine itself: listings do not tell its arguments' names and defaults; 002003 if it is gone."""
    place = (row["catalog_name"], row["schema_name"])
    key = f"{row['name']}({','.join(argument_kinds(row))})"
    full = ObjectName((*place, row["name"]))
    found = call.session.find(kind, full, key)
    if found is None:
        raise object_not_found(kind.kind_name, str(full))
    return found


# -- bodies ---------------------------------------------------------------------------------------


def signature(body: Body) -> str:
    """The arguments in parentheses."""
    return listed(_argument(a) for a in body.objects("arguments"))


def _argument(body: Body) -> str:
    default = body.text("default_value")
    written = joined(
        object_sql(identifier(body.required("name"))),
        body.required("datatype"),
        None if default is None else f"DEFAULT {default}",
    )
    body.finish()
    return written


def returns(body: Body) -> str:
    """RETURNS a type, or a table."""
    kind = body.object("return_type")
    if kind is None:
        raise edge.bad_request("return_type is missing")
    if kind.required("type") == "TABLE":
        columns = kind.objects("column_list")
        return f"RETURNS TABLE {listed(_argument(c) for c in columns)}"
    nullable = "NOT NULL" if kind.flag("nullable") is False else ""
    return joined("RETURNS", kind.required("datatype"), nullable)


def language(body: Body) -> str:
    """LANGUAGE, and what the language wants to know."""
    config = body.object("language_config")
    if config is None:
        raise edge.bad_request("language_config is missing")
    strict = config.flag("called_on_null_input") is False
    volatile = config.flag("is_volatile")
    written = joined(
        f"LANGUAGE {_word(config.required('language'))}",
        "RETURNS NULL ON NULL INPUT" if strict else "",
        "" if volatile is None else "VOLATILE" if volatile else "IMMUTABLE",
        assignments(config, properties(text, "runtime_version handler target_path")),
        *(_texts(config, key) for key in ("packages", "imports")),
        _names(config, "external_access_integrations"),
        _secrets(config),
    )
    config.finish()
    return written


def _word(text: str) -> str:
    if not text.isalpha():
        raise edge.bad_request(f"{text} is no language")
    return text


def _texts(config: Body, key: str) -> str:
    found = config.texts(key)
    return f"{key.upper()} = {listed(literal(t) for t in found)}" if found else ""


def _names(config: Body, key: str) -> str:
    found = config.texts(key)
    return f"{key.upper()} = {listed(object_sql(identifier(n)) for n in found)}" if found else ""


def _secrets(config: Body) -> str:
    found = config.mapping("secrets")
    inner = Body(found)
    return f"SECRETS = {listed(f'{literal(k)} = {name(inner, k)}' for k in found)}" if found else ""


def source(body: Body) -> str:
    """AS and the body, quoted."""
    code = body.text("body")
    if code is None:
        return ""
    return f"AS $${code}$$" if "$" not in code else f"AS {literal(code)}"


# -- values ---------------------------------------------------------------------------------------


def arguments(given: list[Body]) -> str:
    """Arguments of a call by their names, each of its type."""
    return listed(f"{object_sql(identifier(a.required('name')))} => {_value(a)}" for a in given)


def _value(given: Body) -> str:
    kind = sql_name(typenames.parse(given.required("datatype")))
    return f"{_written(given.get('value'))}::{kind}"


def _written(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return str(value).upper() if value is not None else "NULL"
    if isinstance(value, (list, dict)):
        return f"PARSE_JSON({literal(json.dumps(value))})"
    return literal(str(value))


def results(call: Call, sql: str) -> list[Answer]:
    """A call's rows as clients take them: booleans and semi-structured values as text, arrays as lists."""
    return [{key: _sent(value) for key, value in row.items()} for row in call.rows(sql)]


def _sent(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value, separators=(",", ":")) if isinstance(value, dict) else value


# -- answers --------------------------------------------------------------------------------------


def answer(row: Row, routine: Routine) -> Answer:
    """What both tell."""
    return {
        "name": shown_name(row["name"]),
        "created_on": row["created_on"],
        "database_name": shown_name(row["catalog_name"]),
        "schema_name": shown_name(row["schema_name"]),
        "owner": shown_name(routine.owner),
        "owner_role_type": "ROLE",
        "comment": said(routine.comment) or "",
        "is_secure": yes(row["is_secure"]),
        "is_builtin": yes(row["is_builtin"]),
        "min_num_arguments": row["min_num_arguments"],
        "max_num_arguments": row["max_num_arguments"],
        "arguments": [_shown_argument(a) for a in routine.arguments],
        "return_type": _shown_type(routine),
        "language_config": _shown_language(routine),
        "body": routine.body,
    }


def _shown_argument(argument: Argument) -> Answer:
    return {
        "name": shown_name(argument.name),
        "datatype": bare_name(argument.type),
        "default_value": argument.default,
    }


def _shown_type(routine: Routine) -> Answer:
    if routine.returns is None:
        columns = [{"name": shown_name(n), "datatype": bare_name(t)} for n, t in routine.columns]
        return {"type": "TABLE", "column_list": columns}
    return {"type": "DATATYPE", "datatype": bare_name(routine.returns), "nullable": not routine.not_null}


def _shown_language(routine: Routine) -> Answer:
    config: dict[str, Any] = {
        "language": routine.language,
        "called_on_null_input": not routine.strict,
    }
    if isinstance(routine, Function):
        config["is_volatile"] = routine.volatile
    if routine.language == "SQL":
        return config
    options = routine.options
    return {
        **config,
        "runtime_version": options.get("RUNTIME_VERSION", ""),
        "handler": options.get("HANDLER", ""),
        "packages": [p for p in options.get("PACKAGES", "").split("\n") if p],
        "imports": [p for p in options.get("IMPORTS", "").split("\n") if p],
    }
