"""Queries and DML to sqlglot's syntax tree.

sqlglot turns known functions into nodes of its own, with its own reading of their arguments. Here that
is switched off: every call arrives as ``exp.Anonymous`` with the name and arguments as written, and
every projection remembers its source text, from which Snowflake names columns.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.snowflake import Snowflake
from sqlglot.errors import ErrorLevel, ParseError, TokenError
from sqlglot.parsers.snowflake import SnowflakeParser
from sqlglot.tokenizer_core import TokenType

from snowdome.catalog.names import literal
from snowdome.errors import SnowflakeError, syntax_error
from snowdome.sql import lexer

_KEPT_PARSERS = ("CAST", "TRY_CAST", "EXTRACT", "POSITION")


def _call(name: str) -> Callable[..., exp.Anonymous]:
    return lambda *args, **kwargs: exp.Anonymous(this=name)


def _typed_literal(parser: object, this: exp.Expr, to: exp.DataType) -> exp.Expr:
    """``DATE '…'::VARCHAR``: what stands behind the literal applies to the date, not to its text."""
    literal = next(node for node in this.walk() if isinstance(node, exp.Literal))
    typed = exp.Cast(this=literal.copy(), to=to)
    if literal is this:
        return typed
    literal.replace(typed)
    return this


_LITERAL_TYPES = (
    exp.DType.DATE, exp.DType.TIME, exp.DType.TIMESTAMP, exp.DType.TIMESTAMPNTZ, exp.DType.TIMESTAMPLTZ,
    exp.DType.TIMESTAMPTZ, exp.DType.DATETIME,
)  # fmt: skip


class ModelReference(exp.Expression):
    """What ``AS MODEL`` names: a model, and a version where one is given."""

    arg_types: ClassVar[dict[str, bool]] = {"this": True, "expression": False}


class QueryParser(SnowflakeParser):
    """Snowflake's query grammar with functions left as written."""

    TYPE_LITERAL_PARSERS: ClassVar[dict[exp.DType, Callable[..., Any]]] = dict.fromkeys(
        _LITERAL_TYPES, _typed_literal
    )
    FUNCTIONS: ClassVar[dict[str, Callable[..., Any]]] = {}
    FUNCTION_PARSERS: ClassVar[dict[str, Callable[..., Any]]] = {
        name: parse for name, parse in SnowflakeParser.FUNCTION_PARSERS.items() if name in _KEPT_PARSERS
    }
    NO_PAREN_FUNCTIONS: ClassVar[dict[TokenType, Any]] = {
        token: _call(token.name) for token in SnowflakeParser.NO_PAREN_FUNCTIONS
    }
    NO_PAREN_FUNCTION_PARSERS: ClassVar[dict[str, Callable[..., Any]]] = {
        name: parse
        for name, parse in SnowflakeParser.NO_PAREN_FUNCTION_PARSERS.items()
        if name in ("CASE", "ANY", "NEXT", "CONNECT_BY_ROOT", "PRIOR")
    }

    UNARY_PARSERS: ClassVar[dict[TokenType, Callable[..., Any]]] = {
        **SnowflakeParser.UNARY_PARSERS,
        TokenType.PLUS: lambda self: exp.Anonymous(this="UNARY PLUS", expressions=[self._parse_unary()]),
    }
    LAMBDAS: ClassVar[dict[TokenType, Callable[..., Any]]] = {
        **SnowflakeParser.LAMBDAS,
        TokenType.FARROW: lambda self, names: self._named_argument(names[0]),
    }
    PLACEHOLDER_PARSERS: ClassVar[dict[TokenType, Callable[..., Any]]] = {
        **SnowflakeParser.PLACEHOLDER_PARSERS,
        TokenType.PLACEHOLDER: lambda self: self._placeholder(),
    }

    def _named_argument(self, name: exp.Expr) -> exp.Kwarg:
        """``name => value``; unlike sqlglot's own, it remembers whether the name was quoted."""
        return self.expression(
            exp.Kwarg(this=name, expression=self._parse_disjunction() or self._parse_select())
        )

    def _parse_cte(self) -> Any:
        """``m AS MODEL name [VERSION v]`` stands where a common table expression may."""
        index = self._index
        alias = self._parse_table_alias(self.ID_VAR_TOKENS)
        if alias and self._match(TokenType.ALIAS) and self._match_text_seq("MODEL"):
            name = self._parse_table_parts()
            version = None
            if self._match_text_seq("VERSION") and not (version := self._parse_id_var(any_token=False)):
                self.raise_error("Expected a version")
            return self.expression(exp.CTE(this=ModelReference(this=name, expression=version), alias=alias))
        self._retreat(index)
        return super()._parse_cte()

    def _parse_wrapped(self, parse_method: Any, optional: bool = False) -> Any:
        """MATCH_CONDITION may hold any expression; which of them are allowed is for the binder to say."""
        if parse_method == self._parse_comparison:
            parse_method = self._parse_disjunction
        return super()._parse_wrapped(parse_method, optional)

    def _placeholder(self) -> exp.Placeholder:
        node = self.expression(exp.Placeholder())
        node.meta["start"] = self._prev.start
        return node

    def _parse_function_call(self, *args: Any, **kwargs: Any) -> exp.Expr | None:
        start = self._curr
        this = super()._parse_function_call(*args, **kwargs)
        if this is not None and start is not None:
            this.meta.setdefault("start", start.start)
        return this

    def _parse_window(self, this: exp.Expr | None, alias: bool = False) -> exp.Expr | None:
        last = isinstance(this, exp.Anonymous) and this.name.upper() == "NTH_VALUE" and self._from_last()
        window = super()._parse_window(this, alias)
        if last and isinstance(window, exp.Window):
            window.set("first", False)
        return window

    def _from_last(self) -> bool:
        """Take ``FROM FIRST`` or ``FROM LAST`` of NTH_VALUE; whether it was the last. A table may be called so."""
        before = self._index
        for word in ("FIRST", "LAST"):
            if self._match_text_seq("FROM", word):
                if self._curr.text.upper() in ("OVER", "IGNORE", "RESPECT"):
                    return word == "LAST"
                self._retreat(before)
        return False

    def _parse_expression(self) -> exp.Expr | None:
        start = self._curr
        this = super()._parse_expression()
        if this is not None and start is not None:
            this.meta["text"] = self._find_sql(start, self._prev)
        return this


class _Dialect(Snowflake):
    """Snowflake's, but for ``?::``, which here is a bound value and a cast, not an operator."""

    class Tokenizer(Snowflake.Tokenizer):
        KEYWORDS: ClassVar[dict[str, TokenType]] = {
            word: kind for word, kind in Snowflake.Tokenizer.KEYWORDS.items() if word != "?::"
        }


_DIALECT = _Dialect()


def parse_tree(text: str, line: int = 1, column: int = 0) -> exp.Expr:
    """The syntax tree of one query or DML statement; 001003 where it does not parse."""
    if "snow://" in text.lower():
        text = _with_quoted_urls(text)
    return _parse(text, lambda parser, tokens: parser.parse(tokens, text))


def _with_quoted_urls(text: str) -> str:
    """``FROM snow://…`` as ``FROM 'snow://…'``: a bare URL ends in what the parser takes for a comment."""
    parts, done = [], 0
    for token in lexer.tokenize(text):
        if token.kind == lexer.LOCATION and token.text.lower().startswith("snow://"):
            parts += [text[done : token.start], literal(token.text)]
            done = token.end
    return "".join([*parts, text[done:]])


def parse_expression(text: str) -> exp.Expr:
    """The syntax tree of one scalar expression."""
    return _parse(text, lambda parser, tokens: parser.parse_into(exp.Condition, tokens, text))


def parse_body(text: str) -> exp.Expr:
    """The syntax tree of an SQL function's body: a query or an expression."""
    head = text.lstrip().upper()
    return (
        parse_tree(text)
        if head.startswith(("SELECT", "WITH", "(SELECT", "( SELECT", "VALUES"))
        else parse_expression(text)
    )


def _parse(text: str, run: Callable[[QueryParser, list[Any]], list[exp.Expr | None]]) -> exp.Expr:
    parser = QueryParser(dialect=_DIALECT, error_level=ErrorLevel.IMMEDIATE)
    try:
        trees = [t for t in run(parser, _DIALECT.tokenize(text)) if t is not None]
    except ParseError as failure:
        raise _syntax_error(failure) from failure
    except TokenError as failure:
        raise syntax_error(1, 0, "<EOF>") from failure
    except RecursionError as failure:
        raise SnowflakeError(
            "001003", "42000", "SQL compilation error:\nThe statement is nested too deeply."
        ) from failure
    if len(trees) != 1:
        raise syntax_error(1, 0, "<EOF>")
    if "?" in text:
        _number_placeholders(trees[0])
    return trees[0]


def _number_placeholders(tree: exp.Expr) -> None:
    """Name each ``?`` by its place in the text; clauses are bound in another order."""
    unnamed = [node for node in tree.find_all(exp.Placeholder) if "start" in node.meta]
    for index, node in enumerate(sorted(unnamed, key=lambda n: int(n.meta["start"]))):
        node.set("this", str(index + 1))


def _syntax_error(failure: ParseError) -> SnowflakeError:
    detail = failure.errors[0] if failure.errors else {}
    word = detail.get("highlight") or "<EOF>"
    line, column = detail.get("line") or 1, detail.get("col") or 1
    return syntax_error(line, max(column - len(word), 0), word)
