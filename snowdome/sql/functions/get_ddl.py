"""GET_DDL: the statement that makes an object again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from snowdome.catalog import model
from snowdome.catalog.model import Constraint, Database, Entity, Procedure, Routine, Schema, TableColumn
from snowdome.catalog.names import ObjectName, always_quoted, quote
from snowdome.errors import compilation_error, not_supported, object_not_found
from snowdome.session import Session
from snowdome.sql import lexer, typenames
from snowdome.sql.cursor import Cursor
from snowdome.sql.functions.context import constant
from snowdome.sql.functions.registry import scalar
from snowdome.sql.names import parse_name
from snowdome.sql.typed import Call, Typed
from snowdome.types import TEXT

Writer = Callable[[Any, str], str]
_ROUTINES = frozenset({"FUNCTION", "PROCEDURE"})
_KINDS: dict[str, type[Entity]] = {
    "TABLE": model.Table, "VIEW": model.View, "SEQUENCE": model.Sequence, "FUNCTION": model.Function,
    "PROCEDURE": model.Procedure, "SCHEMA": Schema, "DATABASE": Database,
}  # fmt: skip
# In the order in which a schema's objects are written; those of other kinds make it impossible.
_IN_SCHEMA = (model.Sequence, model.Table, model.View, model.Function, model.Procedure)
_LISTS = frozenset({"PACKAGES", "IMPORTS"})  # options of handlers, kept a line each
_NEVER_WRITTEN = (Schema, Database, model.Stage, model.Tag)


@scalar("GET_DDL", args="text, text, bool?")
def get_ddl(call: Call) -> Typed:
    """GET_DDL('kind', 'name' [, with full names])."""
    kind = call.constant_text(0).upper().replace(" ", "_")
    if kind not in _KINDS:
        raise not_supported(f"GET_DDL of {kind}")
    qualified = call.get(2)
    found = _find(kind, call.constant_text(1), call.env.session)
    writer = _Writer(call.env.session, qualified is not None and qualified.literal is True)
    return constant(writer.text(found)).with_type(TEXT)


def _find(kind: str, name: str, session: Session) -> Entity:
    if kind == "DATABASE":
        return session.require_database(parse_name(name)[-1])
    if kind == "SCHEMA":
        parts = parse_name(name)
        return session.require_schema(ObjectName((*parts, "")))[1]
    full, key = _routine(name) if kind in _ROUTINES else (ObjectName(parse_name(name)), None)
    found = session.find(_KINDS[kind], full, key)
    if found is None:
        raise object_not_found(kind.capitalize(), str(session.full_name(full)))
    if type(found) not in _WRITERS:
        raise not_supported(f"GET_DDL of a {found.kind_name.lower()}")
    return found


def _routine(name: str) -> tuple[ObjectName, str]:
    """``name(TYPE, …)`` and the key of that overload."""
    cursor = Cursor(name, lexer.tokenize(name))
    parts = cursor.name().parts
    if not cursor.at("("):
        text = f"Invalid argument '{name}': the types of its arguments are missing."
        raise compilation_error("001015", "22023", text)
    kinds = ",".join(t.kind for t in cursor.list_of(lambda: typenames.read(cursor)))
    return ObjectName(parts), f"{parts[-1]}({kinds})"


class _Writer:
    """Writes statements; with ``qualified``, names have all their parts."""

    def __init__(self, session: Session, qualified: bool) -> None:
        self._snapshot = session.catalog.snapshot
        self._qualified = qualified

    def text(self, entity: Entity) -> str:
        """The statement, and for a schema or database those of all that is in it."""
        if isinstance(entity, Database):
            return "\n\n".join(self._database(entity))
        if isinstance(entity, Schema):
            return self._schema(entity)
        return _WRITERS[type(entity)](entity, self._name(entity))

    def _name(self, entity: Entity) -> str:
        quoting = always_quoted if isinstance(entity, Routine) else quote
        parts = [quoting(entity.name)]
        parent = self._snapshot.by_id.get(entity.parent) if self._qualified else None
        while parent is not None:
            parts.append(quoting(parent.name))
            parent = self._snapshot.by_id.get(parent.parent)
        return ".".join(reversed(parts))

    def _database(self, database: Database) -> Iterator[str]:
        transient = "TRANSIENT " if database.transient else ""
        yield f"create or replace {transient}database {quote(database.name)}{_comment(database)};"
        for schema in self._snapshot.children(Schema, database.id):
            yield self._schema(schema)

    def _schema(self, schema: Schema) -> str:
        transient = "TRANSIENT " if schema.transient else ""
        head = f"create or replace {transient}schema {self._name(schema)}{_comment(schema)};\n"
        return "\n".join([head, *(self.text(each) for each in self._objects(schema))])

    def _objects(self, schema: Schema) -> Iterator[Entity]:
        inside = [e for e in self._snapshot.by_id.values() if e.parent == schema.id]
        for each in inside:
            if type(each) not in _WRITERS and not isinstance(each, _NEVER_WRITTEN):
                raise not_supported(f"GET_DDL of a schema with a {each.kind_name.lower()}")
        for kind in _IN_SCHEMA:
            yield from self._snapshot.children(kind, schema.id)


def _text(value: str) -> str:
    """A string literal of Snowflake's, in which a backslash escapes."""
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def _comment(entity: Entity) -> str:
    return f" COMMENT={_text(entity.comment)}" if entity.comment else ""


# -- tables, views and sequences ----------------------------------------------------------------


def _table(table: model.Table, name: str) -> str:
    persistence = "" if table.persistence == "PERMANENT" else f"{table.persistence} "
    clustered = f" cluster by {_bracketed(table.cluster_by)}" if table.cluster_by else " "
    lines = [*map(_column, table.columns), *map(_constraint, table.constraints)]
    comment = f"COMMENT={_text(table.comment)}\n" if table.comment else ""
    inside = ",\n\t".join(lines)
    return f"create or replace {persistence}TABLE {name}{clustered}(\n\t{inside}\n){comment};"


def _bracketed(text: str) -> str:
    return text.removeprefix("LINEAR") if text.startswith(("(", "LINEAR(")) else f"({text})"


def _column(column: TableColumn) -> str:
    words = [quote(column.name), str(column.type)]
    if column.collation:
        words.append(f"COLLATE {_text(column.collation)}")
    if column.computed is not None:
        words.append(f"AS ({column.computed})")
    if not column.nullable:
        words.append("NOT NULL")
    if column.identity is not None:
        start, step = column.identity
        words.append(
            f"autoincrement start {start} increment {step} {'order' if column.ordered else 'noorder'}"
        )
    elif column.default is not None:
        words.append(f"DEFAULT {column.default}")
    if column.comment:
        words.append(f"COMMENT {_text(column.comment)}")
    return " ".join(words)


def _constraint(constraint: Constraint) -> str:
    named = "" if constraint.name.startswith("SYS_CONSTRAINT_") else f"constraint {quote(constraint.name)} "
    columns = ", ".join(map(quote, constraint.columns))
    text = f"{named}{constraint.kind.lower()} ({columns})"
    if constraint.referenced_table:
        referenced = ", ".join(map(quote, constraint.referenced_columns))
        text += f" references {ObjectName(constraint.referenced_table)}({referenced})"
    return text


def _view(view: model.View, name: str) -> str:
    words = [w for w, given in (("secure", view.secure), ("recursive", view.recursive)) if given]
    head = " ".join(["create or replace", *words, "view"])
    columns = ",\n\t".join(
        quote(c.name) + (f" COMMENT {_text(c.comment)}" if c.comment else "") for c in view.columns
    )
    return f"{head} {name}(\n\t{columns}\n){_comment(view)} as {view.query};"


def _sequence(sequence: model.Sequence, name: str) -> str:
    order = "order" if sequence.ordered else "noorder"
    numbers = f"start with {sequence.start} increment by {sequence.increment}"
    return f"create or replace sequence {name} {numbers} {order}{_comment(sequence)};"


# -- functions and procedures -------------------------------------------------------------------


def _routine_text(routine: Routine, name: str) -> str:
    modifiers = "".join(
        f"{word} "
        for word, given in (("SECURE", routine.secure), ("AGGREGATE", _aggregates(routine)))
        if given
    )
    arguments = ", ".join(
        f"{always_quoted(a.name)} {a.type}" + (f" DEFAULT {a.default}" if a.default is not None else "")
        for a in routine.arguments
    )
    kind = routine.kind_name.upper()
    return "\n".join([f"CREATE OR REPLACE {modifiers}{kind} {name}({arguments})", *_clauses(routine)])


def _aggregates(routine: Routine) -> bool:
    return isinstance(routine, model.Function) and routine.aggregate


def _clauses(routine: Routine) -> Iterator[str]:
    yield f"RETURNS {_returned(routine)}" + (" NOT NULL" if routine.not_null else "")
    yield f"LANGUAGE {routine.language}"
    if routine.strict:
        yield "STRICT"
    for option, value in routine.options.items():
        values = [_text(each) for each in value.split("\n") if each]
        yield f"{option} = " + (f"({','.join(values)})" if option in _LISTS else "".join(values))
    if routine.comment:
        yield f"COMMENT={_text(routine.comment)}"
    if isinstance(routine, Procedure):
        yield f"EXECUTE AS {routine.execute_as}"
    yield f"AS {_text(routine.body)};"


def _returned(routine: Routine) -> str:
    if routine.returns is not None:
        return str(routine.returns)
    columns = ", ".join(f"{always_quoted(name)} {type_}" for name, type_ in routine.columns)
    return f"TABLE ({columns})"


_WRITERS: dict[type[Entity], Writer] = {
    model.Table: _table, model.View: _view, model.Sequence: _sequence,
    model.Function: _routine_text, model.Procedure: _routine_text,
}  # fmt: skip
