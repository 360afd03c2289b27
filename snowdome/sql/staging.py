"""What the statements on staged files share: written locations, options, file formats, patterns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from snowdome.catalog.model import FileFormat, Stage
from snowdome.catalog.names import ObjectName
from snowdome.context import Context
from snowdome.errors import SnowflakeError, compilation_error, object_not_found
from snowdome.sql import ast
from snowdome.sql.names import parse_name
from snowdome.stages import formats, location
from snowdome.stages.formats import Bare, Format, Given
from snowdome.stages.location import Location


def text_of(written: ast.Written, context: Context) -> str:
    """The text itself, or what the placeholder or variable stands for."""
    return written if isinstance(written, str) else str(referred(written, context))


def referred(reference: ast.Placeholder | ast.Variable, context: Context) -> object:
    """The value of a placeholder or of a session variable."""
    if isinstance(reference, ast.Variable):
        if reference.name not in context.session.variables:
            raise compilation_error("002211", "42601", f"Session variable '${reference.name}' does not exist")
        return context.session.variables[reference.name]
    if reference.key not in context.bindings:
        raise compilation_error("002049", "42601", f"Bind variable :{reference.key} not set.")
    binding = context.bindings[reference.key]
    return binding.value == "true" if binding.type == "BOOLEAN" else binding.value


def inside(context: Context, fragment: ast.Fragment) -> Context:
    """The context in which ``fragment`` is compiled: its first ``?`` is the one after those before it."""
    before = fragment.bound_before
    bindings = {
        str(int(k) - before) if k.isdigit() else k: v
        for k, v in context.bindings.items()
        if not k.isdigit() or int(k) > before
    }
    return replace(context, bindings=bindings, text=fragment.text)


def object_name(name: ast.Name, context: Context) -> ObjectName:
    """The name as written, or as IDENTIFIER's text spells it; an empty middle part is PUBLIC."""
    parts = name.parts if name.reference is None else parse_name(str(referred(name.reference, context)))
    return ObjectName(tuple(p or "PUBLIC" for p in parts))


def resolve(written: ast.Written, context: Context) -> Location:
    """The location that a statement names."""
    return location.resolve(text_of(written, context), context.session, context.services.stages)


# -- options ------------------------------------------------------------------------------------


def given(value: ast.Value, context: Context) -> Given:
    """An option's value with placeholders and variables filled in."""
    if isinstance(value, (ast.Placeholder, ast.Variable)):
        found = referred(value, context)
        return found if isinstance(found, (str, bool, int)) or found is None else str(found)
    if isinstance(value, ast.Word):
        return Bare(value.text)
    if isinstance(value, (Decimal, ast.Fragment)):
        return Bare(str(value) if isinstance(value, Decimal) else value.text)
    if isinstance(value, list):
        return [given(v, context) for v in value]
    if isinstance(value, dict):
        raise compilation_error("001003", "42000", "An option list is not a value here.")
    return value


class Options:
    """A statement's options, read one by one; ``done`` refuses those that nobody asked for."""

    def __init__(self, options: ast.Options, context: Context) -> None:
        self._options = dict(options)
        self._context = context

    def take(self, name: str, read: formats.Reader, default: str = "") -> str:
        """The value of option ``name``, read by ``read``."""
        if name not in self._options:
            return default
        return read(name, given(self._options.pop(name), self._context))

    def flag(self, name: str, default: bool = False) -> bool:
        return self.take(name, formats.flag, str(default).upper()) == "TRUE"

    def number(self, name: str) -> int | None:
        """A whole number from 0 up; None if it is not given."""
        found = self.take(name, formats.count)
        return int(found) if found else None

    def texts(self, name: str) -> tuple[str, ...]:
        found = self.take(name, formats.texts)
        return Format(options={"NULL_IF": found}).texts("NULL_IF") if found else ()

    def raw(self, name: str) -> ast.Value:
        return self._options.pop(name, None)

    def done(self, error: Callable[[str], SnowflakeError] = formats.invalid_parameter) -> None:
        """Nothing may be left."""
        for name in self._options:
            raise error(name)


def loose_flag(name: str, value: Given) -> str:
    """TRUE or FALSE, quoted or not: PUT's options are read so."""
    word = formats.plain(value).upper()
    if word not in ("TRUE", "FALSE"):
        raise formats.invalid_value(name, value)
    return word


def loose_count(name: str, value: Given) -> str:
    """A whole number, quoted or not."""
    word = formats.plain(value)
    if not word.isdigit():
        raise formats.invalid_value(name, value)
    return word


# -- file formats -------------------------------------------------------------------------------


def file_format(value: ast.Value, context: Context, stage: Stage | None = None) -> Format:
    """The format a statement names or describes, else the stage's, else CSV with its defaults."""
    if value is None or value == []:
        return named_in(stage.file_format, context) if stage is not None else Format()
    if not isinstance(value, dict):
        return named(formats.plain(given(value, context)), context)
    return named_in(described({k: given(v, context) for k, v in value.items()}, context), context)


def described(options: Mapping[str, Given], context: Context) -> dict[str, str]:
    """``(TYPE = … )`` or ``(FORMAT_NAME = …)`` as a catalog object keeps it, checked."""
    rest = dict(options)
    name, type_ = rest.pop("FORMAT_NAME", None), rest.pop("TYPE", None)
    if name is not None and type_ is not None:
        text = "SQL compilation error: FORMAT_NAME and TYPE cannot both be specified for a file format."
        raise SnowflakeError("002240", "22023", text)
    if name is None:
        word = formats.read_type(type_) if type_ is not None else "CSV"
        return {"TYPE": word, **formats.read_options(word, rest)}
    found = find_format(formats.plain(name), context)
    full = context.session.full_name(ObjectName(parse_name(formats.plain(name))))
    return {"FORMAT_NAME": str(full), **formats.read_options(found.type, rest)}


def named_in(kept: Mapping[str, str], context: Context) -> Format:
    """The format that kept options describe, their FORMAT_NAME looked up."""
    options = dict(kept)
    name = options.pop("FORMAT_NAME", None)
    return named(name, context).with_options(**options) if name else formats.build(options)


def named(name: str, context: Context) -> Format:
    """The format called ``name``; 002003 if there is none."""
    found = find_format(name, context)
    return formats.build(found.options, found.type)


def find_format(name: str, context: Context) -> FileFormat:
    """The file format object called ``name``; 002003 if there is none."""
    parts = ObjectName(tuple(p or "PUBLIC" for p in parse_name(name)))
    found = context.session.find(FileFormat, parts)
    if found is None:
        raise object_not_found("File format", str(parts))
    return found
