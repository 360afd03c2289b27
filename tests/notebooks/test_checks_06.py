"""What the checks of lesson 06 say to wrong and to right answers."""

from __future__ import annotations

from types import ModuleType

import pytest

from tests.notebooks.course import LESSONS
from tests.notebooks.judging import MARKS, NOTHING, RIGHT, Answers, Run, judge, sql

pytestmark = MARKS


def returns_view(join: str, timestamp: str = "timestamp_col='AS_OF'", frequency: str = "1 day") -> str:
    """The code that registers RETURN_FEATURES; ``join`` says which returns belong to a day."""
    return f"""
frame = session.sql('''
    SELECT CUSTOMER_ID, AS_OF, DATEDIFF('day', MAX(ORDER_DATE), AS_OF) AS DAYS_SINCE_RETURN
    FROM (SELECT DISTINCT DATE_TRUNC('month', ADD_MONTHS(ORDER_DATE, 1)) AS AS_OF FROM CHURN_DB.CHURN_SCHEMA.ORDERS)
    JOIN CHURN_DB.CHURN_SCHEMA.ORDERS ON STATUS = 'RETURNED' AND {join}
    GROUP BY CUSTOMER_ID, AS_OF
''')
view = FeatureView(
    "RETURN_FEATURES", [store.get_entity("CUSTOMER")], frame, {timestamp}, refresh_freq="{frequency}"
)
store.register_feature_view(view, "V1", overwrite=True)
"""


BEFORE = "ORDER_DATE < AS_OF"
HALF_YEAR = f"{BEFORE} AND ORDER_DATE >= ADD_MONTHS(AS_OF, -6)"
RETURN_FEATURES: Answers = [
    (NOTHING, "there is no feature view RETURN_FEATURES"),
    (returns_view(HALF_YEAR, timestamp="desc='no day'"), "cannot be joined as of a day"),
    (returns_view(HALF_YEAR, frequency="1 hour"), "should be '1 day'"),
    (returns_view("TRUE"), "That is a leak"),
    (returns_view(f"{BEFORE} AND ORDER_DATE >= ADD_MONTHS(AS_OF, -3)"), "as of 2024-07-01, customer"),
    (returns_view(BEFORE), "had a return in the half year before; the view has"),
    (returns_view(HALF_YEAR, frequency="24 hours"), RIGHT),
]


def asked(spine: str, keep: str = "TRUE") -> str:
    """The code that saves V1's features for a spine, which is a query."""
    return f"""
found = store.generate_training_set(
    session.sql("{spine}"), [store.get_feature_view("CUSTOMER_FEATURES", "V1")], spine_timestamp_col="AS_OF"
)
found.filter("{keep}").write.mode("overwrite").save_as_table("FEATURES_IN_MAY")
"""


def known_on(day: str) -> str:
    """The spine of all labelled customers on a day."""
    return f"SELECT CUSTOMER_ID, '{day}'::DATE AS AS_OF FROM CHURN_LABELS"


IN_MAY = known_on("2024-05-15")
FEATURES_IN_MAY: Answers = [
    (NOTHING, "there is no table FEATURES_IN_MAY"),
    (sql("CREATE OR REPLACE TABLE FEATURES_IN_MAY AS SELECT CUSTOMER_ID FROM CHURN_LABELS"), "no column"),
    (asked("SELECT CUSTOMER_ID, AS_OF FROM CHURN_LABELS"), "features as of 1 July"),
    (asked(known_on("2024-06-15")), "features as of 1 June"),
    (asked(known_on("2024-04-15")), "should have"),
    (asked(IN_MAY, keep="RECENCY IS NOT NULL"), "Bring all of them"),
    (asked(f"{IN_MAY} UNION ALL {IN_MAY}"), "one each"),
    (asked(IN_MAY), RIGHT),
]

SUSPEND = 'store.suspend_feature_view("CUSTOMER_FEATURES", "{}")'
WHAT_IT_COSTS: Answers = [
    (NOTHING, "version V1 is still refreshed"),
    (SUSPEND.format("V1"), "V2 is refreshed every 10 minutes"),
    (SUSPEND.format("V2"), "version V2 is suspended"),
    (
        'store.resume_feature_view("CUSTOMER_FEATURES", "V2")\n'
        'store.update_feature_view("CUSTOMER_FEATURES", "V2", refresh_freq="24 hours")',
        RIGHT,
    ),
]


@pytest.mark.after_lesson("06_feature_store")
def test_checks_of_lesson_06(lessons: ModuleType, run: Run) -> None:
    judge(lessons, run, LESSONS["06_feature_store"], [RETURN_FEATURES, FEATURES_IN_MAY, WHAT_IT_COSTS])
