"""Calls of models' methods: ``m!predict(…)``, ``MODEL(db.schema.m, version)!predict(…)``."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from snowdome.catalog.model import Function
from snowdome.catalog.names import ObjectName, quote
from snowdome.catalog.versioned import Method, Model, ModelVersion
from snowdome.errors import SnowflakeError, compilation_error, not_supported, object_not_found
from snowdome.sql.binder import python_calls, service_calls, user_functions
from snowdome.sql.binder.core import Binder, binds, fold
from snowdome.sql.binder.scope import Scope
from snowdome.sql.binder.user_functions import Chosen
from snowdome.sql.query_parser import ModelReference
from snowdome.sql.typed import Typed


@dataclass(frozen=True)
class MethodCall:
    """A written call taken apart: which model's version, the call, and what stands behind OVER."""

    model: Model
    version: ModelVersion
    call: exp.Anonymous
    window: exp.Window | None


def is_call(node: exp.Expr) -> bool:
    """Whether ``node`` is written as a call of a model's method."""
    return isinstance(node, exp.ModelAttribute)


def window_of(node: exp.Expr) -> exp.Window | None:
    """The OVER of a call."""
    return node.expression if isinstance(node.expression, exp.Window) else None


@binds(exp.ModelAttribute)
def bind_method(binder: Binder, node: exp.Expr, scope: Scope) -> Typed:
    if isinstance(node.expression, exp.Anonymous) and (service := service_calls.find(binder, node, scope)):
        return service_calls.bind(binder, service, node.expression, scope)
    chosen = choose(binder, node, scope, table=False)
    constant = node.find(exp.Column) is None
    return python_calls.scalar(binder, chosen.function, chosen.arguments, constant)


def choose(binder: Binder, node: exp.Expr, scope: Scope, *, table: bool) -> Chosen[Function]:
    """The method that is called, as a Python function, with its arguments."""
    service_calls.refuse_rows(binder, node, scope)
    written = _taken_apart(binder, node, scope)
    if written.window is not None and not table:
        raise not_supported("OVER with a method that is no table function")
    name = fold_name(written.call)
    method = written.version.method(name)
    if method is None or method.is_table != table:
        raise _unknown_method(written, name)
    function = as_function(binder, written.model, written.version, method)
    return user_functions.overload(binder, [function], written.call, scope)


def call_of(node: exp.Expr) -> exp.Expr:
    """The call behind the exclamation mark, without its OVER."""
    window = window_of(node)
    found: exp.Expr = window.this if window is not None else node.expression
    return found


def _taken_apart(binder: Binder, node: exp.Expr, scope: Scope) -> MethodCall:
    window = window_of(node)
    call = call_of(node)
    if not isinstance(call, exp.Anonymous):
        raise not_supported(f"the expression {node.sql(dialect='snowflake')[:100]}")
    return MethodCall(*_version(binder, node.this, scope), call, window)


def fold_name(call: exp.Anonymous) -> str:
    """The name of a called function, folded."""
    return fold(call.this) if isinstance(call.this, exp.Identifier) else str(call.this).upper()


def _version(binder: Binder, written: exp.Expr, scope: Scope) -> tuple[Model, ModelVersion]:
    """What stands before the exclamation mark: a name, or ``MODEL(name [, version])``."""
    if isinstance(written, exp.Anonymous) and written.name.upper() == "MODEL" and written.expressions:
        name, *version = written.expressions
        return _found(binder, parts_of(name), _version_name(version[0]) if version else "DEFAULT")
    parts = parts_of(written)
    if len(parts) == 1 and (aliased := scope.model(parts[0])) is not None:
        return aliased
    return _found(binder, parts, "DEFAULT")


def _version_name(node: exp.Expr) -> str:
    return node.name if isinstance(node, exp.Literal) else parts_of(node)[-1]


def parts_of(node: exp.Expr) -> tuple[str, ...]:
    """The name that ``node`` writes, folded."""
    if isinstance(node, exp.Dot):
        return tuple(fold(p) for p in node.flatten())
    if isinstance(node, (exp.Column, exp.Table)):
        return tuple(fold(p) for p in node.parts)
    if isinstance(node, exp.Identifier):
        return (fold(node),)
    raise not_supported(f"the model {node.sql(dialect='snowflake')[:100]}")


def referred(binder: Binder, node: ModelReference) -> tuple[Model, ModelVersion]:
    """What ``AS MODEL name [VERSION v]`` names."""
    version = node.args.get("expression")
    return _found(binder, parts_of(node.this), _version_name(version) if version is not None else "DEFAULT")


def _found(binder: Binder, parts: tuple[str, ...], version: str) -> tuple[Model, ModelVersion]:
    name = binder.object_name(parts)
    binder.session.require_schema(name)
    model = binder.session.find(Model, name)
    if model is None:
        raise object_not_found("Model", str(ObjectName(parts)))
    found = model.version(version)
    if found is None or found.live:
        raise object_not_found("Version", version)
    return model, found


def as_function(binder: Binder, model: Model, version: ModelVersion, method: Method) -> Function:
    """The method as a Python function whose imports are the files of the model's version."""
    area = binder.context.services.stages.of_version(model.id, version.id)
    return Function(
        id=version.id,
        name=f"{model.name}!{method.name}",
        language="PYTHON",
        arguments=method.arguments,
        returns=method.returns,
        columns=method.columns,
        volatile=method.volatile,
        options={
            "HANDLER": method.handler,
            "PACKAGES": "\n".join(version.packages),
            "DIRECTORY": str(area.directory),
        },
    )


def _unknown_method(written: MethodCall, name: str) -> SnowflakeError:
    """002140: the version has no such method, or only one of the other kind."""
    shown = f"{quote(written.model.name)}!{quote(name)}"
    return compilation_error("002140", "42601", f"Unknown function {shown}.")
