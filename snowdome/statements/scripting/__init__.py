"""Snowflake Scripting: blocks of statements with variables, branches, loops, cursors and handlers."""

from snowdome.sql.grammar.scripting import parse_block, read_block
from snowdome.statements.scripting.blocks import run_block

__all__ = ["parse_block", "read_block", "run_block"]
