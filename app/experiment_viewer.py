"""Compare the runs of an experiment: which is best, which overfits, and what one of them has learned.

One file, two places, as `revenue_prediction.py`: on your computer (`make viewer`) it talks to the account that the
lessons use; inside Snowflake (`sql/10_experiment_viewer.sql`) `st.connection("snowflake")` is its session.

It reads what `snowflake.ml.experiment.ExperimentTracking` has logged, and writes nothing. Three conventions make more
of it; whoever logs runs follows them (lesson 08 does).

Metrics are called SPLIT_METRIC, as in `train_auc` and `test_auc`. The split is `train` (or `training`) or, for data
the model has not learned from, `test`, `validation` (`valid`, `val`, `eval`) or `cv`: the one that most runs have,
in doubt the first of these, is compared with `train`, so that all runs are compared by the same. `:`, `-`, `.` or
`/` may stand for the underscore. The overfitting gap is train less held-out, and for metrics of which less is
better (`loss`, `error`, `rmse`, …) held-out less train: above 0 always means worse on new data. It is called large
if it is more than a tenth of the larger of the two. Metrics logged with several `step=` become curves.

Artifacts are files of these names, in the run's folder or below it:

    importance.json        {"FEATURE": number, …}, or [{"feature": "FEATURE", "importance": number}, …]
    importance.csv         the same with the header  feature,importance  (read if there is no importance.json)
    shap.json              {"feature_names": [F names], "values": [a row of F numbers for each case],
                            "data": [a row of F feature values for each case], "unit": "log-odds"}
                           as in a shap.Explanation; data and unit may be missing
    confusion_matrix.json  {"labels": ["stays", "churns"], "matrix": [[50, 3], [4, 20]], "threshold": 0.4}
                           rows are what happened, columns what was predicted, as in scikit-learn; of two labels
                           the second is the one looked for; threshold may be missing

Write such a file with `json.dump`, and log it with `tracking.log_artifact("shap.json")`.
"""

from __future__ import annotations

import io
import json
import math
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st
from snowflake.connector.errors import Error as ConnectorError
from snowflake.snowpark import Session
from snowflake.snowpark.exceptions import SnowparkClientException
from snowflake.snowpark.functions import lit

try:
    import snowdome
    from snowdome.client.parameters import ConnectionFileError
    from snowdome.state import StateError
except ImportError:  # inside Snowflake
    snowdome = None
    ConnectionFileError = StateError = ConnectorError

Name = tuple[str, str, str]  # of an experiment: database, schema, name
WAREHOUSE = "DASH_L"
LESSON = "08_experiment_tracking"
CACHE_SECONDS = 60  # a run may be going on

TRAIN = ("train", "training")
HELD_OUT = ("test", "validation", "valid", "val", "eval", "cv")  # in the order of preference
PAIRED = re.compile(rf"({'|'.join((*TRAIN, *HELD_OUT))})[_:\-./](.+)", re.IGNORECASE)
LESS_IS_BETTER = re.compile(r"loss|error|rmse|mse|mae|mape|brier|deviance|entropy|\bl[12]$", re.IGNORECASE)
LARGE = 0.1  # of the larger metric: a gap beyond it is called large
COLUMNS = 4  # metrics that the table shows at first
FEATURES = 10  # that the charts show, the most important ones
POINTS = 400  # cases that the beeswarm shows
LINES = 25  # runs that the chart of gaps shows
MOST_BYTES = 20_000_000  # of an artifact that is read
MISSING = {2003, 2043}

BLUE, ORANGE, GREEN, PURPLE, GREY = "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#5f6b73"
UNREACHABLE = (
    "The Snowflake account does not answer. On this computer, `snowdome status` says whether the local account runs,"
    " and `snowdome doctor` looks for what is in the way. With an account of your own, look at `connection.json`."
)
GONE = "This experiment or run is not there any more. Somebody has dropped it."


# -- what can go wrong, in words --------------------------------------------------------------------


def stop(
    message: str,
    details: str = "",
    kind: Callable[..., Any] = st.error,
    icon: str = ":material/construction:",
) -> None:
    """Say what is wrong and what to do, offer to try again, and end this run of the script."""
    kind(message, icon=icon)
    if details:
        with st.expander("What Snowflake said"):
            st.code(details, language=None)
    st.button("Try again", on_click=forget)
    st.stop()


def forget() -> None:
    """Let go of what was read, and of the connection if it is this app's own."""
    st.cache_data.clear()
    open_session.clear()


@contextmanager
def explained() -> Iterator[None]:
    """Turn an error of the account into a sentence."""
    try:
        yield
    except (SnowparkClientException, ConnectorError) as error:
        code = getattr(error, "sql_error_code", None) or getattr(error, "errno", None)
        said = said_by(error)
        if (
            code is None or 250000 <= int(code) < 260000 or 390000 <= int(code) < 400000
        ):  # the network; the log-in
            stop(UNREACHABLE, said)
        stop(GONE if int(code) in MISSING else "Snowflake refused a statement of this app.", said)


def said_by(error: Exception) -> str:
    """The text of an error, without what the clients put before it."""
    return str(getattr(error, "raw_msg", None) or getattr(error, "message", None) or error)


# -- the account ------------------------------------------------------------------------------------


def connect() -> Session:
    """The session: the lessons' account on a computer, the account it lives in inside Snowflake."""
    try:
        if snowdome is None:
            return st.connection("snowflake").session()
        return open_session(snowdome.connection())  # which starts the local account again if it was stopped
    except (ConnectionFileError, StateError) as error:
        stop(UNREACHABLE, str(error))
    except (ConnectorError, SnowparkClientException) as error:
        stop(UNREACHABLE, said_by(error))
    raise AssertionError("stop() does not come back")


@st.cache_resource(show_spinner="Connecting to Snowflake…")
def open_session(parameters: dict[str, Any]) -> Session:
    """One session for everybody who looks at the app on this computer."""
    ours = {"login_timeout": 60, "client_session_keep_alive": True}
    return Session.builder.configs({**ours, **parameters, "warehouse": WAREHOUSE}).create()


def in_sql(experiment: Name) -> str:
    """An experiment's full name, quoted."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in experiment)


def location(experiment: Name, run: str) -> str:
    """Where a run's artifacts are; names are quoted only if they must be, as the client writes them."""
    names = [
        n if re.fullmatch(r"[A-Z_][A-Z0-9_$]*", n) else '"' + n.replace('"', '""') + '"'
        for n in (*experiment, run)
    ]
    return f"snow://experiment/{'.'.join(names[:3])}/versions/{names[3]}"


@st.cache_data(ttl=CACHE_SECONDS, show_spinner="Looking for experiments…")
def load_experiments(_session: Session) -> list[Name]:
    """All experiments that this role sees."""
    rows = _session.sql("SHOW EXPERIMENTS IN ACCOUNT").collect()
    return sorted((row["database_name"], row["schema_name"], row["name"]) for row in rows)


@st.cache_data(ttl=CACHE_SECONDS, show_spinner="Reading the runs…")
def load_runs(_session: Session, experiment: Name) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """What the runs are, their metrics at the highest step, and their parameters: a row a run, in the same order."""
    shown = _session.sql(f"SHOW RUNS IN EXPERIMENT {in_sql(experiment)}").collect()
    said = [json.loads(row["metadata"] or "{}") for row in shown]
    runs = pd.DataFrame(
        {
            "status": [one.get("status", "") for one in said],
            "started": [row["created_on"] for row in shown],
            "source": [str((one.get("source_info") or {}).get("entry_point", "")) for one in said],
        },
        index=pd.Index([row["name"] for row in shown], name="run"),
    )
    metrics = logged(_session, "METRICS", experiment, runs.index).map(number)
    return (
        runs,
        metrics.dropna(axis="columns", how="all"),
        logged(_session, "PARAMETERS", experiment, runs.index),
    )


def logged(session: Session, what: str, experiment: Name, runs: pd.Index) -> pd.DataFrame:
    """Texts that were logged: a row a run, a column a name."""
    rows = session.sql(f"SHOW RUN {what} IN EXPERIMENT {in_sql(experiment)}").collect()
    found: dict[str, dict[str, str]] = {run: {} for run in runs}
    for row in rows:
        found.setdefault(row["run_name"], {})[row["name"]] = str(row["value"])
    names = sorted({row["name"] for row in rows})
    return pd.DataFrame([[found[run].get(name) for name in names] for run in runs], runs, names, dtype=object)


def number(text: Any) -> float:
    """A metric as a number; what is none is not shown."""
    try:
        value = float(text)
    except (TypeError, ValueError):
        return math.nan
    return value if math.isfinite(value) else math.nan


@st.cache_data(ttl=CACHE_SECONDS, show_spinner="Reading the metrics step by step…")
def load_history(_session: Session, experiment: Name, run: str) -> pd.DataFrame:
    """Every point that a run has logged: metric, step, value."""
    quoted = '"' + run.replace('"', '""') + '"'
    points = _session.table_function(
        "SYSTEM$GET_EXPERIMENT_RUN_METRICS", lit(in_sql(experiment)), lit(quoted)
    ).select("METRIC_NAME", "STEP", "VALUE").collect()  # fmt: skip
    frame = pd.DataFrame([tuple(p) for p in points], columns=["metric", "step", "value"])
    frame["value"] = frame["value"].map(number)
    return frame.dropna().sort_values(["metric", "step"], ignore_index=True)


@st.cache_data(ttl=CACHE_SECONDS, show_spinner="Looking for artifacts…")
def load_artifacts(_session: Session, experiment: Name, run: str) -> pd.DataFrame:
    """The files of a run: path, bytes, md5."""
    rows = _session.sql(f"LIST {location(experiment, run)}").collect()
    files = [(row["name"].split("/", 3)[-1], row["size"], row["md5"]) for row in rows]
    return pd.DataFrame(files, columns=["path", "size", "md5"])


@st.cache_data(max_entries=100, show_spinner="Reading an artifact…")
def load_text(_session: Session, address: str, md5: str) -> str:
    """The text of an artifact; its md5 tells whether it was written again."""
    with tempfile.TemporaryDirectory() as folder:
        _session.file.get(address, folder)
        return Path(folder, address.rpartition("/")[2]).read_text(encoding="utf-8", errors="replace")


# -- metrics ----------------------------------------------------------------------------------------


def split_of(metric: str) -> tuple[str, str]:
    """A metric's split, in lower case, and what it measures; without a split the first is empty."""
    found = PAIRED.fullmatch(metric)
    return (found[1].lower(), found[2]) if found else ("", metric)


def pairs(metrics: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """What is measured on both sides: the names of the metric on training data and on held-out data.

    One held-out metric for all runs: the one that most of them have.
    """
    found: dict[str, dict[str, str]] = {}
    for name in metrics.columns:
        split, measure = split_of(name)
        found.setdefault(measure, {})["train" if split in TRAIN else split] = name
    return {
        measure: (
            splits["train"],
            max((splits[s] for s in HELD_OUT if s in splits), key=lambda name: metrics[name].count()),
        )
        for measure, splits in found.items()
        if "train" in splits and not splits.keys().isdisjoint(HELD_OUT)
    }


def gaps(metrics: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Per run the metric in training, held out, the gap between them, and whether that is large."""
    train, held_out = pairs(metrics)[measure]
    found = pd.DataFrame({"train": metrics[train], "held_out": metrics[held_out]}).dropna()
    sign = -1 if LESS_IS_BETTER.search(measure) else 1
    found["gap"] = sign * (found["train"] - found["held_out"])
    found["large"] = found["gap"] > LARGE * found[["train", "held_out"]].abs().max(axis=1)
    return found


def in_digits(value: float, sign: str = "") -> str:
    """A metric with three decimals, or three digits if it is very large or small."""
    return f"{value:{sign}.3f}" if value == 0 or 0.0005 <= abs(value) < 1e5 else f"{value:{sign}.3g}"


def preferred(metrics: pd.DataFrame) -> list[str]:
    """The metrics, those first that runs are best compared by: held out, with a partner, an AUC."""
    partners = pairs(metrics)
    held_out = {held for _, held in partners.values()}
    return sorted(metrics.columns, key=lambda m: (m not in held_out, "auc" not in m.lower(), m))


# -- the page ---------------------------------------------------------------------------------------


def main() -> None:
    """Draw the page once, from top to bottom, as Streamlit does after every click."""
    st.set_page_config(page_title="Experiments", page_icon="🔬", layout="wide")
    st.title("Experiments")
    session = connect()
    with explained():
        experiments = load_experiments(session)
    if not experiments:
        stop(
            f"There is no experiment yet. Run the lesson **{LESSON}**, then try again.",
            kind=st.info,
            icon="🔬",
        )
    experiment = st.sidebar.selectbox(
        "Experiment", experiments, format_func=lambda e: f"{e[2]} ({e[0]}.{e[1]})", help="All that your role sees."
    )  # fmt: skip
    st.sidebar.button("Read again", on_click=st.cache_data.clear, help="Runs may be going on.")
    with explained():
        runs, metrics, parameters = load_runs(session, experiment)
    if runs.empty:
        stop(
            f"`{experiment[2]}` has no runs yet. Run the lesson **{LESSON}**.",
            kind=st.info,
            icon=":material/science:",
        )

    by = (
        st.sidebar.selectbox("Compare by", preferred(metrics), key=f"by {experiment}")
        if len(metrics.columns)
        else None
    )
    chosen = filtered(runs, metrics, parameters, by, str(experiment))
    if not chosen:
        st.info("No run fits the filters.", icon=":material/search_off:")
        st.button("Clear the filters", on_click=clear_filters)
        return
    if by:
        less = bool(LESS_IS_BETTER.search(split_of(by)[1]))
        chosen = list(
            metrics.loc[chosen].sort_values(by, ascending=less, na_position="last", kind="stable").index
        )
    compare(runs.loc[chosen], metrics.loc[chosen], by, len(runs))
    run = st.selectbox("One run in detail", chosen, key=f"run {experiment}")
    details(session, experiment, run, runs.loc[run], metrics.loc[run], parameters.loc[run])


def filtered(
    runs: pd.DataFrame, metrics: pd.DataFrame, parameters: pd.DataFrame, by: str | None, key: str
) -> list[str]:
    """The runs that fit what was asked for in the sidebar."""
    with st.sidebar:
        st.subheader("Filters")
        name = st.text_input("Name contains", key=f"filter name {key}")
        statuses = st.multiselect("Status", sorted(set(runs["status"])), key=f"filter status {key}")
        limit = None
        less = by is not None and bool(LESS_IS_BETTER.search(split_of(by)[1]))
        if by:
            label = f"{by} at {'most' if less else 'least'}"
            limit = st.number_input(label, value=None, step=0.01, format="%.4f", key=f"filter {by} {key}")
        options = [
            f"{p} = {value}"
            for p in parameters.columns
            for value in sorted(set(parameters[p].dropna()))
            if parameters[p].nunique(dropna=False) > 1
        ]
        wanted = st.multiselect(
            "Parameters", options, key=f"filter parameters {key}",
            help="Those in which the runs differ. Of one parameter any of the chosen values, of several all.",
        )  # fmt: skip
    fits = runs.index.str.contains(name, case=False, regex=False)
    if statuses:
        fits &= runs["status"].isin(statuses).to_numpy()
    if by and limit is not None:
        fits &= (metrics[by] <= limit if less else metrics[by] >= limit).to_numpy()
    for parameter in parameters.columns:
        if values := [w for w in wanted if w.startswith(f"{parameter} = ")]:
            fits &= (f"{parameter} = " + parameters[parameter]).isin(values).to_numpy()
    return list(runs.index[fits])


def clear_filters() -> None:
    """Forget what was asked for in the sidebar."""
    for key in [key for key in st.session_state if str(key).startswith("filter ")]:
        del st.session_state[key]


def compare(runs: pd.DataFrame, metrics: pd.DataFrame, by: str | None, total: int) -> None:
    """The best run, all runs as a table with bars, and the gap of what they are compared by."""
    if by is None:
        st.info("These runs have logged no metrics.", icon=":material/straighten:")
    measures = pairs(metrics)
    measure = split_of(by)[1] if by else ""
    gap = gaps(metrics, measure) if measure in measures else pd.DataFrame()
    best = runs.index[0]
    places = st.columns([0.5, 2.7, 0.9, 1.7])
    places[0].metric("Runs", f"{len(runs)} of {total}" if len(runs) < total else str(total))
    if by and not math.isnan(metrics[by].iloc[0]):
        places[1].metric("Best run", best)
        places[2].metric(by, in_digits(metrics[by].iloc[0]))
        if best in gap.index:
            size = "large" if gap["large"][best] else "small"
            places[3].metric(
                "Its overfitting gap", f"{in_digits(gap['gap'][best], '+')} ({size})", help="See below."
            )
    show_table(runs, metrics, measures)
    if not gap.empty:
        st.subheader(f"Overfitting gap of {measure}")
        st.altair_chart(gap_chart(gap.head(LINES), measure, measures[measure]))
        st.caption(
            ("" if len(gap) <= LINES else f"The first {LINES} of {len(gap)} runs. ")
            + "How much worse the run is on data that it has not learned from."
            f" ⚠ marks gaps of more than {LARGE:.0%} of the larger of the two metrics."
        )
    elif by:
        st.caption(
            f"No overfitting gap: it takes `train_{measure}` and `test_{measure}` (or `validation_…`, `cv_…`)."
        )


def show_table(runs: pd.DataFrame, metrics: pd.DataFrame, measures: dict[str, tuple[str, str]]) -> None:
    """A row a run: metrics as bars with their numbers, and the gaps."""
    at_first = [m for m in preferred(metrics) if split_of(m)[0] not in TRAIN][:COLUMNS]
    shown = (
        st.multiselect("Metrics in the table", preferred(metrics), at_first) if len(metrics.columns) else []
    )
    status = "Status" if "Status" not in shown else "Status of the run"
    mark = {"FINISHED": "✓", "FAILED": "✗", "RUNNING": "…"}
    table = pd.DataFrame({status: [f"{mark.get(s, '')} {s.lower()}" for s in runs["status"]]}, runs.index)
    table = table.join(metrics[shown])
    config: dict[str, Any] = {}
    for metric in shown:
        low, high = min(0.0, metrics[metric].min()), max(metrics[metric].max(), 0.0)
        high = 1.0 if low == 0 and 0 < high <= 1 and not LESS_IS_BETTER.search(metric) else high
        if low < high:
            config[metric] = st.column_config.ProgressColumn(
                metric,
                format="%.3f" if high - low < 1e5 else "%.3g",
                width=125,
                min_value=float(low),
                max_value=float(high),
            )
    for measure in dict.fromkeys(split_of(metric)[1] for metric in shown):
        if measure in measures:
            found = gaps(metrics, measure)
            label = found["large"].map({True: "⚠ ", False: ""}) + found["gap"].map(
                lambda gap: in_digits(gap, "+")
            )
            table[f"{measure} gap"] = label.reindex(table.index, fill_value="")
    st.dataframe(table.rename_axis("Run"), column_config=config)


def gap_chart(gap: pd.DataFrame, measure: str, names: tuple[str, str]) -> alt.LayerChart:
    """Two marks a run, training and held out, and the way between them with its length."""
    shown = gap.reset_index(names="run")
    shown["label"] = shown["gap"].map(lambda gap: in_digits(gap, "+")) + shown["large"].map(
        {True: " ⚠", False: ""}
    )
    shown["right"] = shown[["train", "held_out"]].max(axis=1)
    long = shown.melt(["run", "label"], ["train", "held_out"], "split", "value")
    long["split"] = long["split"].map(dict(zip(("train", "held_out"), names, strict=True)))
    told = "; ".join(
        f"{r.run}: {names[0]} {r.train:.3f}, {names[1]} {r.held_out:.3f}, gap {r.gap:+.3f}"
        + ", large" * r.large
        for r in shown.itertuples()
    )
    y = alt.Y("run:N", sort=list(gap.index), title=None, axis=alt.Axis(labelLimit=260))
    scale = alt.Scale(zero=False, nice=True, padding=24)
    way = alt.Chart(shown).mark_rule(strokeWidth=5, opacity=0.3, color=GREY).encode(
        alt.X("train:Q", title=measure, scale=scale), alt.X2("held_out"), y
    )  # fmt: skip
    legend = alt.Legend(title=None, orient="top", symbolSize=140, labelLimit=300)
    points = alt.Chart(long).mark_point(filled=True, size=150, opacity=1).encode(
        alt.X("value:Q", scale=scale), y,
        alt.Color("split:N", scale=alt.Scale(domain=list(names), range=[ORANGE, BLUE]), legend=legend),
        alt.Shape("split:N", scale=alt.Scale(domain=list(names), range=["diamond", "circle"]), legend=legend),
        tooltip=["run", "split", alt.Tooltip("value:Q", format=".4f")],
    )  # fmt: skip
    text = alt.Chart(shown).mark_text(align="left", dx=14, fontSize=13, color=GREY).encode(
        alt.X("right:Q"), y, text="label"
    )  # fmt: skip
    return alt.layer(way, points, text).properties(
        width="container", height=110 + 36 * len(gap), description=f"A line per run from its training metric to its"
        f" held-out metric. {told}.",
    )  # fmt: skip


# -- one run ----------------------------------------------------------------------------------------


def details(
    session: Session, experiment: Name, run: str, facts: pd.Series, metrics: pd.Series, parameters: pd.Series
) -> None:
    """Parameters, metrics over steps, and the artifacts of one run."""
    with explained():
        history = load_history(session, experiment, run)
        files = load_artifacts(session, experiment, run)
    left, right = st.columns([1, 2], gap="large")
    with left:
        st.subheader("Parameters")
        known = parameters.dropna()
        if known.empty:
            st.write("This run has logged no parameters.")
        else:
            st.table(pd.DataFrame({"Value": known}).rename_axis("Parameter"))
        st.caption(
            f"{facts['status'].capitalize()}, started {facts['started']:%Y-%m-%d %H:%M}"
            + (f", by `{facts['source']}`" if facts["source"] else "")
        )
    with right:
        st.subheader("Metrics over steps")
        show_history(history, metrics.dropna())
    show_artifacts(session, location(experiment, run), files)


def show_history(history: pd.DataFrame, latest: pd.Series) -> None:
    """A chart per measure with its splits as lines; single numbers as a table."""
    history = history.assign(measure=[split_of(metric)[1] for metric in history["metric"]])
    steps = history.groupby("metric")["step"].nunique()
    curves = history[history["metric"].map(steps) > 1]
    measures = sorted(set(curves["measure"]), key=lambda m: ("auc" not in m.lower(), m))
    if not measures:
        st.write(
            "Each metric was logged once, so there is no curve to draw; `log_metric(…, step=n)` makes one."
        )
        st.table(latest.map("{:.4f}".format).rename("Value").to_frame().rename_axis("Metric"))
        return
    shown = st.multiselect("Curves of", measures, measures[:2])
    for place, measure in zip(st.columns(max(1, min(2, len(shown)))) * len(shown), shown, strict=False):
        place.altair_chart(history_chart(curves[curves["measure"] == measure], measure))


def history_chart(points: pd.DataFrame, measure: str) -> alt.Chart:
    """Lines of one measure; splits differ in colour and marks."""
    names = sorted(set(points["metric"]), key=lambda m: split_of(m)[0] not in TRAIN)
    ends = points.groupby("metric")["value"].agg(["first", "last"])
    told = "; ".join(f"{m} from {ends['first'][m]:.3f} to {ends['last'][m]:.3f}" for m in names)
    legend = alt.Legend(title=None, orient="top", labelLimit=240, columns=2, symbolSize=110)
    colours = alt.Scale(domain=names, range=[ORANGE, BLUE, GREEN, PURPLE, GREY])
    shapes = alt.Scale(domain=names, range=["diamond", "circle", "square", "triangle-up", "cross"])
    drawn = alt.Chart(points).mark_line(strokeWidth=2, point={"filled": True, "size": 60}).encode(
        alt.X("step:Q", axis=alt.Axis(tickMinStep=1, format="d"), scale=alt.Scale(padding=8)),
        alt.Y("value:Q", title=measure, scale=alt.Scale(zero=False)),
        alt.Color("metric:N", scale=colours, legend=legend),
        alt.Shape("metric:N", scale=shapes, legend=legend),
        tooltip=["metric", "step", alt.Tooltip("value:Q", format=".4f")],
    )  # fmt: skip
    return drawn.properties(width="container", height=270, description=f"{measure} over steps: {told}.")


def show_artifacts(session: Session, address: str, files: pd.DataFrame) -> None:
    """What the run has learned, as far as its artifacts tell, and all of its files."""
    left, right = st.columns(2, gap="large")
    show = {
        left: ("Feature importance", ("importance.json", "importance.csv"), read_importance, draw_importance),
        right: ("Confusion matrix", ("confusion_matrix.json",), read_confusion, draw_confusion),
    }
    for place, (title, names, read, draw) in show.items():
        with place:
            st.subheader(title)
            show_artifact(session, address, files, names, read, draw)
    st.subheader("SHAP values")
    show_artifact(session, address, files, ("shap.json",), read_shap, draw_shap)
    with st.expander(f"All artifacts ({len(files)})"):
        if files.empty:
            st.write("This run has logged no artifacts.")
        else:
            st.table(files.rename(columns={"path": "File", "size": "Bytes"}).set_index("File")[["Bytes"]])


def first(files: pd.DataFrame, names: tuple[str, ...]) -> pd.Series | None:
    """The file with the first of these names; of several in different folders the one nearest to the top."""
    for name in names:
        found = files[[path.rpartition("/")[2] == name for path in files["path"]]]
        if not found.empty:
            return found.loc[found["path"].str.count("/").idxmin()]
    return None


def show_artifact(
    session: Session, address: str, files: pd.DataFrame, names: tuple[str, ...],
    read: Callable[[str], Any], draw: Callable[[Any], None],
) -> None:  # fmt: skip
    """Draw the first of these artifacts that the run has, or say kindly why not."""
    file = first(files, names)
    if file is None:
        st.info(
            f"This run has no artifact `{names[0]}`. The lesson **{LESSON}** shows how to log one.",
            icon=":material/folder_off:",
        )
        return
    if file["size"] > MOST_BYTES:
        st.warning(
            f"`{file['path']}` has more than {MOST_BYTES // 1_000_000} MB, which is too much for a page."
        )
        return
    try:
        with explained():
            text = load_text(session, f"{address}/{file['path']}", file["md5"])
        content = read(text)
    except OSError:
        st.warning(f"`{file['path']}` is not there any more.")
        return
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        st.warning(f"`{file['path']}` is not as this app expects it (see `app/README.md`): {error}")
        return
    draw(content)


# -- artifacts: reading -----------------------------------------------------------------------------


def read_importance(text: str) -> pd.DataFrame:
    """Features and their importances, the highest first."""
    if text.lstrip()[:1] in ("{", "["):
        content = json.loads(text)
        rows = (
            content.items()
            if isinstance(content, dict)
            else [(r["feature"], r["importance"]) for r in content]
        )
        frame = pd.DataFrame(list(rows), columns=["feature", "importance"])
    else:
        frame = pd.read_csv(io.StringIO(text))[["feature", "importance"]]
    frame["importance"] = pd.to_numeric(frame["importance"])
    if frame.empty or not math.isfinite(frame["importance"].sum()):
        raise ValueError("each feature must have a number")
    return frame.sort_values("importance", ascending=False, ignore_index=True)


def read_confusion(text: str) -> dict[str, Any]:
    """Labels, a square of whole numbers, and a threshold if there is one."""
    content = json.loads(text)
    labels, matrix = [str(label) for label in content["labels"]], content["matrix"]
    if not labels or len(set(labels)) < len(labels):
        raise ValueError("there must be labels, and they must differ")
    if len(matrix) != len(labels) or any(len(row) != len(labels) for row in matrix):
        raise ValueError("the matrix must have a row and a column for each label")
    return {
        "labels": labels,
        "matrix": [[int(n) for n in row] for row in matrix],
        "threshold": content.get("threshold"),
    }


def read_shap(text: str) -> dict[str, Any]:
    """SHAP values and feature values as tables of the most important features, and the unit."""
    content = json.loads(text)
    names = [str(name) for name in content["feature_names"]]
    values = pd.DataFrame(content["values"], columns=names, dtype=float)
    data = pd.DataFrame(content.get("data") or [[None] * len(names)] * len(values), columns=names)
    if values.empty or len(set(names)) < len(names) or not math.isfinite(values.to_numpy().sum()):
        raise ValueError("values must be rows of numbers, one for each of feature_names, which must differ")
    if len(data) != len(values):
        raise ValueError("data must have as many rows as values")
    top = list(values.abs().mean().sort_values(ascending=False, kind="stable").index[:FEATURES])
    data = data[top].apply(pd.to_numeric, errors="coerce")
    return {
        "values": values[top],
        "data": data,
        "unit": str(content.get("unit") or "the model's output"),
        "all": len(names),
    }


# -- artifacts: drawing -----------------------------------------------------------------------------


def bars(frame: pd.DataFrame, value: str, title: str, colour: Any, description: str) -> None:
    """A horizontal bar a feature with a label at its end."""
    wider = 1.1 + 0.045 * frame["label"].str.len().max()  # for the labels
    room = alt.Scale(domainMax=float(frame[value].max()) * wider) if frame[value].max() > 0 else alt.Scale()
    base = alt.Chart(frame).encode(
        alt.X(f"{value}:Q", title=title, scale=room),
        alt.Y("feature:N", sort=list(frame["feature"]), title=None, axis=alt.Axis(labelLimit=220)),
        tooltip=["feature", alt.Tooltip(f"{value}:Q", format=".4f")],
    )
    drawn = alt.layer(
        base.mark_bar(height={"band": 0.7}).encode(color=colour),
        base.mark_text(align="left", dx=5, color=GREY).encode(text="label:N"),
    )
    st.altair_chart(drawn.properties(width="container", height=80 + 30 * len(frame), description=description))


def draw_importance(frame: pd.DataFrame) -> None:
    """The most important features as bars."""
    top = frame.head(FEATURES).assign(label=frame["importance"].map("{:.3g}".format))
    told = "; ".join(f"{r.feature} {r.label}" for r in top.itertuples())
    bars(top, "importance", "importance", alt.value(BLUE), f"Bars of feature importance: {told}.")
    if len(frame) > FEATURES:
        st.caption(f"The first {FEATURES} of {len(frame)} features.")


def draw_confusion(content: dict[str, Any]) -> None:
    """A square of counts with the share of each row, and what it means in a sentence."""
    labels, matrix = content["labels"], content["matrix"]
    cells = pd.DataFrame(
        [
            {"actual": a, "predicted": p, "cases": matrix[i][j], "share": matrix[i][j] / (sum(matrix[i]) or 1)}
            for i, a in enumerate(labels) for j, p in enumerate(labels)
        ]
    )  # fmt: skip
    cells["label"] = [f"{n:,} ({share:.0%})" for n, share in zip(cells["cases"], cells["share"], strict=True)]
    told = "; ".join(f"{r.actual} predicted as {r.predicted}: {r.label}" for r in cells.itertuples())
    base = alt.Chart(cells).encode(
        alt.X("predicted:N", sort=labels, title="predicted", axis=alt.Axis(labelAngle=0, orient="top")),
        alt.Y("actual:N", sort=labels, title="what happened"),
        tooltip=["actual", "predicted", "cases", alt.Tooltip("share:Q", format=".1%", title="of the row")],
    )
    shade = alt.Color("share:Q", scale=alt.Scale(scheme="blues", domain=[0, 1]), legend=None)
    ink = alt.condition("datum.share > 0.55", alt.value("white"), alt.value("#20262a"))
    drawn = alt.layer(
        base.mark_rect(stroke="white", strokeWidth=3).encode(shade),
        base.mark_text(fontSize=17, fontWeight="bold").encode(text="label", color=ink),
    )
    st.altair_chart(drawn.properties(
        width="container", height=80 + 85 * len(labels), description=f"Confusion matrix. {told}."
    ))  # fmt: skip
    st.caption(in_words(content))


def in_words(content: dict[str, Any]) -> str:
    """What a confusion matrix means: recall and precision of two labels, or the share that is right."""
    labels, matrix = content["labels"], content["matrix"]
    at = f" At the threshold {content['threshold']}:" if content["threshold"] is not None else ""
    if len(labels) != 2:
        right = sum(matrix[i][i] for i in range(len(labels)))
        return f"{at} {right / (sum(map(sum, matrix)) or 1):.0%} of the cases are predicted right.".strip()
    (_, false), (missed, found) = matrix
    return (
        f"{at} of {found + missed:,} cases of “{labels[1]}” the model finds {found:,}"
        f" (recall {found / ((found + missed) or 1):.0%}); of {found + false:,} that it names,"
        f" {found:,} are right (precision {found / ((found + false) or 1):.0%})."
    ).strip()


def direction(values: pd.Series, data: pd.Series) -> str:
    """What high values of a feature do to the prediction, by rank correlation."""
    if values.nunique() < 2 or data.nunique() < 2:
        return ""
    correlation = values.rank().corr(data.rank())
    return (
        "high values raise it"
        if correlation > 0.3
        else "high values lower it"
        if correlation < -0.3
        else "mixed"
    )


def draw_shap(content: dict[str, Any]) -> None:
    """A bar chart of how much each feature moves predictions, and a beeswarm of which way."""
    values, data, unit = content["values"], content["data"], content["unit"]
    mean = pd.DataFrame({"feature": values.columns, "mean": values.abs().mean().to_numpy()})
    mean["effect"] = [direction(values[f], data[f]) for f in values.columns]
    mean["label"] = [f"{r.mean:.3f}  {r.effect}" for r in mean.itertuples()]
    told = "; ".join(f"{r.feature} {r.label}" for r in mean.itertuples())
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**How much** each feature moves a prediction")
        bars(
            mean,
            "mean",
            f"mean of |SHAP value|, in {unit}",
            alt.value(GREEN),
            f"Bars of mean SHAP values: {told}.",
        )
    with right:
        st.markdown("**Which way**, a mark a case")
        st.altair_chart(beeswarm(values, data, unit, told))
    shown = (
        f"{min(POINTS, len(values))} of {len(values):,} cases"
        if len(values) > POINTS
        else f"{len(values):,} cases"
    )
    st.caption(f"{shown}, {len(values.columns)} of {content['all']} features. ▲ marks the higher half of a feature's"
               " values, ▼ the lower half, ● values that are no numbers.")  # fmt: skip


def beeswarm(values: pd.DataFrame, data: pd.DataFrame, unit: str, told: str) -> alt.LayerChart:
    """A mark a case and feature: to the right if it raises the prediction, aside where many are alike."""
    few = values.iloc[[i * len(values) // POINTS for i in range(POINTS)]] if len(values) > POINTS else values
    width = (values.to_numpy().max() - values.to_numpy().min()) / 50 or 1.0
    parts = []
    for feature in few.columns:
        alike = (few[feature] / width).round().groupby((few[feature] / width).round()).cumcount()
        parts.append(pd.DataFrame({
            "feature": feature, "shap": few[feature], "value": data.loc[few.index, feature],
            "aside": ((alike + 1) // 2) * (1 - 2 * (alike % 2)), "rank": data[feature].rank(pct=True).loc[few.index],
        }))  # fmt: skip
    points = pd.concat(parts, ignore_index=True)
    points["half"] = points["rank"].map(lambda r: "no number" if pd.isna(r) else "high" if r > 0.5 else "low")
    far = max(8, int(points["aside"].abs().max())) * 1.1
    marks = {"high": "triangle-up", "low": "triangle-down", "no number": "circle"}
    drawn = alt.Chart(points).mark_point(filled=True, size=30, opacity=0.75).encode(
        alt.X("shap:Q", title=f"SHAP value, in {unit}"),
        alt.Y("feature:N", sort=list(few.columns), title=None, axis=alt.Axis(labelLimit=220, grid=True)),
        alt.YOffset("aside:Q", scale=alt.Scale(domain=[-far, far])),
        alt.Color("rank:Q", scale=alt.Scale(range=[BLUE, "#c9b8c4", ORANGE], domain=[0, 0.5, 1]), legend=alt.Legend(
            title="feature value", orient="top", gradientLength=140, values=[0, 1],
            labelExpr="datum.value < 0.5 ? 'low' : 'high'",
        )),
        alt.Shape("half:N", scale=alt.Scale(domain=list(marks), range=list(marks.values())), legend=None),
        tooltip=["feature", "value", alt.Tooltip("shap:Q", format="+.4f", title="SHAP value")],
    )  # fmt: skip
    zero = alt.Chart(pd.DataFrame({"x": [0]})).mark_rule(color=GREY).encode(x="x:Q")
    return alt.layer(zero, drawn).properties(
        width="container", height=130 + 40 * len(few.columns),
        description=f"Beeswarm: for each feature, the SHAP values of all cases. {told}.",
    )  # fmt: skip


main()
