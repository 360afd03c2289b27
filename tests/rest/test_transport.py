"""Paths, query strings, bodies, tokens and errors, as snowflake.core sends and expects them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import snowflake.connector
from snowflake.connector import SnowflakeConnection
from snowflake.connector.network import ReauthenticationRequest
from snowflake.core import Root
from snowflake.core.database import Database
from snowflake.core.exceptions import APIError, ConflictError, NotFoundError, UnauthorizedError
from snowflake.core.schema import SchemaResource
from snowflake.core.table import Table, TableColumn
from snowflake.core.warehouse import Warehouse
from snowflake.snowpark import Session

from tests.rest.conftest import Raw
from tests.rest.test_tasks import eventually

NAMES = ['"a/b"', '"a:b"', '"a""b"', '"a b"', '"a.b"', '"%2F"', '"ä?#&"', '"$x"', "plain$1"]


def a_table(name: str) -> Table:
    return Table(name=name, columns=[TableColumn(name="c", datatype="int")])


@pytest.mark.parametrize("name", NAMES)
def test_names_travel_percent_encoded(place: SchemaResource, name: str) -> None:
    place.tables.create(a_table(name))
    stored = name.upper() if name == "plain$1" else name
    assert place.tables[name].fetch().name == stored
    assert stored in [t.name for t in place.tables.iter()]
    place.tables[stored].drop()
    with pytest.raises(NotFoundError):
        place.tables[name].fetch()


def test_unquoted_names_are_folded_and_quoted_ones_are_not(place: SchemaResource) -> None:
    place.tables.create(a_table("folded"))
    place.tables.create(a_table('"folded"'))
    assert place.tables["FOLDED"].fetch().name == "FOLDED"
    assert place.tables['"folded"'].fetch().name == '"folded"'
    assert place.tables['"FOLDED"'].fetch().name == "FOLDED"


def test_a_reserved_word_is_a_name(place: SchemaResource) -> None:
    place.tables.create(a_table("select"))
    assert place.tables["select"].fetch().name == "SELECT"
    place.tables["select"].drop()


@pytest.mark.parametrize("path", ["databases/a%20b", "databases/a.b", "databases/1a", "databases/%22"])
def test_a_name_that_is_none_is_a_syntax_error(raw: Raw, path: str) -> None:
    status, body = raw("GET", path)
    assert (status, body["code"]) == (400, "001003")


@pytest.mark.parametrize("text", ["True", "true", "TRUE"])
def test_booleans_come_in_any_case(raw: Raw, text: str) -> None:
    assert raw("DELETE", f"databases/not_there?ifExists={text}")[0] == 200


@pytest.mark.parametrize("text", ["False", "false"])
def test_false_is_not_there(raw: Raw, text: str) -> None:
    assert raw("DELETE", f"databases/not_there?ifExists={text}")[0] == 404


def test_other_booleans_are_refused(raw: Raw) -> None:
    assert raw("DELETE", "databases/not_there?ifExists=perhaps")[0] == 400


def test_an_unknown_create_mode_is_refused(raw: Raw) -> None:
    status, body = raw("POST", "databases?createMode=maybe", {"name": "x"})
    assert status == 400
    assert "not a valid createmode: maybe" in body["message"]


@pytest.mark.parametrize("limit", ["0", "-1", "10001", "x", "1.5"])
def test_limits_out_of_range_are_refused(raw: Raw, limit: str) -> None:
    assert raw("GET", f"databases?showLimit={limit}")[0] == 400


@pytest.mark.parametrize(
    ("body", "status"),
    [(None, 400), (b"null", 400), (b"", 400), (b"{}", 400), (b"[]", 400), (b"{", 400), (b"3", 400),
     ({"name": None}, 400), ({"name": 3}, 400), ({"name": "x", "comment": 3}, 400)],
)  # fmt: skip
def test_bodies_that_make_no_sense_are_the_users_fault(raw: Raw, body: Any, status: int) -> None:
    answer = raw("POST", "databases", body)
    assert answer[0] == status
    assert isinstance(answer[1]["message"], str)


def test_what_the_account_does_not_know_is_not_passed_over(raw: Raw) -> None:
    status, body = raw("POST", "databases", {"name": "unheard", "no_such_property": 1})
    assert (status, body["code"]) == (400, "000002")
    assert raw("GET", "databases/unheard")[0] == 404


def test_a_body_cannot_bring_a_second_statement(raw: Raw, place: SchemaResource) -> None:
    evil = {"name": "v", "columns": [], "query": "SELECT 1; DROP DATABASE REST_TESTS"}
    status, body = raw("POST", f"databases/REST_TESTS/schemas/{place.name}/views", evil)
    assert (status, body["code"]) == (400, "000008")


def test_texts_are_escaped(root: Root) -> None:
    text = "it's a \\ back\\'slash\n$$ -- ; */"
    root.databases.create(Database(name="escaped", comment=text))
    assert root.databases["escaped"].fetch().comment == text
    root.databases["escaped"].drop()


# -- answers --------------------------------------------------------------------------------------


def test_success_is_a_json_object(raw: Raw) -> None:
    assert raw("POST", "databases", {"name": "answered"}) == (
        200,
        {"status": "Database ANSWERED successfully created."},
    )
    assert raw("DELETE", "databases/answered") == (200, {"status": "ANSWERED successfully dropped."})


def test_errors_are_json_of_texts(raw: Raw) -> None:
    status, body = raw("GET", "databases/nowhere")
    assert status == 404
    assert body == {
        "message": "\ndatabase 'nowhere' does not exist or not authorized.",
        "code": "002003",
        "error_code": "002003",
        "request_id": body["request_id"],
    }
    assert str(uuid.UUID(body["request_id"])) == body["request_id"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "no-such-resource", 404),
        ("GET", "databases/a/b/c/d", 404),
        ("POST", "warehouses/w:explode", 404),
        ("GET", "", 404),
        ("DELETE", "databases", 405),
        ("POST", "databases/x", 405),
    ],
)
def test_unknown_paths_and_methods(raw: Raw, method: str, path: str, status: int) -> None:
    answer = raw(method, path)
    assert answer[0] == status
    assert isinstance(answer[1]["message"], str)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "accounts", 400),
        ("GET", "databases/d/database-roles", 400),
        ("POST", "databases/d/schemas/s/notebooks/n:execute", 400),
        ("GET", "databases/d/schemas/s/iceberg-tables/t", 400),
        ("PUT", "network-policies/p", 501),
        ("GET", "databases/rest_tests:get-tags", 400),
    ],
)
def test_what_is_not_there_yet_is_refused_by_name(raw: Raw, method: str, path: str, status: int) -> None:
    answer = raw(method, path)
    assert (answer[0], answer[1]["code"]) == (status, "000002")


def raised(act: Callable[[], object]) -> APIError:
    with pytest.raises(APIError) as caught:
        act()
    return caught.value


def test_errors_decode_by_status(root: Root, place: SchemaResource) -> None:
    missing = raised(place.tables["nope"].fetch)
    assert isinstance(missing, NotFoundError)
    assert missing.get_request_info()["error_code"] == "002003"
    place.tables.create(a_table("twice"))
    exists = raised(lambda: place.tables.create(a_table("twice")))
    assert isinstance(exists, ConflictError)
    assert exists.get_request_info()["error_code"] == "002002"
    wrong = raised(lambda: place.tables.create(Table(name="t"), as_select="selec 1"))
    assert (wrong.status, wrong.get_request_info()["error_code"]) == (400, "001003")


def test_what_is_missing_above_is_not_found(root: Root) -> None:
    with pytest.raises(NotFoundError):
        list(root.databases["nope"].schemas.iter())
    with pytest.raises(NotFoundError):
        list(root.databases["REST_TESTS"].schemas["nope"].tables.iter())


# -- tokens ---------------------------------------------------------------------------------------


def test_no_token_and_a_wrong_one(server: dict[str, Any]) -> None:
    for token in ("", "nobody's"):
        status, body = Raw(server["host"], server["port"], token)("GET", "databases")
        assert (status, body["error_code"], body["code"]) == (401, "390112", "390112")


def test_an_expired_token_is_renewed_once(server: dict[str, Any]) -> None:
    with snowflake.connector.connect(**server) as connection:
        root = Root(connection)
        root.databases["SNOWFLAKE"].fetch()
        connection.rest.update_tokens("worn out", connection.rest.master_token)
        assert root.databases["SNOWFLAKE"].fetch().name == "SNOWFLAKE"
        assert connection.rest.token != "worn out"


def test_a_session_that_is_gone_must_log_in_again(server: dict[str, Any]) -> None:
    with snowflake.connector.connect(**server) as connection:
        root = Root(connection)
        connection.rest.update_tokens("worn out", "worn out too")
        with pytest.raises(ReauthenticationRequest, match="390114"):
            root.databases["SNOWFLAKE"].fetch()


def test_401_is_decoded(server: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    with snowflake.connector.connect(**server) as connection:
        root = Root(connection)
        monkeypatch.setattr(connection.rest, "_renew_session", lambda: None)
        connection.rest.update_tokens("worn out", "worn out too")
        with pytest.raises(UnauthorizedError):
            root.databases["SNOWFLAKE"].fetch()


# -- sessions -------------------------------------------------------------------------------------


def test_the_client_asks_for_versions(logged_in: SnowflakeConnection) -> None:
    ((text,),) = logged_in.cursor().execute("SELECT SYSTEM$CLIENT_VERSION_INFO()").fetchall()
    assert text == (
        '[{"clientId":"PyCore","minimumSupportedVersion":"","minimumNearingEndOfSupportVersion":"",'
        '"recommendedVersion":""}]'
    )


def test_a_snowpark_session_is_a_root_too(server: dict[str, Any]) -> None:
    session = Session.builder.configs(server).create()
    try:
        assert "SNOWFLAKE" in [d.name for d in Root(session).databases.iter()]
    finally:
        session.close()


def test_use_stays_with_the_session(server: dict[str, Any]) -> None:
    with snowflake.connector.connect(**server) as connection, snowflake.connector.connect(**server) as other:
        Root(other).warehouses.create(Warehouse(name="used_by_rest"))
        Root(connection).warehouses["used_by_rest"].use_warehouse()
        current = "SELECT CURRENT_WAREHOUSE()"
        assert connection.cursor().execute(current).fetchall() == [("USED_BY_REST",)]
        Root(other).warehouses["used_by_rest"].drop()


def test_many_requests_with_one_token(place: SchemaResource) -> None:
    made = [place.tables.create_async(a_table(f"async_{i}")) for i in range(24)]
    for one in made:
        one.result()
    fetched = [place.tables[f"async_{i}"].fetch_async() for i in range(24)]
    assert [one.result().name for one in fetched] == [f"ASYNC_{i}" for i in range(24)]
    dropped = [place.tables[f"async_{i}"].drop_async() for i in range(24)]
    for one in dropped:
        one.result()
    assert not list(place.tables.iter(like="async%"))


def test_two_creations_at_once_are_one(place: SchemaResource) -> None:
    def create(_: int) -> str:
        try:
            place.tables.create(a_table("raced"))
        except ConflictError:
            return "conflict"
        return "created"

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(create, range(8)))
    assert outcomes == ["conflict"] * 7 + ["created"]


def test_a_slow_request_does_not_hold_up_others(place: SchemaResource, raw: Raw) -> None:
    slow = place.tables.create_async(Table(name="slow"), as_select="SELECT SYSTEM$WAIT(1) AS a")
    assert raw("GET", "databases/SNOWFLAKE")[0] == 200
    slow.result()
    assert place.tables["slow"].fetch().columns[0].name == "A"


def test_requests_are_statements_like_others(place: SchemaResource, run: Any) -> None:
    """They are in the history under the session's user, and can be cancelled."""
    running = place.tables.create_async(Table(name="endless"), as_select="SELECT SYSTEM$WAIT(600) AS endless")
    listed = (
        "SELECT query_id FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY_BY_SESSION())"
        " WHERE query_text LIKE 'CREATE TABLE%endless' AND execution_status = 'RUNNING'"
    )
    ((query_id,),) = eventually(lambda: run(listed))
    run(f"SELECT SYSTEM$CANCEL_QUERY('{query_id}')")
    with pytest.raises(APIError, match="000604") as caught:
        running.result()
    assert caught.value.status == 400
