"""Reading a statement's tokens: keywords, names, values, option lists, source slices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TypeVar

from snowdome.errors import SnowflakeError, compilation_error
from snowdome.sql import lexer
from snowdome.sql.ast.base import Fragment, Name, Options, Placeholder, Value, Variable, Word
from snowdome.sql.lexer import Token
from snowdome.sql.reserved import RESERVED

T = TypeVar("T")
Reader = Callable[["Cursor"], Value]

_INDIRECT = (lexer.STRING, lexer.DOLLAR, lexer.PLACEHOLDER, lexer.VARIABLE)  # what IDENTIFIER( … ) takes


def duplicate_property(name: str) -> SnowflakeError:
    """001425: an option given twice."""
    return compilation_error("001425", "22023", f"duplicate property '{name}';")


class Cursor:
    """A place in the tokens of one statement of ``source`` (the whole request's text).

    ``accept`` takes what is there if it matches, ``expect`` raises 001003 if it does not. Keywords and
    operators are given in upper case; they never match quoted identifiers or strings.
    """

    def __init__(self, source: str, tokens: list[Token], bound_before: int = 0) -> None:
        self.source = source
        self.tokens = tokens  # the last one is EOF
        self.index = 0
        self.bound = bound_before  # ``?`` passed so far in the request

    # -- tokens ---------------------------------------------------------------------------------

    def peek(self, ahead: int = 0) -> Token:
        """The token ``ahead`` of the current one; EOF beyond the end."""
        return self.tokens[min(self.index + ahead, len(self.tokens) - 1)]

    def next(self) -> Token:
        """Take the current token."""
        token = self.peek()
        if token.kind != lexer.EOF:
            self.index += 1
        if token.kind == lexer.PLACEHOLDER and token.text == "?":
            self.bound += 1
        return token

    @property
    def at_end(self) -> bool:
        return self.peek().kind == lexer.EOF

    def at(self, *words: str) -> bool:
        """Whether the next tokens are these keywords or operators."""
        return all(self.peek(i).upper == w for i, w in enumerate(words))

    def at_any(self, *words: str) -> bool:
        """Whether the next token is one of these."""
        return self.peek().upper in words

    def accept(self, *words: str) -> bool:
        """Take these keywords or operators if they come next."""
        if not self.at(*words):
            return False
        self.index += len(words)
        return True

    def accept_any(self, *words: str) -> str | None:
        """Take one of these if it comes next; which."""
        return self.next().upper if self.peek().upper in words else None

    def expect(self, *words: str) -> None:
        """Take these keywords or operators, in this order."""
        for word in words:
            if not self.accept(word):
                raise self.unexpected()

    def expect_any(self, *words: str) -> str:
        """Take one of these; which."""
        found = self.accept_any(*words)
        if found is None:
            raise self.unexpected()
        return found

    def unexpected(self, token: Token | None = None) -> SnowflakeError:
        """The syntax error at ``token``, else at the current one; to be raised."""
        found = token or self.peek()
        return lexer.unexpected(self.source, found.start, found.text)

    def finish(self) -> None:
        """The statement must end here."""
        if not self.at_end:
            raise self.unexpected()

    # -- source slices --------------------------------------------------------------------------

    def slice(self, first: int, last: int) -> Fragment:
        """The text of the tokens from index ``first`` to before ``last``; ``?`` in it are counted."""
        inside = self.tokens[first:last]
        if not inside:
            raise self.unexpected()
        bound = self.bound
        self.bound += sum(t.kind == lexer.PLACEHOLDER and t.text == "?" for t in inside)
        return Fragment(self.source[inside[0].start : inside[-1].end], inside[0].start, bound)

    def rest(self) -> Fragment:
        """Everything to the end of the statement."""
        first, self.index = self.index, len(self.tokens) - 1
        return self.slice(first, self.index)

    def until(self, *words: str) -> Fragment:
        """Everything up to one of these at the same depth of brackets, or to a closing bracket or the end."""
        first = self.index
        while not (self.at_end or self.at_any(*words) or self.at_any(")", "]")):
            self.skip()
        return self.slice(first, self.index)

    def parenthesised(self) -> Fragment:
        """What stands between the parentheses that start here; empty text if nothing does."""
        self.expect("(")
        first = self.index
        while not self.at(")"):
            self.skip()
        empty = Fragment("", self.peek().start, self.bound)
        inside = self.slice(first, self.index) if self.index > first else empty
        self.expect(")")
        return inside

    def skip(self) -> None:
        """Move over one token, or a whole bracket."""
        opened = 0
        while True:
            if self.at_end:
                raise self.unexpected()
            word = self.peek().upper
            self.index += 1
            opened += (word in ("(", "[", "{")) - (word in (")", "]", "}"))
            if opened <= 0:
                return

    # -- names ----------------------------------------------------------------------------------

    def identifier(self, reserved: frozenset[str] = RESERVED) -> str:
        """One identifier, folded; ``reserved`` words must be quoted."""
        token = self.peek()
        if token.kind == lexer.QUOTED or (token.kind == lexer.WORD and token.upper not in reserved):
            return self.next().value
        raise self.unexpected()

    def name(self) -> Name:
        """An object's name of one to three parts, or IDENTIFIER('…' | ? | :name | $name)."""
        start = self.peek().start
        if self.at("IDENTIFIER", "(") and self.peek(2).kind in _INDIRECT:  # else a table of that name
            return self._indirect_name(start)
        parts = [self.identifier()]
        while len(parts) < 3 and self.accept("."):
            parts.append("" if len(parts) == 1 and self.at(".") else self.identifier(frozenset()))
        return Name(tuple(parts), None, start)

    def _indirect_name(self, start: int) -> Name:
        self.expect("IDENTIFIER", "(")
        reference = self.reference()
        name = Name((), reference, start) if reference else parse_name(self.string(), start)
        self.expect(")")
        return name

    def reference(self) -> Placeholder | Variable | None:
        """``?``, ``:name`` or ``$name``, if one comes next."""
        kind = self.peek().kind
        if kind == lexer.PLACEHOLDER:
            token = self.next()
            return Placeholder(str(self.bound) if token.text == "?" else token.text[1:].upper())
        return Variable(self.next().value) if kind == lexer.VARIABLE else None

    # -- values ---------------------------------------------------------------------------------

    def string(self) -> str:
        """A string literal, quoted or between dollars."""
        if self.peek().kind not in (lexer.STRING, lexer.DOLLAR):
            raise self.unexpected()
        return self.next().value

    def integer(self) -> int:
        """A whole number, perhaps with a sign."""
        value = self.number()
        if not isinstance(value, int):
            raise self.unexpected(self.peek(-1))
        return value

    def number(self) -> int | Decimal:
        """A number, perhaps with a sign."""
        sign = -1 if self.accept_any("-", "+") == "-" else 1
        token = self.peek()
        if token.kind != lexer.NUMBER:
            raise self.unexpected()
        self.next()
        return sign * (int(token.text) if token.text.isdigit() else Decimal(token.text))

    def scalar(self) -> Value:
        """A string, number, TRUE, FALSE, NULL, bare (dotted) word, placeholder, variable or @location."""
        token = self.peek()
        if token.kind in (lexer.STRING, lexer.DOLLAR):
            return self.next().value
        if token.kind == lexer.NUMBER or token.upper in ("-", "+"):
            return self.number()
        if token.kind == lexer.LOCATION:
            return Word(self.next().text)
        if token.upper in _WORDS:
            return _WORDS[self.next().upper]
        return self.reference() or self._bare_word()

    def _bare_word(self) -> Word:
        first = self.index
        self.identifier(frozenset())
        while self.accept("."):
            self.identifier(frozenset())
        return Word(self.slice(first, self.index).text)

    def value(self) -> Value:
        """A scalar, a list in parentheses, or options in parentheses."""
        if not self.at("("):
            return self.scalar()
        if self.peek(1).kind in (lexer.WORD, lexer.STRING) and self.peek(2).upper == "=":
            return self.nested_options()
        return self.list_of(self.value)

    def list_of(self, item: Callable[[], T]) -> list[T]:
        """``(item, item, …)``, which may be empty."""
        self.expect("(")
        items: list[T] = []
        while not self.accept(")"):
            if items:
                self.expect(",")
            items.append(item())
        return items

    def comma_list(self, item: Callable[[], T]) -> list[T]:
        """``item, item, …``, at least one."""
        items = [item()]
        while self.accept(","):
            items.append(item())
        return items

    # -- options --------------------------------------------------------------------------------

    def at_option(self) -> bool:
        """Whether ``NAME =`` comes next."""
        return self.peek().kind == lexer.WORD and self.peek(1).upper == "="

    def options(
        self,
        readers: Mapping[str, Reader] | None = None,
        duplicate: Callable[[str], SnowflakeError] = duplicate_property,
    ) -> Options:
        """``NAME = value`` pairs in any order, commas between them allowed, until something else comes.

        ``readers`` gives option names (upper case) a reader of their own for what follows the ``=``;
        ``duplicate`` makes the error for an option given twice.
        """
        found: Options = {}
        while self.at_option():
            token = self.next()
            self.expect("=")
            self._add(found, token, (readers or {}).get(token.upper), duplicate)
            if self.at(",") and self.peek(2).upper == "=":
                self.next()
        return found

    def nested_options(
        self,
        readers: Mapping[str, Reader] | None = None,
        duplicate: Callable[[str], SnowflakeError] = duplicate_property,
    ) -> Options:
        """``(NAME = value …)``, commas between them allowed; names may be quoted strings."""
        self.expect("(")
        found: Options = {}
        while not self.accept(")"):
            token = self.next()
            if token.kind not in (lexer.WORD, lexer.STRING):
                raise self.unexpected(token)
            self.expect("=")
            self._add(found, token, (readers or {}).get(token.upper), duplicate)
            self.accept(",")
        return found

    def _add(
        self, found: Options, token: Token, reader: Reader | None, duplicate: Callable[[str], SnowflakeError]
    ) -> None:
        name = token.upper or token.value
        if name in found:
            raise duplicate(name)
        found[name] = reader(self) if reader else self.value()


_WORDS: dict[str, bool | None] = {"TRUE": True, "FALSE": False, "NULL": None}


def parse_name(text: str, start: int = 0) -> Name:
    """The object name that ``text`` spells, as IDENTIFIER('…') reads it."""
    cursor = Cursor(text, lexer.tokenize(text))
    name = cursor.name()
    cursor.finish()
    return Name(name.parts, name.reference, start)
