"""SHOW PROCEDURES. The account has no built-in procedures, so those of users are all there are."""

from __future__ import annotations

from collections.abc import Sequence

from snowdome.catalog.model import Procedure
from snowdome.context import Context
from snowdome.sql import ast
from snowdome.statements.describe_types import argument_list
from snowdome.statements.showing import Place, Row, common, lists, objects, yes

_COLUMNS = (
    "created_on name schema_name is_builtin is_aggregate is_ansi min_num_arguments max_num_arguments"
    " arguments description catalog_name is_table_function valid_for_clustering is_secure secrets"
    " external_access_integrations"
)


@lists("USER PROCEDURES", _COLUMNS)
def user_procedures(show: ast.Show, context: Context) -> Sequence[Row]:
    return [_row(place, p) for place, p in objects(show, context, Procedure) if isinstance(p, Procedure)]


@lists("PROCEDURES", _COLUMNS)
def all_procedures(show: ast.Show, context: Context) -> Sequence[Row]:
    return user_procedures(show, context)


def _row(place: Place, procedure: Procedure) -> Row:
    required = sum(1 for a in procedure.arguments if a.default is None)
    return {
        **common(place, procedure), "is_builtin": "N", "is_aggregate": "N", "is_ansi": "N",
        "min_num_arguments": required, "max_num_arguments": len(procedure.arguments),
        "arguments": argument_list(procedure), "description": procedure.comment or "user-defined procedure",
        "is_table_function": yes(procedure.is_table), "valid_for_clustering": "N",
        "is_secure": yes(procedure.secure),
    }  # fmt: skip
