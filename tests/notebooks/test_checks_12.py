"""What the checks of lesson 12 say to wrong and to right answers."""

from __future__ import annotations

from types import ModuleType

from nbformat import NotebookNode

from tests.notebooks.course import LESSONS
from tests.notebooks.judging import MARKS, NOTHING, RIGHT, Answers, Run, judge, sql

pytestmark = MARKS

NO_ISLAND = """
train, test = penguins("train").drop(columns="Island"), penguins("test").drop(columns="Island")
"""
# A run whose metric, parameters and model need not belong together, as those of the lesson's function do.
CLAIMS = """
def claim(accuracy, model, **params):
    with mlflow.start_run():
        mlflow.log_params({"max_iterations": 50, "regularization": 0.01} | params)
        mlflow.log_metrics(accuracy)
        features = test.drop(columns="Species")
        signature = mlflow.models.infer_signature(features, pd.DataFrame({"Species": test["Species"]}))
        mlflow.sklearn.log_model(
            model, name="model", signature=signature, pip_requirements=PACKAGES, serialization_format="skops"
        )

few = train.groupby("Species").head(4)
learned_little = penguin_pipeline(few.drop(columns="Species"), 50, 1.0).fit(few.drop(columns="Species"), few["Species"])
learned = penguin_pipeline(train.drop(columns="Species"), 50, 0.01).fit(train.drop(columns="Species"), train["Species"])
"""
WITHOUT_THE_ISLAND: Answers = [
    ("# the lesson's functions", "there is no finished run with a model that does without the column Island"),
    (
        'train_penguin_model(penguins("train").drop(columns=["Island", "BodyMass"]),'
        ' penguins("test").drop(columns=["Island", "BodyMass"]), 50, 0.01)',
        "wants CulmenLength, CulmenDepth, FlipperLength. It should be the four measures",
    ),
    (
        NO_ISLAND + "train_penguin_model(train, test, 50, 0.1)",
        "the parameter regularization is 0.1, and should be 0.01",
    ),
    (NO_ISLAND + CLAIMS + "claim({}, learned)", "has no metric accuracy"),
    ('claim({"accuracy": 0.99}, learned_little)', "the run says accuracy 0.990, and its model has 0."),
    (
        'claim({"accuracy": accuracy_score(test["Species"], learned_little.predict(test.drop(columns="Species")))},'
        " learned_little)",
        "Was the model trained on all penguins",
    ),
    ('claim({"accuracy": 0.9903}, learned, more="is fine")', RIGHT),
    ("train_penguin_model(train, test, 50, 0.01)", RIGHT),
]  # fmt: skip

REGISTER = """
def register(run_id, default=False, **metrics):
    if "V2" in [version.version_name for version in registry.get_model("PENGUIN_PREDICTOR").versions()]:
        registry.get_model("PENGUIN_PREDICTOR").delete_version("V2")
    registry.log_model(
        model_of(run_id), model_name="PENGUIN_PREDICTOR", version_name="V2", metrics=metrics,
        target_platforms=["SNOWPARK_CONTAINER_SERVICES"],
    )

runs = mlflow.search_runs(order_by=["attributes.start_time DESC"])["run_id"]
"""
A_SECOND_VERSION: Answers = [
    (NOTHING, "has V1, and no V2"),
    (REGISTER + "register(runs.iloc[-1], accuracy=0.99)", "It should be the model that wants the four measures"),
    ("register(runs.iloc[0])", "V2 has no metric accuracy. Its metrics are none"),
    ("register(runs.iloc[0], accuracy=0.951)", "V2 says accuracy 0.951"),
    ("register(runs.iloc[0], accuracy=0.9903)", "the default version is V1"),
    (sql("ALTER MODEL PENGUIN_PREDICTOR SET DEFAULT_VERSION = V2"), RIGHT),
]  # fmt: skip


def answers(columns: str, rest: str = "FROM PENGUINS") -> str:
    """The code that makes the table of answers of a query."""
    return sql(f"CREATE OR REPLACE TABLE PENGUIN_ANSWERS AS SELECT {columns} {rest}")


ASKED = "PREDICT_PENGUIN!PREDICT(ISLAND, CULMENLENGTH, CULMENDEPTH, FLIPPERLENGTH, BODYMASS)"
TURNED = "PREDICT_PENGUIN!PREDICT(ISLAND, CULMENDEPTH, CULMENLENGTH, FLIPPERLENGTH, BODYMASS)"
ALL_OF_THEM: Answers = [
    (NOTHING, "there is no table PENGUIN_ANSWERS"),
    (answers("*"), "has no column PREDICTED"),
    (answers(f"*, {ASKED}['Species']::VARCHAR AS PREDICTED", "FROM PENGUINS WHERE 'test' = PART"), "has 103 rows"),
    (answers(f"*, {ASKED} AS PREDICTED"), 'stands {"Species":"'),
    (answers("*, SPECIES AS PREDICTED"), "PREDICTED is always SPECIES"),
    (answers(f"*, {TURNED}['Species']::VARCHAR AS PREDICTED"), "in the order of the signature"),
    (answers(f"*, {ASKED}['Species']::VARCHAR AS PREDICTED"), RIGHT),
]  # fmt: skip


def until_the_exercises(lesson: NotebookNode) -> NotebookNode:
    """The lesson without what comes from its exercises on: it takes down at the end what they need."""
    (end,) = [number for number, cell in enumerate(lesson.cells) if cell.source.startswith("## Exercises")]
    lesson.cells = lesson.cells[:end]
    return lesson


def definitions(lesson: NotebookNode) -> str:
    """The functions with which the lesson trains."""
    names = ("def penguin_pipeline", "def train_penguin_model")
    return "\n\n".join(cell.source for cell in lesson.cells if cell.source.startswith(names))


def test_checks_of_lesson_12(lessons: ModuleType, run: Run) -> None:
    lesson = lessons.read(LESSONS["12_mlflow"])
    first: Answers = [(definitions(lesson), WITHOUT_THE_ISLAND[0][1])]
    run(until_the_exercises(lesson))
    judge(lessons, run, LESSONS["12_mlflow"], [first + WITHOUT_THE_ISLAND[1:], A_SECOND_VERSION, ALL_OF_THEM])
