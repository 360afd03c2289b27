"""A request's tokens, cut into statements at the semicolons that end one."""

from __future__ import annotations

from collections.abc import Iterator

from snowdome.sql.lexer import EOF, Token

_LOOPS = frozenset({"IF", "FOR", "WHILE", "LOOP", "REPEAT"})  # END IF closes no BEGIN
_TRANSACTION = frozenset({"TRANSACTION", "WORK", "NAME", ";", ""})
_BODIES = frozenset({"PROCEDURE", "TASK", "ALERT", "FUNCTION"})


def split(tokens: list[Token]) -> Iterator[list[Token]]:
    """The tokens of each statement, an EOF token last; empty statements are left out.

    A semicolon inside a BEGIN … END block does not end a statement.
    """
    current: list[Token] = []
    block = _Block()
    for index, token in enumerate(tokens):
        if token.kind == EOF or (token.upper == ";" and not block.open):
            if current:
                yield [*current, Token(EOF, "<EOF>", current[-1].end, current[-1].end)]
            current, block = [], _Block()
            continue
        block.see(current, token, tokens[index + 1])
        current.append(token)


class _Block:
    """How many BEGIN and CASE of a scripting block are open; a DECLARE opens its block as well."""

    def __init__(self) -> None:
        self.depth = 0
        self.declaring = False

    @property
    def open(self) -> bool:
        return self.depth > 0 or self.declaring

    def see(self, before: list[Token], token: Token, following: Token) -> None:
        """Take note of ``token``; ``before`` are the statement's tokens so far."""
        word = token.upper
        if word == "DECLARE" and not self.open and _may_start_block(before):
            self.declaring = True
        elif word == "BEGIN" and (self.open or _may_start_block(before)):
            named = following.upper == "" and (self.open or following.kind != EOF)
            if following.upper not in _TRANSACTION or named:
                self.depth, self.declaring = self.depth + 1, False
        elif self.depth and word == "CASE" and (not before or before[-1].upper != "END"):
            self.depth += 1
        elif self.depth and word == "END" and following.upper not in _LOOPS:
            self.depth -= 1


def _may_start_block(before: list[Token]) -> bool:
    if not before:
        return True
    if before[-1].upper not in ("AS", "THEN", "ACTION"):  # of an alert: THEN, MODIFY ACTION
        return False
    return any(t.upper in _BODIES for t in before[:8])
