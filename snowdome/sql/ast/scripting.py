"""Snowflake Scripting: blocks and what stands in them. Every node knows the offset where it starts."""

from __future__ import annotations

from dataclasses import dataclass, field

from snowdome.sql.ast.base import Fragment, Statement
from snowdome.types import DataType


@dataclass(frozen=True, kw_only=True)
class Node:
    """A statement of a block; ``start`` is its offset in the source."""

    start: int


@dataclass(frozen=True)
class Embedded:
    """An SQL statement or query in a block: ``text`` without its INTO clause, which is blank there;
    ``binds`` are its ``:name``, as written."""

    text: str
    start: int
    into: tuple[Target, ...] = ()
    binds: tuple[Target, ...] = ()
    kind: type[Statement] = Statement


@dataclass(frozen=True)
class Target:
    """A variable that is assigned to, folded, and where it is written."""

    name: str
    start: int


@dataclass(frozen=True)
class Dynamic:
    """EXECUTE IMMEDIATE: an expression that gives the text, and the variables for its ``?``."""

    source: Fragment
    start: int
    using: tuple[Target, ...] = ()
    into: tuple[Target, ...] = ()


Rows = Embedded | Dynamic


# -- declarations -------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Declaration(Node):
    """A name that DECLARE or LET makes."""

    name: str


@dataclass(frozen=True, kw_only=True)
class DeclareVariable(Declaration):
    """``x [type] [DEFAULT value]``; one of both is there."""

    type: DataType | None = None
    value: Fragment | None = None


@dataclass(frozen=True, kw_only=True)
class DeclareCursor(Declaration):
    """``c CURSOR FOR query | resultset``."""

    query: Embedded | Target


@dataclass(frozen=True, kw_only=True)
class DeclareResultSet(Declaration):
    """``r RESULTSET [:= (query)]``."""

    rows: Rows | None = None
    awaited: bool = True


@dataclass(frozen=True, kw_only=True)
class DeclareException(Declaration):
    """``e EXCEPTION [(number, 'message')]``."""

    number: int = -20000
    message: str | None = None


# -- statements ---------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Handler(Node):
    """WHEN names [EXIT | CONTINUE] THEN …: ``names`` are folded; OTHER takes all."""

    names: tuple[Target, ...]
    statements: tuple[Node, ...]
    resumes: bool = False


@dataclass(frozen=True, kw_only=True)
class Block(Node):
    """[DECLARE …] BEGIN … [EXCEPTION …] END [label]."""

    declarations: tuple[Declaration, ...] = ()
    statements: tuple[Node, ...] = ()
    handlers: tuple[Handler, ...] = ()
    label: str | None = None


@dataclass(frozen=True, kw_only=True)
class Assign(Node):
    """``x := expression``; ``rows`` instead if it is a query in parentheses, which a RESULTSET takes."""

    target: Target
    value: Fragment
    rows: Rows | None = None
    awaited: bool = True


@dataclass(frozen=True, kw_only=True)
class Sql(Node):
    """An SQL statement."""

    statement: Embedded


@dataclass(frozen=True, kw_only=True)
class ExecuteText(Node):
    """EXECUTE IMMEDIATE."""

    statement: Dynamic


@dataclass(frozen=True, kw_only=True)
class AsyncSql(Node):
    """ASYNC (statement)."""

    statement: Rows


@dataclass(frozen=True, kw_only=True)
class Await(Node):
    """AWAIT ALL, or AWAIT resultset; CANCEL resultset if ``cancels``."""

    name: Target | None = None
    cancels: bool = False


@dataclass(frozen=True)
class Branch:
    """A condition and what runs if it holds."""

    condition: Fragment
    statements: tuple[Node, ...]


@dataclass(frozen=True, kw_only=True)
class If(Node):
    """IF … ELSEIF … ELSE … END IF."""

    branches: tuple[Branch, ...]
    otherwise: tuple[Node, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Case(Node):
    """CASE [expression] WHEN … THEN … ELSE … END: with ``subject``, conditions are values to compare."""

    subject: Fragment | None
    branches: tuple[Branch, ...]
    otherwise: tuple[Node, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Loop(Node):
    """What all loops have; a plain LOOP by itself."""

    statements: tuple[Node, ...]
    label: str | None = None


@dataclass(frozen=True, kw_only=True)
class While(Loop):
    """WHILE (condition) DO … END WHILE."""

    condition: Fragment


@dataclass(frozen=True, kw_only=True)
class Repeat(Loop):
    """REPEAT … UNTIL (condition) END REPEAT."""

    condition: Fragment


@dataclass(frozen=True, kw_only=True)
class ForCounter(Loop):
    """FOR i IN [REVERSE] low TO high DO … END FOR."""

    counter: str
    low: Fragment
    high: Fragment
    reverse: bool = False


@dataclass(frozen=True, kw_only=True)
class ForRows(Loop):
    """FOR row IN cursor | resultset DO … END FOR."""

    row: str
    source: Target


@dataclass(frozen=True, kw_only=True)
class Jump(Node):
    """BREAK or CONTINUE, of the loop with ``label`` or of the innermost."""

    continues: bool
    label: str | None = None


@dataclass(frozen=True, kw_only=True)
class Return(Node):
    """RETURN [expression], or RETURN TABLE(…): ``table`` names a resultset, or a cursor."""

    value: Fragment | None = None
    table: Target | Rows | None = None
    of_cursor: bool = False


@dataclass(frozen=True, kw_only=True)
class Null(Node):
    """NULL: does nothing."""


@dataclass(frozen=True, kw_only=True)
class Open(Node):
    """OPEN cursor [USING (expressions)]."""

    cursor: Target
    using: tuple[Fragment, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Fetch(Node):
    """FETCH cursor INTO variables."""

    cursor: Target
    into: tuple[Target, ...]


@dataclass(frozen=True, kw_only=True)
class Close(Node):
    """CLOSE cursor."""

    cursor: Target


@dataclass(frozen=True, kw_only=True)
class Raise(Node):
    """RAISE exception; without a name, the one that is being handled."""

    exception: Target | None = None


@dataclass(frozen=True, kw_only=True)
class AnonymousBlock(Statement):
    """A block as a statement of its own; ``source`` is the text that its offsets count in. What messages
    say of places is counted from ``origin``."""

    block: Block
    source: str = field(compare=False)
    origin: int = field(default=0, compare=False)


@dataclass(frozen=True, kw_only=True)
class ExecuteFile(Statement):
    """EXECUTE IMMEDIATE FROM: ``source`` is a stage's location, or a path beside the file that says so."""

    source: str
