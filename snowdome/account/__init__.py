"""An account: logins, running a request, results kept, the query log."""

from snowdome.account.account import Account

__all__ = ["Account"]
