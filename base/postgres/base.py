"""Django's PostgreSQL backend, which keeps each connection at the wall that the running context asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

from base.postgres import wall

if TYPE_CHECKING:
    from collections.abc import Callable

# What a session is at after connecting, and what it is put back to before the pool lends it to somebody else.
_FRESH = wall.CLOSED


class DatabaseWrapper(base.DatabaseWrapper):  # type: ignore[misc]  # the stubs leave the backend's class untyped
    """One connection. Nothing runs on it before the session stands at the context's wall."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute_wrappers.append(self._walled)
        # None: not known (after a rollback, which also takes back a SET), so set again before the next statement.
        self._at: wall.Wall | None = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        self._at = _FRESH
        return connection

    def create_cursor(self, name: str | None = None) -> Any:
        self._stand_at(wall.current())
        return super().create_cursor(name)

    def _walled(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:  # Django's signature of a wrapper
        self._stand_at(wall.current())
        return execute(sql, params, many, context)

    def _stand_at(self, wanted: wall.Wall) -> None:
        if wanted == self._at or self.connection is None or self.needs_rollback:
            return
        if self.connection.info.transaction_status == TransactionStatus.INERROR:
            # Only a rollback can run now, and nothing else will: it must not fail for a wall that it does not need.
            return
        with self.wrap_database_errors:
            self.connection.execute(wanted.statements())
        self._at = wanted

    def _rollback(self) -> None:
        self._at = None
        super()._rollback()  # type: ignore[misc]  # not in the stubs

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)  # type: ignore[misc]  # not in the stubs
        self._at = None

    def _close(self) -> None:
        if self.pool and self.connection is not None and not self.connection.closed and self._at != _FRESH:
            self._leave_clean()
        super()._close()  # type: ignore[misc]  # not in the stubs

    def _leave_clean(self) -> None:
        """Put the session back before the pool lends it on; one that cannot be put back is thrown away."""
        try:
            if not self.connection.autocommit:
                self.connection.rollback()
            self.connection.execute(_FRESH.statements())
            if not self.connection.autocommit:
                self.connection.commit()
        except self.Database.Error:
            self.connection.close()
        self._at = _FRESH
