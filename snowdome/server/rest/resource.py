"""What resources have in common: listing, creating, fetching and dropping through SQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from snowdome.errors import SnowflakeError, object_not_found
from snowdome.server import edge
from snowdome.server.rest import registry
from snowdome.server.rest.body import Body
from snowdome.server.rest.call import Answer, Call, Status
from snowdome.server.rest.rows import Row, said
from snowdome.server.rest.sqltext import identifier, joined, literal, object_sql, pattern, shown_name

ACCOUNT = ""
DATABASE = "databases/{database}/"
SCHEMA = "databases/{database}/schemas/{schema}/"

MAX_ROWS = 10_000  # a listing's largest limit

_MODES = {"errorIfExists": ("", ""), "orReplace": ("OR REPLACE", ""), "ifNotExists": ("", "IF NOT EXISTS")}


class Clauses(NamedTuple):
    """What CREATE says besides the name: ``modifiers`` before the kind, ``tail`` behind the name."""

    tail: str = ""
    modifiers: str = ""


@dataclass(frozen=True)
class Resource:
    """A kind of object: the last word of its path, its keywords in SQL, where it is, and its JSON.

    ``answer`` makes JSON of a row of SHOW; ``detail``, for one object, may ask further questions.
    """

    path: str
    word: str
    plural: str
    level: str
    answer: Callable[[Call, Row], Answer]
    detail: Callable[[Call, Row], Answer] | None = None

    @property
    def collection(self) -> str:
        """The path of all of them."""
        return self.level + self.path

    @property
    def one(self) -> str:
        """The path of one of them."""
        return f"{self.level}{self.path}/{{name}}"

    @property
    def label(self) -> str:
        """How messages call one."""
        return self.word.capitalize()


def in_schema(row: Row) -> dict[str, Any]:
    """What JSON tells of every object of a schema that has an owner and a comment."""
    return {
        "name": shown_name(row["name"]),
        "created_on": row["created_on"],
        "database_name": shown_name(row["database_name"]),
        "schema_name": shown_name(row["schema_name"]),
        "owner": shown_name(row["owner"]) if row["owner"] else None,
        "owner_role_type": said(row["owner_role_type"]),
        "comment": row["comment"] or "",
    }


# -- registering ----------------------------------------------------------------------------------


def listed(resource: Resource) -> None:
    """Let the resource be listed, fetched and dropped."""
    registry.get(resource.collection)(lambda call: listing(resource, call))
    registry.get(resource.one)(lambda call: fetched(resource, call))
    registry.delete(resource.one)(lambda call: dropped(resource, call))


def acts(resource: Resource, **verbs: str) -> None:
    """Actions that are an ALTER: the path's verb (``_`` for ``-``), and what follows the name."""
    for verb, action in verbs.items():
        for spelling in {verb, verb.replace("_", "-")}:
            _act(resource, spelling, action)


def _act(resource: Resource, verb: str, action: str) -> None:
    registry.post(f"{resource.one}:{verb}")(lambda call: altered(resource, call, action))


# -- doing ----------------------------------------------------------------------------------------


def listing(resource: Resource, call: Call) -> list[Answer]:
    """SHOW with the query's filters."""
    return answers(call, shown(resource, call, filters(call)), resource.answer)


def answers(call: Call, rows: list[Row], answer: Callable[[Call, Row], Answer]) -> list[Answer]:
    """The JSON of every row but those of objects that somebody drops meanwhile."""
    found = []
    for row in rows:
        try:
            found.append(answer(call, row))
        except SnowflakeError as error:
            if error.code != "002003":
                raise
    return found


def shown(resource: Resource, call: Call, filtered: Filters, options: str = "") -> list[Row]:
    """The rows of SHOW in the path's place."""
    scope = f"IN {_scope(call)}" if resource.level else ""
    sql = joined("SHOW", resource.plural, filtered.like, scope, filtered.starts, options, filtered.limit)
    return call.rows(sql)


class Filters(NamedTuple):
    """The clauses of SHOW that choose rows."""

    like: str = ""
    starts: str = ""
    limit: str = ""


def filters(call: Call) -> Filters:
    """What the query string asks for; 390400 for a limit out of range."""
    like, starts, after = (call.query.get(key) for key in ("like", "startsWith", "fromName"))
    limit = call.count("showLimit", MAX_ROWS)
    page = ""
    if limit is not None or after is not None:
        page = joined(f"LIMIT {limit or MAX_ROWS}", None if after is None else f"FROM {literal(after)}")
    return Filters(
        "" if like is None else f"LIKE {literal(like)}",
        "" if starts is None else f"STARTS WITH {literal(starts)}",
        page,
    )


def _scope(call: Call) -> str:
    kind = "SCHEMA" if "schema" in call.path else "DATABASE"
    return f"{kind} {object_sql(*call.place)}"


def row_of(resource: Resource, call: Call) -> Row:
    """The row of SHOW of the path's object; 002003 if there is none."""
    name = call.name()
    found = [r for r in shown(resource, call, Filters(f"LIKE {pattern(name)}")) if r["name"] == name]
    if not found:
        full = ".".join(shown_name(part) for part in (*call.place, name))
        raise object_not_found(resource.label, full)
    return found[0]


def fetched(resource: Resource, call: Call) -> Answer:
    """One object with everything there is to tell."""
    row = row_of(resource, call)
    return (resource.detail or resource.answer)(call, row)


def dropped(resource: Resource, call: Call) -> Status:
    """DROP [IF EXISTS]."""
    guard = "IF EXISTS" if call.flag("ifExists") else ""
    restrict = "RESTRICT" if call.flag("restrict") else ""
    return call.status(joined("DROP", resource.word, guard, call.object, restrict))


def altered(resource: Resource, call: Call, action: str) -> Status:
    """ALTER [IF EXISTS] … action."""
    guard = "IF EXISTS" if call.flag("ifExists") else ""
    return call.status(joined("ALTER", resource.word, guard, call.object, action))


def created(word: str, call: Call, clauses: Clauses, name: str | None = None) -> Status:
    """CREATE in the query's mode, of the object that the body names or ``name`` in SQL."""
    replace, guard = mode(call)
    name = name or named(call, call.fields())
    return call.status(joined("CREATE", replace, clauses.modifiers, word, guard, name, clauses.tail))


def mode(call: Call) -> tuple[str, str]:
    """What createMode puts behind CREATE and behind the kind; 390400 if it is none."""
    asked = call.query.get("createMode", "errorIfExists")
    if asked not in _MODES:
        raise edge.bad_request(f"Not a valid createMode: {asked}")
    return _MODES[asked]


def named(call: Call, body: Body, key: str = "name") -> str:
    """The full name of the object that a body names in the path's place, as SQL."""
    return object_sql(*call.place, identifier(body.required(key)))


def target(call: Call, body: Body) -> str:
    """The full name of what an action makes: the body's name in ``target_place``."""
    return object_sql(*target_place(call), identifier(body.required("name")))


def target_place(call: Call) -> tuple[str, ...]:
    """targetDatabase and targetSchema of the query, else the path's place."""
    given = [call.query.get(key) for key in ("targetDatabase", "targetSchema")]
    return tuple(
        place if text is None else identifier(text) for place, text in zip(call.place, given, strict=False)
    )
