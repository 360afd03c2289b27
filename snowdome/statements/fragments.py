"""Queries and expressions inside statements: their placeholders and their places."""

from __future__ import annotations

import re
from dataclasses import replace

from snowdome.context import Context
from snowdome.sql import ast


def shifted(context: Context, fragment: ast.Fragment) -> Context:
    """The context of a fragment, in which its first ``?`` is number 1."""
    if not fragment.bound_before:
        return context
    moved = {
        str(int(key) - fragment.bound_before): binding
        for key, binding in context.bindings.items()
        if key.isdigit() and int(key) > fragment.bound_before
    }
    return replace(context, bindings=moved)


def in_place(statement: ast.Statement, fragment: ast.Fragment) -> str:
    """The fragment's text behind blanks, so that positions in it are those in the statement."""
    before = statement.text[: fragment.start - statement.start]
    return re.sub(r"[^\n]", " ", before) + fragment.text
