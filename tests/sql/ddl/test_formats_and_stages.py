"""File formats and stages as objects: options, ALTER, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

_ERROR = "SQL compilation error:"


def described(place: Any, sql: str) -> dict[str, str]:
    """Property values by name."""
    return {row["property"]: row["property_value"] for row in place.named(sql)}


class TestFileFormats:
    @pytest.mark.parametrize(
        "options",
        [
            "TYPE = CSV FIELD_DELIMITER = '|' SKIP_HEADER = 2 NULL_IF = ('NULL', '\\\\N') COMPRESSION = GZIP",
            "TYPE = JSON STRIP_OUTER_ARRAY = TRUE ALLOW_DUPLICATE = FALSE",
            "TYPE = 'PARQUET' BINARY_AS_TEXT = FALSE",
            "TYPE = XML STRIP_OUTER_ELEMENT = TRUE",
            "TYPE = AVRO COMPRESSION = AUTO",
            "",
        ],
    )
    def test_each_type_has_its_options(self, place: Any, options: str) -> None:
        assert place.value(f"CREATE FILE FORMAT ff {options}") == "File format FF successfully created."

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (
                "TYPE = CSV STRIP_OUTER_ARRAY = TRUE",
                "Option STRIP_OUTER_ARRAY is not valid for file format type CSV.",
            ),
            ("TYPE = JSON SKIP_HEADER = 1", "Option SKIP_HEADER is not valid for file format type JSON."),
            ("TYPE = CSV SKIP_HEADER = -1", "invalid value [-1] for parameter 'SKIP_HEADER'"),
            ("TYPE = CSV COMPRESSION = 'BOGUS'", "invalid value ['BOGUS'] for parameter 'COMPRESSION'"),
            ("TYPE = 'NOPE'", "invalid value ['NOPE'] for parameter 'TYPE'"),
            ("TYPE = CSV NO_SUCH = 1", "invalid parameter 'NO_SUCH'"),
        ],
    )
    def test_what_is_not_an_option(self, place: Any, options: str, message: str) -> None:
        assert place.fails(f"CREATE FILE FORMAT ff {options}")[2] == f"{_ERROR}\n{message}"

    def test_alter_sets_options_but_never_the_type(self, place: Any) -> None:
        place.run("CREATE FILE FORMAT ff TYPE = CSV", "ALTER FILE FORMAT ff SET SKIP_HEADER = 5")
        assert described(place, "DESC FILE FORMAT ff")["SKIP_HEADER"] == "5"
        assert place.fails("ALTER FILE FORMAT ff SET TYPE = JSON")[2] == (
            f"{_ERROR}\nFile format type cannot be changed."
        )

    def test_one_that_is_not_there(self, place: Any) -> None:
        assert place.fails("ALTER FILE FORMAT nosuch SET COMMENT = 'x'")[2] == (
            f"{_ERROR}\nFile format 'DDL_TESTS.{place.schema}.NOSUCH' does not exist or not authorized."
        )

    def test_the_listing_has_the_options_as_json(self, place: Any) -> None:
        place.run(
            "CREATE FILE FORMAT ff TYPE = CSV FIELD_DELIMITER = '|' SKIP_HEADER = 5 COMPRESSION = GZIP COMMENT = 'of ff'"
        )
        [row] = place.named("SHOW FILE FORMATS")
        options = json.loads(row["format_options"])
        assert (options["TYPE"], options["SKIP_HEADER"], options["PARSE_HEADER"]) == ("CSV", 5, False)
        assert (options["FILE_EXTENSION"], options["COMPRESSION"]) == (None, "GZIP")
        assert (row["type"], row["comment"], "COMMENT" in options) == ("CSV", "of ff", False)


class TestStages:
    @pytest.mark.parametrize(
        "options",
        [
            "FILE_FORMAT = (TYPE = CSV SKIP_HEADER = 1)",
            "FILE_FORMAT = (FORMAT_NAME = 'ff_named')",
            "FILE_FORMAT = 'ff_named'",
            "DIRECTORY = (ENABLE = TRUE)",
            "ENCRYPTION = (TYPE = 'SNOWFLAKE_SSE')",
            "ENCRYPTION = (TYPE = 'SNOWFLAKE_FULL')",
            "COPY_OPTIONS = (ON_ERROR = 'SKIP_FILE')",
            "TAG (stage_tag = 'v')",
            "COMMENT = 'c'",
        ],
    )
    def test_options(self, place: Any, options: str) -> None:
        place.run("CREATE FILE FORMAT ff_named TYPE = CSV", "CREATE TAG stage_tag")
        assert place.value(f"CREATE STAGE st {options}") == "Stage area ST successfully created."

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (
                "FILE_FORMAT = (TYPE = CSV) FILE_FORMAT = (TYPE = JSON)",
                f"{_ERROR} conflicting values file format parameter 'TYPE'",
            ),
            ("NO_SUCH_OPT = 1", f"{_ERROR}\ninvalid property 'NO_SUCH_OPT' for 'STAGE'"),
            ("FILE_FORMAT = (TYPE = 'BOGUS')", f"{_ERROR}\ninvalid value ['BOGUS'] for parameter 'TYPE'"),
            (
                "CREDENTIALS = (AWS_KEY_ID='x' AWS_SECRET_KEY='y')",
                f"{_ERROR}\ninvalid stage (ST): location not specified",
            ),
            (
                "ENCRYPTION = (TYPE = 'AWS_SSE_S3')",
                f"{_ERROR}\nCannot set URL, credentials, or encryption key of an internal or temporary stage.",
            ),
            ("URL='file:///tmp/x'", f"{_ERROR}\ninvalid URL prefix found in: 'file:///tmp/x'"),
            ("URL='file://tmp/x'", f"{_ERROR}\ninvalid URL: file://tmp/x"),
            ("URL='/tmp/x'", f"{_ERROR}\ninvalid URL: /tmp/x"),
        ],
    )
    def test_what_is_refused(self, place: Any, options: str, message: str) -> None:
        assert place.fails(f"CREATE STAGE st {options}")[2] == message

    def test_alter(self, place: Any) -> None:
        place.run("CREATE STAGE st", "ALTER STAGE st SET FILE_FORMAT = (TYPE = JSON)")
        place.run("ALTER STAGE st SET COPY_OPTIONS = (ON_ERROR = 'CONTINUE')")
        rows = place.named("DESC STAGE st")
        shown = {(r["parent_property"], r["property"]): r["property_value"] for r in rows}
        assert shown["STAGE_FILE_FORMAT", "TYPE"] == "JSON"
        assert shown["STAGE_COPY_OPTIONS", "ON_ERROR"] == "CONTINUE"
        assert place.fails("ALTER STAGE st UNSET COMMENT")[2] == "Unsupported feature 'UNSET'."

    def test_listing(self, place: Any) -> None:
        place.run(
            "CREATE STAGE inner_st DIRECTORY = (ENABLE = TRUE)",
            "CREATE STAGE outer_st URL='s3://bucket/path/'",
        )
        place.run("CREATE TEMPORARY STAGE temp_st")
        shown = {row["name"]: row for row in place.named("SHOW STAGES")}
        inner, outer = shown["INNER_ST"], shown["OUTER_ST"]
        told = ("type", "has_credentials", "has_encryption_key", "directory_enabled", "url")
        assert [inner[n] for n in told] == ["INTERNAL", "N", "N", "Y", ""]
        assert (outer["type"], outer["url"]) == ("EXTERNAL", "s3://bucket/path/")
        assert "TEMPORARY" in shown["TEMP_ST"]["type"]
