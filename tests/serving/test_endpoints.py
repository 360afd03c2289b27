"""Public endpoints of services over HTTP: a scikit-learn model and a custom one that the client has packed."""

# No postponed annotations: the client looks at those of custom models.
import gc
import gzip
import http.client
import json
import random
import threading
import warnings
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from snowflake.snowpark import Session

pytestmark = pytest.mark.filterwarnings("ignore")

FEATURES = ["age", "Anaemia", "SERUM_SODIUM"]
X = pd.DataFrame(
    {"age": [60.0, 75.0, 45.0, 50.0], "Anaemia": [0, 1, 0, 1], "SERUM_SODIUM": [137.0, 130.0, 140.0, 136.0]}
)
Y = [0, 1, 0, 1]


class Endpoint:
    """The endpoint of one service, with a token."""

    def __init__(self, url: str, token: str) -> None:
        address, _, self.path = url.partition("/")
        self.token = token
        self.address = address
        self._local = threading.local()

    def send(
        self, path: str, body: bytes | None, method: str = "POST", **headers: str
    ) -> tuple[int, Any, Any]:
        """Status, JSON and headers of the answer."""
        if getattr(self._local, "connection", None) is None:
            self._local.connection = http.client.HTTPConnection(self.address, timeout=60)
        found = {"Authorization": f'Snowflake Token="{self.token}"', "Content-Type": "application/json"}
        found |= {name.replace("_", "-"): value for name, value in headers.items()}
        self._local.connection.request(method, f"/{self.path}{path}", body, found)
        reply = self._local.connection.getresponse()
        text = reply.read()
        assert reply.headers["content-type"] == "application/json"
        return reply.status, json.loads(text), reply.headers

    def ask(self, body: Any, path: str = "/predict") -> tuple[int, Any]:
        """Status and JSON of the answer to a JSON body."""
        return self.send(path, json.dumps(body).encode())[:2]

    def close(self) -> None:
        if getattr(self._local, "connection", None) is not None:
            self._local.connection.close()


@pytest.fixture(scope="module")
def opened(server: dict[str, Any], schema: str) -> Iterator[Session]:
    """A Snowpark session in the module's schema."""
    database, name = schema.split(".")
    session = Session.builder.configs({**server, "database": database, "schema": name}).create()
    yield session
    session.close()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gc.collect()  # the client leaves temporary directories to it


@pytest.fixture(scope="module")
def registry(opened: Session, schema: str) -> Any:
    from snowflake.ml.registry import Registry

    database, name = schema.split(".")
    return Registry(session=opened, database_name=database, schema_name=name)


def deployed(session: Session, model: str, service: str) -> str:
    """The public address of a new service."""
    wanted = {
        "models": [{"name": model, "version": "V1"}],
        "service": {
            "name": service, "compute_pool": "SYSTEM_COMPUTE_POOL_CPU", "ingress_enabled": True,
            "min_instances": 1, "max_instances": 1,
        },
    }  # fmt: skip
    session.sql("CALL SYSTEM$DEPLOY_MODEL(?)", params=[json.dumps(wanted)]).collect()
    (row,) = session.sql(f"SHOW ENDPOINTS IN SERVICE {service}").collect()
    return str(row["ingress_url"])


@pytest.fixture(scope="module")
def fitted() -> LogisticRegression:
    return LogisticRegression(C=0.1).fit(X, Y)


@pytest.fixture(scope="module")
def heart(opened: Session, registry: Any, fitted: LogisticRegression) -> Iterator[Endpoint]:
    """HEART as the service HEARTS."""
    registry.log_model(
        fitted, model_name="HEART", version_name="V1", sample_input_data=X, options={"relax_version": False}
    )
    made = Endpoint(deployed(opened, "HEART", "HEARTS"), opened.connection.rest.token)
    yield made
    made.close()
    opened.sql("DROP SERVICE HEARTS").collect()


def restarts(session: Session, service: str) -> tuple[Any, ...]:
    (row,) = session.sql(f"SHOW SERVICE CONTAINERS IN SERVICE {service}").collect()
    return row["status"], row["restart_count"], row["start_time"]


# -- answers --------------------------------------------------------------------------------------


def test_the_formats_give_what_the_model_does(heart: Endpoint, fitted: LogisticRegression) -> None:
    expected = fitted.predict_proba(X)
    split = json.loads(X.to_json(orient="split"))
    records = json.loads(X.to_json(orient="records"))
    rows = [[number, *row] for number, row in enumerate(X.to_numpy().tolist())]
    for body in ({"dataframe_split": split}, {"dataframe_records": records}, {"data": rows}):
        status, found = heart.ask(body, "/predict-proba")
        assert status == 200
        assert [number for number, _ in found["data"]] == [0, 1, 2, 3]
        probabilities = [[row["output_feature_0"], row["output_feature_1"]] for _, row in found["data"]]
        np.testing.assert_allclose(probabilities, expected, rtol=1e-12)
    single = {"dataframe_split": {"columns": FEATURES, "data": [X.iloc[1].tolist()]}}
    assert heart.ask(single) == (200, {"data": [[0, {"output_feature_0": 1}]]})


def test_as_numpy_puts_rows_together(heart: Endpoint) -> None:
    body = {"data": np.column_stack([range(X.shape[0]), X.values]).tolist()}  # as Snowflake's examples do
    assert heart.ask(body)[0] == 200


def test_names_are_those_of_the_signature(heart: Endpoint) -> None:
    status, found = heart.ask({"dataframe_records": [{"AGE": 1, "ANAEMIA": 0, "SERUM_SODIUM": 1}]})
    assert (status, found["error"]) == (
        400,
        "Input data malformed: row 0 has no columns 'age', 'Anaemia'; is 'AGE' meant? Names are case-sensitive.",
    )


def test_false_and_texts_that_are_numbers(heart: Endpoint) -> None:
    as_numbers = heart.ask({"data": [[0, 60, 0, 137]]}, "/predict-proba")
    assert as_numbers[0] == 200
    assert heart.ask({"data": [[0, "60", False, "137.0"]]}, "/predict-proba") == as_numbers


def test_the_models_own_refusal(heart: Endpoint, opened: Session) -> None:
    status, found = heart.ask({"data": [[0, None, 0, 137]]})
    assert status == 400
    assert found["error"].startswith("Prediction failed: ValueError: ")
    assert "NaN" in found["error"]
    assert "Traceback" not in found["error"]
    log = opened.sql("CALL SYSTEM$GET_SERVICE_LOGS('HEARTS', '0', 'model-inference', 1000)").collect()[0][0]
    assert "Traceback (most recent call last):" in log


def test_health(heart: Endpoint) -> None:
    assert heart.send("/health", None, "GET")[:2] == (200, {"status": "ready"})


# -- who and what ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header", ["", "Snowflake Token=", 'Snowflake Token="wrong"', "Basic Og==", 'Bearer "']
)
def test_without_a_valid_token(heart: Endpoint, header: str) -> None:
    status, found, headers = heart.send("/predict", b"{}", Authorization=header)
    assert (status, headers["www-authenticate"]) == (401, "Snowflake")
    assert "Authorization" in found["error"]


def test_tokens(heart: Endpoint, server: dict[str, Any], opened: Session) -> None:
    body = b'{"data": [[0, 60, 0, 137]]}'
    for token in (server["password"], opened.connection.rest.token):
        assert heart.send("/predict", body, Authorization=f'Snowflake Token="{token}"')[0] == 200
        assert heart.send("/predict", body, Authorization=f"Bearer {token}")[0] == 200
    with Session.builder.configs(server).create() as other:
        token = other.connection.rest.token
        assert heart.send("/predict", body, Authorization=f'Snowflake Token="{token}"')[0] == 200
    assert heart.send("/predict", body, Authorization=f'Snowflake Token="{token}"')[0] == 401


def test_what_is_not_there(heart: Endpoint) -> None:
    listed = "It has: /predict, /predict-log-proba, /predict-proba."
    for path in ("/predict_proba", "/explain", "/predict/", "/", "", "/PREDICT"):
        status, found, _ = heart.send(path, b"{}")
        assert status == 404
        assert sorted(found["error"].replace(listed, "").split())[:1]  # says what was asked
        assert "/predict-proba" in found["error"]
    other = Endpoint(heart.address + "/other-1.snowflakecomputing.app", heart.token)
    status, found, _ = other.send("/predict", b"{}")
    other.close()
    assert status == 404
    assert "other-1.snowflakecomputing.app" in found["error"]


@pytest.mark.parametrize(("path", "method", "allowed"), [
    ("/predict", "GET", "POST"), ("/predict", "PUT", "POST"), ("/predict", "DELETE", "POST"),
    ("/health", "POST", "GET"),
])  # fmt: skip
def test_methods_of_http(heart: Endpoint, path: str, method: str, allowed: str) -> None:
    status, found, headers = heart.send(path, None, method)
    assert (status, headers["allow"]) == (405, allowed)
    assert allowed in found["error"]


# -- bodies ---------------------------------------------------------------------------------------

BODY = b'{"data": [[0, 60, 0, 137]]}'


def test_packed_and_in_other_charsets(heart: Endpoint) -> None:
    assert heart.send("/predict", gzip.compress(BODY), Content_Encoding="gzip")[0] == 200
    for charset in ("utf-8", "UTF-16", "latin-1", '"us-ascii"'):
        body = BODY.decode().encode(charset.strip('"'))
        assert heart.send("/predict", body, Content_Type=f"application/json; charset={charset}")[0] == 200
    for content_type in ("", "text/plain", "application/x-www-form-urlencoded"):  # the last is what curl says
        assert heart.send("/predict", BODY, Content_Type=content_type)[0] == 200


@pytest.mark.parametrize(("status", "body", "headers", "why"), [
    (400, BODY, {"Content_Encoding": "gzip"}, "not gzip"),
    (400, gzip.compress(BODY, mtime=0)[:-9], {"Content_Encoding": "gzip"}, "cut off"),
    (413, gzip.compress(b" " * 2_000_000, mtime=0), {"Content_Encoding": "gzip"}, "larger than 1 MB"),
    (415, BODY, {"Content_Encoding": "br"}, "br is not known"),
    (415, BODY, {"Content_Type": "application/json; charset=klingon"}, "klingon is not known"),
    (415, BODY, {"Content_Type": "application/json; charset=base64"}, "base64 is not known"),
    (400, b"\xff\xff\xff", {"Content_Type": "application/json; charset=utf-16"}, "not utf-16"),
    (415, BODY, {"Content_Type": "application/vnd.apache.arrow.stream"}, "application/json is needed"),
    (415, BODY, {"Content_Type": "multipart/form-data; boundary=x"}, "application/json is needed"),
])  # fmt: skip
def test_what_cannot_be_read(
    heart: Endpoint, status: int, body: bytes, headers: dict[str, str], why: str
) -> None:
    found = heart.send("/predict", body, **headers)
    assert found[0] == status
    assert why in found[1]["error"]


def test_the_largest_request(heart: Endpoint) -> None:
    rows = json.dumps({"data": [[0, 60, 0, 137]] * 1000}).encode()
    assert heart.send("/predict", rows.ljust(1 << 20))[0] == 200
    status, found, _ = heart.send("/predict", rows.ljust((1 << 20) + 1))
    assert (status, found["error"]) == (
        413, "The request is larger than 1 MB: send fewer rows, or shorter ones.",
    )  # fmt: skip
    assert heart.send("/predict", b" " * (8 << 20))[0] == 413
    assert heart.send("/predict", BODY)[0] == 200  # over the same connection


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*FEATURES, "index", "x"]), inner)
    ),
    max_leaves=12,
)
FORMATS = st.sampled_from(["data", "dataframe_split", "dataframe_records", "params", "extra_columns"])
BODIES = st.one_of(
    st.dictionaries(FORMATS, ANYTHING, max_size=3).map(lambda body: json.dumps(body).encode()),
    st.builds(
        lambda rows: json.dumps({"data": rows}).encode(), st.lists(st.lists(ANYTHING, max_size=5), max_size=3)
    ),
    st.builds(
        lambda columns, rows: json.dumps({"dataframe_split": {"columns": columns, "data": rows}}).encode(),
        st.lists(st.sampled_from(FEATURES), max_size=4),
        st.lists(st.lists(ANYTHING, max_size=4), max_size=3),
    ),
    st.binary(max_size=50),
)


@pytest.mark.slow
def test_a_thousand_malformed_requests(heart: Endpoint, opened: Session) -> None:
    before = restarts(opened, "HEARTS")
    found: Counter[int] = Counter()

    @settings(max_examples=700, deadline=None, database=None, suppress_health_check=[*HealthCheck])
    @given(BODIES)
    def send(body: bytes) -> None:
        found[heart.send("/predict", body)[0]] += 1

    send()
    generator = random.Random(7)
    for _ in range(500):
        body = bytearray(BODY)
        for _ in range(generator.randint(1, 4)):
            body[generator.randrange(len(body))] = generator.randrange(256)
        found[heart.send("/predict", bytes(body))[0]] += 1
    assert set(found) <= {200, 400}
    assert found[400] > 1000
    assert restarts(opened, "HEARTS") == before
    assert heart.send("/predict", BODY)[0] == 200


# -- states ---------------------------------------------------------------------------------------


def test_suspended(heart: Endpoint, opened: Session) -> None:
    opened.sql("ALTER SERVICE HEARTS SUSPEND").collect()
    assert heart.send("/health", None, "GET")[:2] == (503, {"status": "not ready"})
    assert heart.send("/predict", BODY)[0] == 200  # woken up
    opened.sql("ALTER SERVICE HEARTS SET AUTO_RESUME = FALSE").collect()
    opened.sql("ALTER SERVICE HEARTS SUSPEND").collect()
    status, found, _ = heart.send("/predict", BODY)
    assert (status, found["error"]) == (503, "The service is suspended and does not resume by itself.")
    opened.sql("ALTER SERVICE HEARTS SET AUTO_RESUME = TRUE").collect()
    assert heart.send("/predict", BODY)[0] == 200


def test_many_clients_while_it_is_changed(heart: Endpoint, opened: Session) -> None:
    stop = threading.Event()

    def client(_: int) -> Counter[int]:
        found: Counter[int] = Counter()
        while not stop.is_set():
            found[heart.send("/predict", BODY)[0]] += 1
        heart.close()
        return found

    with ThreadPoolExecutor(16) as clients:
        counted = [clients.submit(client, number) for number in range(16)]
        try:
            opened.sql("ALTER SERVICE HEARTS SET MIN_INSTANCES = 2, MAX_INSTANCES = 2").collect()
            while len(opened.sql("SHOW SERVICE CONTAINERS IN SERVICE HEARTS").collect()) < 2:
                assert not any(one.done() for one in counted)
        finally:
            stop.set()
    assert set(sum((one.result() for one in counted), Counter())) == {200}


# -- a custom model -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def custom(opened: Session, registry: Any) -> Iterator[Endpoint]:
    """A custom model, asynchronous, with parameters, that prints and gives lists, texts and missing values."""
    from snowflake.ml.model import custom_model, model_signature

    class Custom(custom_model.CustomModel):
        @custom_model.inference_api
        async def describe_it(self, X: pd.DataFrame, *, times: int = 2, word: str = "a") -> pd.DataFrame:
            print("a custom model is asked")  # noqa: T201
            return pd.DataFrame(
                {"text": [f"{word}{n}" * times for n in X["n"]], "parts": [[1.0, 2.0] for _ in X["n"]],
                 "missing": [None if n > 1 else 0.5 for n in X["n"]]}
            )  # fmt: skip

    spec, param = model_signature.FeatureSpec, model_signature.ParamSpec
    kinds = model_signature.DataType
    signature = model_signature.ModelSignature(
        inputs=[spec("n", kinds.INT64, nullable=False)],
        outputs=[
            spec("text", kinds.STRING),
            spec("parts", kinds.DOUBLE, shape=(2,)),
            spec("missing", kinds.DOUBLE),
        ],
        params=[param("times", kinds.INT64, default_value=2), param("word", kinds.STRING, default_value="a")],
    )
    registry.log_model(
        Custom(), model_name="CUSTOM", version_name="V1", signatures={"describe_it": signature},
        options={"relax_version": False},
    )  # fmt: skip
    made = Endpoint(deployed(opened, "CUSTOM", "CUSTOMS"), opened.connection.rest.token)
    yield made
    made.close()
    opened.sql("DROP SERVICE CUSTOMS").collect()


def test_a_custom_model(custom: Endpoint, opened: Session) -> None:
    rows = {"dataframe_records": [{"n": 1}, {"n": 2}]}
    expected = [
        [0, {"text": "a1a1", "parts": [1.0, 2.0], "missing": 0.5}],
        [1, {"text": "a2a2", "parts": [1.0, 2.0], "missing": None}],
    ]
    assert custom.ask(rows, "/describe-it") == (200, {"data": expected})
    status, found = custom.ask({**rows, "params": {"times": 1, "word": "ü"}}, "/describe-it")
    assert (status, [row["text"] for _, row in found["data"]]) == (200, ["ü1", "ü2"])
    status, found = custom.ask({**rows, "params": {"time": 1}}, "/describe-it")
    assert (status, found["error"]) == (
        400, "Input data malformed: the method has no parameter 'time'; it has 'times', 'word'.",
    )  # fmt: skip
    status, found = custom.ask({"dataframe_records": [{"n": None}]}, "/describe-it")
    assert (status, found["error"]) == (
        400, "Input data malformed: row 0, column 'n': null, where a value is needed.",
    )  # fmt: skip
    log = opened.sql("CALL SYSTEM$GET_SERVICE_LOGS('CUSTOMS', '0', 'model-inference', 1000)").collect()[0][0]
    assert "a custom model is asked" in log


def test_parameters_keep_requests_apart(custom: Endpoint) -> None:
    def ask(times: int) -> str:
        body = {"dataframe_records": [{"n": 1}], "params": {"times": times}}
        status, found = custom.ask(body, "/describe-it")
        custom.close()
        custom._local.connection = None
        assert status == 200
        return str(found["data"][0][1]["text"])

    with ThreadPoolExecutor(8) as clients:
        assert [*clients.map(ask, [1, 2, 3] * 16)] == ["a1", "a1a1", "a1a1a1"] * 16
