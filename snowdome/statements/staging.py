"""What handlers use of ``snowdome.sql.staging``."""

from snowdome.sql.staging import given as given
from snowdome.sql.staging import object_name as object_name
