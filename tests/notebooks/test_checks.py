from tests.notebooks.judging import *  # noqa: F403
