"""Plan next month's advertising: budgets per channel as sliders, and the revenue a model expects of them.

One file, two places. On your computer (`make app`) it talks to the account that the lessons use. Inside
Snowflake (`sql/04_streamlit_app.sql`) the package `snowdome` is not there, and `st.connection("snowflake")` is
the session that the app has already. Nothing else differs.

What it needs, and the lesson that makes it:

    table BUDGET_ALLOCATIONS_AND_ROI     00_setup             a row per month: four budgets, and the return
    table SPEND_AND_REVENUE_PER_MONTH    01_data_engineering  what the model has seen
    function PREDICT_ROI                 03_model_training    the model

    PREDICT_ROI(search_engine FLOAT, social_media FLOAT, video FLOAT, email FLOAT) RETURNS FLOAT

takes what a month's advertising costs per channel, in dollars, and returns the month's revenue, in dollars:
the units of SPEND_AND_REVENUE_PER_MONTH. Budgets in BUDGET_ALLOCATIONS_AND_ROI are in units of 10,000
dollars, its ROI is in millions of dollars. Only this file converts.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st
from snowflake.connector.errors import Error as ConnectorError
from snowflake.snowpark import Session
from snowflake.snowpark.exceptions import SnowparkClientException

try:
    import snowdome
    from snowdome.client.parameters import ConnectionFileError
    from snowdome.state import StateError
except ImportError:  # inside Snowflake
    snowdome = None
    ConnectionFileError = StateError = ConnectorError

SCHEMA = "DASH_DB.DASH_SCHEMA"
WAREHOUSE = "DASH_L"
BUDGETS = f"{SCHEMA}.BUDGET_ALLOCATIONS_AND_ROI"
SEEN = f"{SCHEMA}.SPEND_AND_REVENUE_PER_MONTH"
PREDICT = f"{SCHEMA}.PREDICT_ROI"

BUDGET_UNIT = 10_000  # dollars that one step of a budget stands for
REVENUE_UNIT = 1_000_000  # dollars that 1 in the column ROI stands for
HIGHEST = 100  # of a slider

MISSING = {606, 2003, 2043, 90105, 90106}  # a warehouse, a table, a schema; no current database or schema
UNKNOWN_FUNCTION = {2140, 2141, *MISSING}
MONTHS = list(calendar.month_name)[1:]
CACHE_SECONDS = 300


@dataclass(frozen=True)
class Channel:
    """A way to advertise: how people call it, its two columns, and its colour in the chart."""

    label: str
    budget: str
    spend: str
    colour: str


CHANNELS = (
    Channel("Search engine", "SEARCHENGINE", "SEARCH_ENGINE", "#0072b2"),
    Channel("Social media", "SOCIALMEDIA", "SOCIAL_MEDIA", "#e69f00"),
    Channel("Video", "VIDEO", "VIDEO", "#009e73"),
    Channel("Email", "EMAIL", "EMAIL", "#cc79a7"),
)
Allocation = tuple[int, ...]  # a budget for each of CHANNELS


# -- what can go wrong, in words --------------------------------------------------------------------


@dataclass(frozen=True)
class Need:
    """Something that the account must hold: the codes of errors that say it does not, and what to do."""

    codes: set[int]
    text: str


NEEDS_BUDGETS = Need(
    MISSING, f"The table `{BUDGETS}` is not there. Run the lesson **00_setup**, then try again."
)
NEEDS_SEEN = Need(
    MISSING, f"The table `{SEEN}` is not there. Run the lesson **01_data_engineering**, then try again."
)
NEEDS_FUNCTION = Need(
    UNKNOWN_FUNCTION,
    f"The function `{PREDICT}` is not there. Run the lesson **03_model_training**, then try again.",
)
UNREACHABLE = (
    "The Snowflake account does not answer. On this computer, `snowdome status` says whether the local account runs,"
    " and `snowdome doctor` looks for what is in the way. With an account of your own, look at `connection.json`."
)
SESSION_ENDED = (
    "The session has ended, as sessions do when an account is restarted. **Try again** opens a new one."
)


def stop(message: str, details: str = "") -> None:
    """Say what is wrong and what to do, offer to try again, and end this run of the script."""
    st.error(message, icon="🚧")
    if details:
        with st.expander("What Snowflake said"):
            st.code(details, language=None)
    st.button("Try again", on_click=forget)
    st.stop()


def forget() -> None:
    """Let go of the connection and of what was read through it."""
    st.cache_data.clear()
    st.cache_resource.clear()


@contextmanager
def explained(need: Need) -> Iterator[None]:
    """Turn an error of the account into a sentence: what is missing, or what it said."""
    try:
        yield
    except (SnowparkClientException, ConnectorError) as error:
        code, said = code_of(error), said_by(error)
        if code in need.codes:
            stop(need.text, said)
        if code is None or 250000 <= code < 260000:  # the network
            stop(UNREACHABLE, said)
        if 390000 <= code < 400000:  # who logs in is in connect(): this is about the session it made
            stop(SESSION_ENDED, said)
        stop("Snowflake refused a statement of this app.", said)


def said_by(error: Exception) -> str:
    """The text of an error, without what the clients put before it."""
    return str(getattr(error, "raw_msg", None) or getattr(error, "message", None) or error)


def code_of(error: Exception) -> int | None:
    """Snowflake's number of an error, if it has one."""
    code = getattr(error, "sql_error_code", None) or getattr(error, "errno", None)
    return int(code) if code is not None else None


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
    # Seconds: whoever logs in with a browser needs some, and a dead account should not keep anybody waiting.
    ours = {"login_timeout": 60, "client_session_keep_alive": True}
    return Session.builder.configs({**ours, **parameters, "warehouse": WAREHOUSE}).create()


@st.cache_data(ttl=CACHE_SECONDS, show_spinner="Reading the months…")
def load_months(_session: Session) -> pd.DataFrame:
    """The table of budgets, in the order of the calendar."""
    columns = [channel.budget for channel in CHANNELS]
    months = _session.table(BUDGETS).select("MONTH", *columns, "ROI").to_pandas()
    place = {month: number for number, month in enumerate(MONTHS)}
    return months.sort_values("MONTH", key=lambda names: names.map(place)).reset_index(drop=True)


@st.cache_data(ttl=CACHE_SECONDS, show_spinner="Reading what the model has seen…")
def load_limits(_session: Session) -> list[tuple[float, float]]:
    """The lowest and highest monthly spend of each channel, in dollars, in the data the model learned from."""
    extremes = ", ".join(f"MIN({channel.spend}), MAX({channel.spend})" for channel in CHANNELS)
    (row,) = _session.sql(f"SELECT {extremes} FROM {SEEN}").collect()
    return [(row[2 * i], row[2 * i + 1]) for i in range(len(CHANNELS))]


@st.cache_data(ttl=CACHE_SECONDS, show_spinner="Asking the model…")
def predict(_session: Session, *allocations: Allocation) -> list[float | None]:
    """The revenue in dollars that the model expects of each allocation."""
    calls = ", ".join(f"{PREDICT}(?, ?, ?, ?)" for _ in allocations)
    dollars = [budget * BUDGET_UNIT for allocation in allocations for budget in allocation]
    (row,) = _session.sql(f"SELECT {calls}", params=dollars).collect()
    return [None if revenue is None else float(revenue) for revenue in row]


def save(session: Session, month: str, allocation: Allocation, revenue: float) -> bool:
    """Append a month to the table, unless it is there already; say whether it was appended."""
    columns = ", ".join(["MONTH", *(channel.budget for channel in CHANNELS), "ROI"])
    statement = f"""
        INSERT INTO {BUDGETS} ({columns})
        SELECT ?, ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT * FROM {BUDGETS} WHERE MONTH = ?)
    """
    bound = [month, *allocation, round(revenue / REVENUE_UNIT, 4), month]
    (row,) = session.sql(statement, params=bound).collect()
    return row[0] == 1


# -- the page ---------------------------------------------------------------------------------------


def main() -> None:
    """Draw the page once, from top to bottom, as Streamlit does after every click."""
    st.set_page_config(page_title="Advertising budgets", page_icon="⛷️", layout="centered")
    st.title("Advertising budgets of a ski shop")
    session = connect()
    with explained(NEEDS_BUDGETS):
        months = load_months(session)
    check(months)
    with explained(NEEDS_SEEN):
        limits = load_limits(session)

    last = months.iloc[-1]
    if last["MONTH"] == MONTHS[-1]:
        year_is_full(months)
        return
    month = MONTHS[MONTHS.index(last["MONTH"]) + 1]
    before = tuple(int(last[channel.budget]) for channel in CHANNELS)
    st.write(f"What should {month}'s advertising cost? The sliders start where {last['MONTH']} was.")
    budgets = ask_budgets(month, last["MONTH"], before)
    with explained(NEEDS_FUNCTION):
        revenue, same = predict(session, budgets, before)
    if revenue is None or same is None:
        stop(f"The function `{PREDICT}` answers NULL. Run the lesson **03_model_training** again.")

    show_prediction(last, before, budgets, revenue, same)
    warn_outside(budgets, limits)
    st.altair_chart(chart(months, month, budgets, revenue))
    save_button(session, month, budgets, revenue)
    show_table(months)


def check(months: pd.DataFrame) -> None:
    """Stop at a table in which the next month cannot be told."""
    advice = "The lesson **00_setup** fills it afresh."
    if months.empty:
        stop(f"The table `{BUDGETS}` is empty. {advice}")
    odd = [name for name in months["MONTH"] if name not in MONTHS]
    if odd:
        stop(f"The table `{BUDGETS}` has a row whose MONTH is {odd[0]!r}, which is no month. {advice}")
    twice = months["MONTH"][months["MONTH"].duplicated()]
    if not twice.empty:
        stop(f"The table `{BUDGETS}` has {twice.iloc[0]} twice. {advice}")
    if months.isna().to_numpy().any():
        stop(f"The table `{BUDGETS}` has a NULL in it. {advice}")


def year_is_full(months: pd.DataFrame) -> None:
    """Show twelve months, after which there is nothing to plan."""
    show_saved()
    st.info(f"The year is planned: `{BUDGETS}` has December. The lesson **00_setup** starts it over.")
    show_table(months)


def ask_budgets(month: str, last_month: str, before: Allocation) -> Allocation:
    """A slider per channel, in two columns."""
    budgets = []
    places = st.columns(2, gap="large")
    for number, (channel, budget) in enumerate(zip(CHANNELS, before, strict=True)):
        with places[number // 2]:
            chosen = st.slider(
                f"{channel.label}, in {BUDGET_UNIT:,} dollars",
                min_value=0,
                max_value=HIGHEST,
                value=min(max(budget, 0), HIGHEST),
                step=5,
                key=f"{month} {channel.budget}",  # a new month gets new sliders
                help=f"{last_month}: {budget}, which is {budget * BUDGET_UNIT:,} dollars.",
            )
            budgets.append(int(chosen))
    return tuple(budgets)


def show_prediction(
    last: pd.Series, before: Allocation, budgets: Allocation, revenue: float, same: float
) -> None:
    """The numbers that matter, each with its change."""
    recorded = float(last["ROI"]) * REVENUE_UNIT
    change = f"{(revenue / recorded - 1) * 100:+.1f} % against {last['MONTH']}" if recorded > 0 else None
    more = (sum(budgets) - sum(before)) * BUDGET_UNIT
    predicted, gained, spent = st.columns(3)
    predicted.metric(
        "Predicted revenue",
        millions(revenue),
        change,
        help=f"What the model expects, and how that compares with the return recorded for {last['MONTH']},"
        f" {millions(recorded)}.",
    )
    gained.metric(
        "From your changes",
        millions(revenue - same, sign=True),
        f"{(revenue / same - 1) * 100:+.1f} %" if budgets != before and same > 0 else None,
        help=f"The prediction for your budgets less the prediction for {last['MONTH']}'s, {millions(same)}:"
        " model against model, so that only the budgets differ.",
    )
    spent.metric(
        "Advertising",
        millions(sum(budgets) * BUDGET_UNIT),
        f"{millions(more, sign=True)} against {last['MONTH']}" if more else None,
        delta_color="off",
        help="All four budgets together.",
    )


def millions(dollars: float, sign: bool = False) -> str:
    """An amount as text; Streamlit sees from a leading minus that it is negative."""
    amount = round(dollars / 1e6, 2)
    before = "-" if amount < 0 else "+" if sign and amount > 0 else ""
    return f"{before}${abs(dollars) / 1e6:.2f} M"


def warn_outside(budgets: Allocation, limits: list[tuple[float, float]]) -> None:
    """Say for which channels the model has to guess beyond what it has seen."""
    notes = []
    for channel, budget, (low, high) in zip(CHANNELS, budgets, limits, strict=True):
        if not low <= budget * BUDGET_UNIT <= high:
            notes.append(f"{channel.label}: {low / BUDGET_UNIT:.0f} to {high / BUDGET_UNIT:.0f}")
    if notes:
        st.warning(
            "The model has seen no month like this, so its number is a guess. What it has seen: "
            + "; ".join(notes) + ".",
            icon="🔭",
        )  # fmt: skip


def chart(months: pd.DataFrame, month: str, budgets: Allocation, revenue: float) -> alt.LayerChart:
    """Bars of the allocations, and the return as a line over them; the month being planned stands out."""
    shown = with_planned(months, month, budgets, revenue)
    long = shown.melt(["MONTH", "ROI"], [c.budget for c in CHANNELS], "CHANNEL", "BUDGET")
    long["CHANNEL"] = long["CHANNEL"].map({c.budget: c.label for c in CHANNELS})
    is_planned = f"datum.MONTH === '{month}'"
    axis = alt.X("MONTH:N", sort=MONTHS, title=None, axis=alt.Axis(labelAngle=0))
    bars = alt.Chart(long).mark_bar().encode(
        axis,
        alt.Y("sum(BUDGET):Q", title=f"budgets, in {BUDGET_UNIT:,} dollars", scale=alt.Scale(domain=[0, 400])),
        alt.Color(
            "CHANNEL:N",
            sort=[c.label for c in CHANNELS],
            scale=alt.Scale(domain=[c.label for c in CHANNELS], range=[c.colour for c in CHANNELS]),
            legend=alt.Legend(orient="top", title=None),
        ),
        opacity=alt.condition(is_planned, alt.value(1), alt.value(0.4)),
        tooltip=["MONTH", "CHANNEL", "BUDGET"],
    )  # fmt: skip
    top = max(16.0, float(shown["ROI"].max()) * 1.15)
    base = alt.Chart(shown).encode(axis)
    returned = alt.Y("ROI:Q", title="return, in millions of dollars", scale=alt.Scale(domain=[0, top]))
    line = base.mark_line(color="#37474f", strokeWidth=2.5).encode(returned)
    points = base.mark_point(color="#37474f", fill="white", opacity=1, strokeWidth=2.5).encode(
        returned,
        size=alt.condition(is_planned, alt.value(260), alt.value(60)),
        tooltip=["MONTH", alt.Tooltip("ROI:Q", format=".2f", title="return")],
    )
    planned = base.transform_filter(is_planned).encode(returned, text=alt.Text("ROI:Q", format=".2f"))
    written = {"dy": -22, "fontSize": 15, "fontWeight": "bold"}
    halo = planned.mark_text(**written, color="white", stroke="white", strokeWidth=5)
    number = planned.mark_text(**written, color="#37474f")
    returns = alt.layer(line, points, halo, number)
    return (
        alt.layer(bars, returns)
        .resolve_scale(y="independent")
        .properties(width="container", height=340, description=described(shown, month))
    )


def with_planned(months: pd.DataFrame, month: str, budgets: Allocation, revenue: float) -> pd.DataFrame:
    """The months, and behind them the one being planned."""
    columns = [channel.budget for channel in CHANNELS]
    planned = dict(zip(columns, budgets, strict=True)) | {"MONTH": month, "ROI": revenue / REVENUE_UNIT}
    return pd.concat([months, pd.DataFrame([planned])], ignore_index=True)


def described(shown: pd.DataFrame, month: str) -> str:
    """The chart in words, for those who do not see it."""
    columns = [channel.budget for channel in CHANNELS]
    told = [
        f"{row['MONTH']}: budgets {int(row[columns].sum())}, return {row['ROI']:.2f}"
        for _, row in shown.iterrows()
    ]
    return f"Stacked bars of four budgets per month with a line of the return. {'; '.join(told)}. {month} is planned."


def save_button(session: Session, month: str, budgets: Allocation, revenue: float) -> None:
    """Save to Snowflake, and say how it went after the page was drawn anew."""
    show_saved()
    clicked = st.button(
        "❄️ Save to Snowflake",
        type="primary",
        help=f"Appends {month}, its budgets and the predicted return to the table {BUDGETS}.",
    )
    if not clicked:
        return
    with explained(NEEDS_BUDGETS), st.spinner("Saving…"):
        saved = save(session, month, budgets, revenue)
    st.session_state["saved"] = month if saved else None
    load_months.clear()
    st.rerun()


def show_saved() -> None:
    """What became of the last click on the button, once."""
    if "saved" not in st.session_state:
        return
    month = st.session_state.pop("saved")
    if month is None:
        st.warning("Somebody else saved this month in the meantime. The page now shows what is in the table.")
    else:
        st.success(f"{month} is saved, and is the table's last row.", icon="❄️")


def show_table(months: pd.DataFrame) -> None:
    """What is in Snowflake, as a table that a screen reader reads too."""
    st.subheader("In Snowflake")
    names = {channel.budget: channel.label for channel in CHANNELS}
    shown = months.rename(columns={"MONTH": "Month", **names, "ROI": "Return"}).set_index("Month")
    st.table(shown.style.format({"Return": "{:.2f}"}))
    st.caption(f"`{BUDGETS}`: budgets in {BUDGET_UNIT:,} dollars, return in millions of dollars.")


main()
