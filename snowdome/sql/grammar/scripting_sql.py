"""SQL inside scripting blocks: expressions, embedded statements, their INTO, EXECUTE IMMEDIATE."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from snowdome.sql import lexer
from snowdome.sql.ast import scripting as nodes
from snowdome.sql.ast.base import Fragment, Statement
from snowdome.sql.cursor import Cursor
from snowdome.sql.grammar import registry
from snowdome.sql.grammar.split import split
from snowdome.sql.lexer import Token

_ASSIGNING = frozenset({"SELECT", "WITH", "(", "CALL"})  # what may have an INTO of variables


def target(cursor: Cursor) -> nodes.Target:
    """A name that is assigned to or referred to; a colon before it is allowed."""
    token = cursor.peek()
    if token.kind == lexer.PLACEHOLDER and token.text != "?":
        cursor.next()
        return nodes.Target(token.text[1:].upper(), token.start)
    return nodes.Target(cursor.identifier(), token.start)


def targets(cursor: Cursor) -> tuple[nodes.Target, ...]:
    """``:a, :b``."""
    return tuple(cursor.comma_list(lambda: target(cursor)))


def expression(cursor: Cursor, *ends: str) -> Fragment:
    """An expression up to one of ``ends`` outside brackets and CASE … END, or to the semicolon."""
    first, cases = cursor.index, 0
    while not cursor.at_end and not cursor.at_any(";", ")", "]"):
        word = cursor.peek().upper
        if cases == 0 and word in ends:
            break
        cases += (word == "CASE") - (word == "END" and cases > 0)
        cursor.skip()
    return cursor.slice(first, cursor.index)


def expressions(cursor: Cursor) -> tuple[Fragment, ...]:
    """``(expression, expression …)``."""
    return tuple(cursor.list_of(lambda: expression(cursor, ",")))


# -- statements ---------------------------------------------------------------------------------


def embedded(cursor: Cursor) -> nodes.Embedded:
    """The SQL statement at the cursor, up to its semicolon or the bracket around it."""
    tokens = _tokens(cursor)
    into, kept = _without_into(cursor.source, tokens)
    kind = _checked(cursor.source, kept)
    cursor.index += len(tokens) - 1
    text = _text(cursor.source, tokens, kept)
    return nodes.Embedded(text, tokens[0].start, into, tuple(_binds(cursor, kept)), kind)


def _binds(cursor: Cursor, tokens: list[Token]) -> Iterator[nodes.Target]:
    """The ``:name`` of a statement; one of a record's fields is no such thing."""
    for token, following in pairwise(tokens):
        if token.kind == lexer.PLACEHOLDER and not token.text[1:2].isdigit() and token.text != "?":
            if following.text == "." and following.start == token.end:
                raise cursor.unexpected(following)
            yield nodes.Target(token.text[1:], token.start)


def _tokens(cursor: Cursor) -> list[Token]:
    """The statement's tokens, an EOF token last."""
    rest = cursor.tokens[cursor.index :]
    tokens = next(split(rest), None) if not cursor.at(";") else None
    if tokens is None:
        raise cursor.unexpected()
    return tokens


def _without_into(source: str, tokens: list[Token]) -> tuple[tuple[nodes.Target, ...], list[Token]]:
    """The variables of an INTO outside brackets, and the tokens without it."""
    if tokens[0].upper not in _ASSIGNING:
        return (), tokens
    depth = 0
    for index, token in enumerate(tokens):
        depth += (token.upper in ("(", "[")) - (token.upper in (")", "]"))
        if depth == 0 and token.upper == "INTO":
            reader = Cursor(source, tokens)
            reader.index = index + 1
            found = targets(reader)
            return found, [*tokens[:index], *tokens[reader.index :]]
    return (), tokens


def _text(source: str, tokens: list[Token], kept: list[Token]) -> str:
    """The statement's text, blanks where tokens were taken out, so that places stay what they were."""
    start, end = tokens[0].start, tokens[-1].start
    text = source[start:end]
    gone = [t for t in tokens if t not in kept]
    if not gone:
        return text
    first, last = gone[0].start - start, gone[-1].end - start
    blank = "".join(c if c == "\n" else " " for c in text[first:last])
    return (text[:first] + blank + text[last:]).rstrip()


def _checked(source: str, tokens: list[Token]) -> type[Statement]:
    """The class of the statement, which must be one."""
    reader = Cursor(source, tokens)
    found = registry.statement.require(reader)(reader)
    reader.finish()
    return type(found)


# -- rows ---------------------------------------------------------------------------------------


def rows(cursor: Cursor, *, parenthesised: bool = True) -> nodes.Rows:
    """``(query)`` or ``(EXECUTE IMMEDIATE …)``."""
    if not parenthesised:
        return _dynamic(cursor) if at_dynamic(cursor) else embedded(cursor)
    inside = _inside(cursor)
    found = rows(inside, parenthesised=False)
    inside.finish()
    return found


def _inside(cursor: Cursor) -> Cursor:
    """What the brackets here hold, as a statement of its own; the cursor moves behind them."""
    first = cursor.index
    if not cursor.at("("):
        raise cursor.unexpected()
    cursor.skip()
    last = cursor.tokens[cursor.index - 1]
    inside = cursor.tokens[first + 1 : cursor.index - 1]
    return Cursor(cursor.source, [*inside, Token(lexer.EOF, last.text, last.start, last.start)])


def at_dynamic(cursor: Cursor) -> bool:
    """Whether EXECUTE IMMEDIATE of a text comes next."""
    return cursor.at("EXECUTE", "IMMEDIATE") and cursor.peek(2).upper != "FROM"


def _dynamic(cursor: Cursor) -> nodes.Dynamic:
    start = cursor.peek().start
    cursor.expect("EXECUTE", "IMMEDIATE")
    source = expression(cursor, "USING", "INTO")
    using = tuple(cursor.list_of(lambda: target(cursor))) if cursor.accept("USING") else ()
    into = targets(cursor) if cursor.accept("INTO") else ()
    return nodes.Dynamic(source, start, using, into)


def rows_or_none(cursor: Cursor) -> nodes.Rows | None:
    """Like ``rows``; None if what is in the parentheses is no statement."""
    if cursor.peek(1).upper in _ROWS:
        return rows(cursor)
    return None


_ROWS = frozenset(
    {
        "SELECT", "WITH", "EXECUTE", "SHOW", "DESC", "DESCRIBE", "CALL", "LIST", "LS", "INSERT", "UPDATE", "DELETE",
        "MERGE", "CREATE", "DROP", "ALTER", "TRUNCATE", "COPY", "BEGIN", "DECLARE",
    }
)  # fmt: skip
