"""Statements as frozen dataclasses, one module a family; import them from here."""

from snowdome.sql.ast.alerts import *  # noqa: F403
from snowdome.sql.ast.base import *  # noqa: F403
from snowdome.sql.ast.datasets import *  # noqa: F403
from snowdome.sql.ast.dynamic_tables import *  # noqa: F403
from snowdome.sql.ast.experiments import *  # noqa: F403
from snowdome.sql.ast.files import *  # noqa: F403
from snowdome.sql.ast.models import *  # noqa: F403
from snowdome.sql.ast.objects import *  # noqa: F403
from snowdome.sql.ast.online_tables import *  # noqa: F403
from snowdome.sql.ast.procedures import *  # noqa: F403
from snowdome.sql.ast.services import *  # noqa: F403
from snowdome.sql.ast.sessions import *  # noqa: F403
from snowdome.sql.ast.streamlits import *  # noqa: F403
from snowdome.sql.ast.streams import *  # noqa: F403
from snowdome.sql.ast.tables import *  # noqa: F403
from snowdome.sql.ast.tasks import *  # noqa: F403
