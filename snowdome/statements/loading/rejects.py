"""Records that are not loaded, and how COPY reports them."""

from __future__ import annotations

from dataclasses import dataclass

from snowdome.errors import SnowflakeError
from snowdome.stages.location import Location

ADVICE = (
    "  If you would like to continue loading when an error is encountered, use other values such as "
    "'SKIP_FILE' or 'CONTINUE' for the ON_ERROR option. For more information on loading options, please run "
    "'info loading_data' in a SQL client."
)


@dataclass(frozen=True)
class Reject:
    """One record that cannot be loaded.

    ``line`` and ``character`` are where the fault is, ``start_line`` where the record begins, all from 1;
    ``byte`` is the fault's offset in the file.
    """

    error: SnowflakeError
    file: str
    record: int
    column: str | None
    line: int | None = None
    character: int | None = None
    byte: int | None = None
    start_line: int | None = None
    text: str | None = None
    category: str = "conversion"

    def raised(self) -> SnowflakeError:
        """The error that ends a COPY with ON_ERROR = ABORT_STATEMENT."""
        row = f"Row {self.record}"
        if self.start_line is not None and self.start_line != self.line:
            row += f" starts at line {self.start_line}"
        place = f"  File '{self.file}', line {self.line}, character {self.character}"
        where = f"{place}\n  {row}, column {self.column}"
        return SnowflakeError(
            self.error.code, self.error.sqlstate, f"{self.error.message}\n{where}\n{ADVICE}"
        )

    def validation_row(self) -> tuple[str | int | None, ...]:
        """The row of VALIDATION_MODE = RETURN_ERRORS."""
        return (
            self.error.message, self.file, self.line, self.character, self.byte, self.category,
            int(self.error.code), self.error.sqlstate, self.column, self.record,
            self.start_line if self.start_line is not None else 0, self.text,
        )  # fmt: skip


_SEEN = (
    " If you are running a copy command, please make sure files are not deleted when they are being loaded or"
    " files are not being loaded into two different tables concurrently with auto purge option."
)
_CAUSES = (
    " There are several potential causes. The file might not exist. The required credentials may be missing"
    " or invalid."
)


def missing(place: Location, name: str) -> SnowflakeError:
    """091016: a file that FILES = (…) names is not there."""
    return SnowflakeError("091016", "22000", f"Remote file '{_written(place, name)}' was not found.{_SEEN}")


def missing_in_detail(place: Location, name: str) -> SnowflakeError:
    """100112: the same in COPY's result."""
    text = f"Remote file '{_written(place, name)}' was not found.{_CAUSES}{_SEEN}"
    return SnowflakeError("100112", "22000", text)


def _written(place: Location, name: str) -> str:
    return place.text + ("" if place.path or place.text.endswith("/") else "/") + name
