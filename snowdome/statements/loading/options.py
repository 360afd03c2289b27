"""The options of COPY INTO a table."""

from __future__ import annotations

import re
from dataclasses import dataclass

from snowdome.context import Context
from snowdome.errors import SnowflakeError, compilation_error, not_supported
from snowdome.sql import ast, staging
from snowdome.stages import formats
from snowdome.stages.formats import Given
from snowdome.stages.location import Location

_ON_ERROR = re.compile(r"(CONTINUE|ABORT_STATEMENT|SKIP_FILE)(?:(?<=SKIP_FILE)_(\d+)(%)?)?")
_VALIDATION = re.compile(r"RETURN_(?:(ERRORS|ALL_ERRORS)|(\d+)_ROWS)")


@dataclass(frozen=True)
class OnError:
    """What happens to a file with bad records: ``kind`` is CONTINUE, ABORT_STATEMENT or SKIP_FILE, which
    tolerates fewer than ``count`` of them, or up to ``percent`` of the records."""

    kind: str = "ABORT_STATEMENT"
    count: int = 1
    percent: int | None = None

    def limit(self, parsed: int) -> int:
        """The number of errors that COPY's result shows as the limit."""
        if self.kind == "CONTINUE":
            return parsed
        return self.count if self.percent is None else parsed * self.percent // 100

    def skips(self, errors: int, parsed: int) -> bool:
        """Whether a file with so many bad records is not loaded at all."""
        if self.kind != "SKIP_FILE":
            return False
        return errors >= self.count if self.percent is None else errors * 100 > self.percent * parsed


@dataclass(frozen=True)
class CopyOptions:
    """The options, read; ``match`` is NONE, CASE_SENSITIVE or CASE_INSENSITIVE; ``size_limit`` is bytes."""

    on_error: OnError
    files: tuple[str, ...] = ()
    pattern: str = ""
    size_limit: int | None = None
    purge: bool = False
    force: bool = False
    failed_only: bool = False
    truncate: bool = False
    match: str = "NONE"
    validation: str = ""


def read_options(given: ast.Options, context: Context, place: Location) -> CopyOptions:
    """The statement's options, those of the stage where it has none; FILE_FORMAT must be gone from them."""
    stage = place.stage.copy_options if place.stage is not None else {}
    options = staging.Options({**{k: _kept(v) for k, v in stage.items()}, **given}, context)
    read = CopyOptions(
        on_error(options.take("ON_ERROR", _spelled, "ABORT_STATEMENT")),
        options.texts("FILES"),
        options.take("PATTERN", formats.text),
        options.number("SIZE_LIMIT") or None,
        options.flag("PURGE"),
        options.flag("FORCE"),
        options.flag("RETURN_FAILED_ONLY"),
        _truncates(options),
        options.take("MATCH_BY_COLUMN_NAME", _match, "NONE"),
        options.take("VALIDATION_MODE", _mode),
    )
    options.flag("LOAD_UNCERTAIN_FILES")
    if options.take("LOAD_MODE", _load_mode, "FULL_INGEST") != "FULL_INGEST":
        raise not_supported("LOAD_MODE = ADD_FILES_COPY")
    if "INCLUDE_METADATA" in given:
        raise not_supported("INCLUDE_METADATA")
    options.done()
    return read


def _kept(text: str) -> ast.Value:
    """A stage's copy option, kept as text."""
    if text in ("TRUE", "FALSE"):
        return text == "TRUE"
    return int(text) if text.isdigit() else text


_load_mode = formats.choice("FULL_INGEST", "ADD_FILES_COPY")
_match = formats.choice("CASE_SENSITIVE", "CASE_INSENSITIVE", "NONE")


def _spelled(name: str, value: Given) -> str:
    word = formats.plain(value).upper()
    if isinstance(value, (bool, int, list)) or _ON_ERROR.fullmatch(word) is None:
        raise formats.invalid_value(name, value)
    return word


def on_error(word: str) -> OnError:
    """The ON_ERROR that ``word`` spells, such as SKIP_FILE_3%."""
    found = _ON_ERROR.fullmatch(word)
    if found is None:
        raise formats.invalid_value("ON_ERROR", word)
    if found[3]:
        return OnError(found[1], percent=int(found[2]))
    return OnError(found[1], int(found[2]) if found[2] else 1)


def _mode(name: str, value: Given) -> str:
    word = formats.plain(value).upper()
    if _VALIDATION.fullmatch(word) is None:
        raise formats.invalid_value(name, value)
    return word


def returned_rows(mode: str) -> int | None:
    """How many rows VALIDATION_MODE = RETURN_n_ROWS asks for; None for errors."""
    found = _VALIDATION.fullmatch(mode)
    return int(found[2]) if found is not None and found[2] else None


def _truncates(options: staging.Options) -> bool:
    truncate = options.take("TRUNCATECOLUMNS", formats.flag)
    enforce = options.take("ENFORCE_LENGTH", formats.flag)
    if truncate and truncate == enforce:
        text = "SQL compilation error: conflicting values for copy option 'TRUNCATECOLUMNS'\n"
        raise SnowflakeError("002060", "42601", text)
    return truncate == "TRUE" or enforce == "FALSE"


def check_match(options: CopyOptions, type_: str, parses_header: bool, *, transformed: bool) -> None:
    """MATCH_BY_COLUMN_NAME needs names in the file; VALIDATION_MODE and a query exclude each other."""
    if transformed and options.validation:
        raise compilation_error("002100", "0A000", "VALIDATION_MODE does not support COPY with transform.")
    if options.match == "NONE":
        return
    if transformed:
        text = "SQL compilation error: match_by_column_name is not supported for copy transform."
        raise SnowflakeError("002101", "0A000", text)
    if type_ == "XML":
        text = "SQL compilation error: match_by_column_name option is not supported for file format XML"
        raise SnowflakeError("002102", "0A000", text)
    if type_ == "CSV" and not parses_header:
        text = (
            "SQL compilation error: match_by_column_name option is not supported for file format CSV "
            "without PARSE_HEADER = TRUE"
        )
        raise SnowflakeError("002102", "0A000", text)
