"""User-defined functions and procedures."""

from __future__ import annotations

from typing import Any

import pytest
from snowflake.core import CreateMode
from snowflake.core import procedure as p
from snowflake.core import user_defined_function as u
from snowflake.core.exceptions import APIError, ConflictError, NotFoundError
from snowflake.core.schema import SchemaResource

SQL = u.SQLFunction()


def scalar(name: str, datatype: str, body: str, *arguments: u.Argument) -> u.UserDefinedFunction:
    returns = u.ReturnDataType(datatype=datatype)
    return u.UserDefinedFunction(
        name=name, arguments=list(arguments), return_type=returns, language_config=SQL, body=body
    )


def value(name: str, datatype: str, given: Any) -> u.UserDefinedFunctionArgument:
    return u.UserDefinedFunctionArgument(name=name, datatype=datatype, value=given)


# -- functions ------------------------------------------------------------------------------------


def test_a_python_function(place: SchemaResource) -> None:
    config = u.PythonFunction(
        runtime_version="3.11", packages=["numpy"], handler="h", called_on_null_input=False
    )
    function = place.user_defined_functions.create(
        u.UserDefinedFunction(
            name="greet",
            arguments=[
                u.Argument(name="n", datatype="INT"),
                u.Argument(name="who", datatype="VARCHAR", default_value="'it''s'"),
            ],
            return_type=u.ReturnDataType(datatype="VARCHAR"),
            language_config=config,
            body="def h(n, who):\n    return f'{who} {n}'",
            comment="c",
        )
    )
    found = function.fetch()
    assert [(a.name, a.datatype, a.default_value) for a in found.arguments] == [
        ("N", "NUMBER", None),
        ("WHO", "VARCHAR", "'it''s'"),
    ]
    assert (found.return_type.datatype, found.comment, found.is_table_function) == ("VARCHAR", "c", False)
    language = found.language_config
    assert isinstance(language, u.PythonFunction)
    assert (language.handler, language.runtime_version, language.packages) == ("h", "3.11", ["numpy"])
    assert found.body == "def h(n, who):\n    return f'{who} {n}'"
    assert function.execute([value("n", "INT", 4)]) == "it's 4"
    assert function.execute([value("n", "INT", 4), value("who", "TEXT", "a'b\\")]) == "a'b\\ 4"


@pytest.mark.parametrize(
    ("datatype", "body", "expected"),
    [
        ("INT", "41 + 1", 42), ("FLOAT", "0.5::FLOAT", 0.5), ("VARCHAR", "'$$'", "$$"), ("BOOLEAN", "TRUE", True),
        ("BOOLEAN", "FALSE", False), ("VARIANT", "PARSE_JSON('{\"a\":[1,null]}')", {"a": [1, None]}),
        ("ARRAY", "ARRAY_CONSTRUCT(1, 'b')", [1, "b"]), ("OBJECT", "OBJECT_CONSTRUCT('a', 1)", {"a": 1}),
    ],
)  # fmt: skip
def test_values_come_back_typed(place: SchemaResource, datatype: str, body: str, expected: object) -> None:
    function = place.user_defined_functions.create(
        scalar("typed", datatype, body), mode=CreateMode.or_replace
    )
    found = function.execute()
    assert found == expected
    assert type(found) is type(expected)


def test_overloads_are_told_apart(place: SchemaResource) -> None:
    functions = place.user_defined_functions
    functions.create(scalar("over", "VARCHAR", "'number'", u.Argument(name="x", datatype="INT")))
    functions.create(scalar("over", "VARCHAR", "'text'", u.Argument(name="x", datatype="VARCHAR")))
    assert functions["over(NUMBER)"].fetch().body == "'number'"
    assert functions["over(STRING)"].fetch().body == "'text'"
    with pytest.raises(NotFoundError):
        functions["over(DATE)"].fetch()
    functions["over(int)"].drop()
    assert [f.body for f in functions.iter(like="over")] == ["'text'"]


def test_a_table_function(place: SchemaResource) -> None:
    returns = u.ReturnTable(column_list=[u.ColumnType(name="a", datatype="INT")])
    given = u.UserDefinedFunction(
        name="tabular", arguments=[], return_type=returns, language_config=SQL, body="SELECT 1"
    )
    found = place.user_defined_functions.create(given).fetch()
    assert [(c.name, c.datatype) for c in found.return_type.column_list] == [("A", "NUMBER")]


def test_rename_and_drop(place: SchemaResource) -> None:
    functions = place.user_defined_functions
    functions.create(scalar("before", "INT", "1")).rename("after")
    assert functions["after()"].fetch().name == "AFTER"
    with pytest.raises(ConflictError):
        functions.create(scalar("after", "INT", "2"))
    functions["after()"].drop()
    with pytest.raises(NotFoundError):
        functions["after()"].drop()
    functions["after()"].drop(if_exists=True)


def test_service_functions_are_none(place: SchemaResource) -> None:
    assert list(place.functions.iter()) == []


# -- procedures -----------------------------------------------------------------------------------


def test_a_python_procedure(place: SchemaResource) -> None:
    config = p.PythonFunction(runtime_version="3.11", packages=["snowflake-snowpark-python"], handler="h")
    body = "def h(session, x, y):\n    return session.sql('select 40').collect()[0][0] + x + y"
    given = p.Procedure(
        name="added",
        arguments=[
            p.Argument(name="x", datatype="INT"),
            p.Argument(name="y", datatype="INT", default_value="1"),
        ],
        return_type=p.ReturnDataType(datatype="INT"),
        language_config=config,
        body=body,
        execute_as="CALLER",
        comment="c",
    )
    procedure = place.procedures.create(given)
    found = procedure.fetch()
    assert (found.name, found.execute_as, found.body, found.comment) == ("ADDED", "CALLER", body, "c")
    assert [a.datatype for a in found.arguments] == ["NUMBER", "NUMBER"]
    argument = p.CallArgument(name="x", datatype="INT", value=1)
    assert procedure.call(p.CallArgumentList(call_arguments=[argument]), extract=True) == 42
    assert [x.name for x in place.procedures.iter(like="add%")] == ["ADDED"]
    procedure.drop()
    with pytest.raises(NotFoundError):
        procedure.fetch()


def test_a_procedure_that_gives_a_table(place: SchemaResource) -> None:
    columns = [p.ColumnType(name="a", datatype="INT"), p.ColumnType(name="b", datatype="BOOLEAN")]
    body = "DECLARE r RESULTSET DEFAULT (SELECT 1 AS a, TRUE AS b); BEGIN RETURN TABLE(r); END"
    given = p.Procedure(
        name="rows_of", arguments=[], return_type=p.ReturnTable(column_list=columns),
        language_config=p.SQLFunction(), body=body,
    )  # fmt: skip
    assert place.procedures.create(given).call(extract=True) == [{"A": 1, "B": True}]


def test_a_handler_that_fails_is_the_users_error(place: SchemaResource) -> None:
    config = p.PythonFunction(runtime_version="3.11", packages=["snowflake-snowpark-python"], handler="h")
    given = p.Procedure(
        name="failing", arguments=[], return_type=p.ReturnDataType(datatype="INT"), language_config=config,
        body="def h(session):\n    raise ValueError('on purpose')",
    )  # fmt: skip
    procedure = place.procedures.create(given)
    with pytest.raises(APIError, match="on purpose") as caught:
        procedure.call(extract=True)
    assert caught.value.status == 400


def test_arguments_with_quoted_names(place: SchemaResource) -> None:
    first, second = (u.Argument(name=n, datatype="INT") for n in ('"x"', '"Y y"'))
    place.user_defined_functions.create(scalar("less", "INT", '"x" - "Y y"', first, second))
    function = place.user_defined_functions["less(INT, INT)"]
    assert function.execute([value('"Y y"', "INT", 3), value('"x"', "INT", 5)]) == 2
    assert [a.name for a in function.fetch().arguments] == ['"x"', '"Y y"']
