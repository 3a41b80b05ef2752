"""Migration operations that put PostgreSQL's own guards on a table: the wall between tenants, and append-only."""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations.base import Operation

from base.postgres.wall import OPERATOR_ROLE, VARIABLE


class _TableOperation(Operation):
    """Runs SQL on one model's table; reversible."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, model_name: str) -> None:
        self.model_name = model_name

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The models are unchanged: these guards live in the database only."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        table = to_state.apps.get_model(app_label, self.model_name)._meta.db_table
        for statement in self.forwards(table):
            schema_editor.execute(statement, params=None)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        table = from_state.apps.get_model(app_label, self.model_name)._meta.db_table
        for statement in self.backwards(table):
            schema_editor.execute(statement, params=None)

    def forwards(self, table: str) -> list[str]:
        raise NotImplementedError

    def backwards(self, table: str) -> list[str]:
        raise NotImplementedError


class EnableTenantRowSecurity(_TableOperation):
    """A statement sees and writes only rows of the session's tenant, whoever owns the table; the operator's role sees all.

    The comparison stands alone (no OR), so that PostgreSQL can use it with an index on `tenant_id`.
    """

    def __init__(self, model_name: str, column: str = "tenant_id") -> None:
        super().__init__(model_name)
        self.column = column

    def forwards(self, table: str) -> list[str]:
        tenant = f"nullif(current_setting('{VARIABLE}', true), '')::uuid"
        return [
            f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
            f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
            f'CREATE POLICY tenant_wall ON "{table}" USING ("{self.column}" = {tenant})',
            f'CREATE POLICY operator_wall ON "{table}" TO {OPERATOR_ROLE} USING (true)',
        ]

    def backwards(self, table: str) -> list[str]:
        return [
            f'DROP POLICY operator_wall ON "{table}"',
            f'DROP POLICY tenant_wall ON "{table}"',
            f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY',
            f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY',
        ]

    def describe(self) -> str:
        return f"Wall tenants off from each other in {self.model_name}"


class AppendOnly(_TableOperation):
    """Rows can be added and read, never changed or removed, whoever asks: a trigger refuses UPDATE, DELETE and TRUNCATE."""

    def forwards(self, table: str) -> list[str]:
        return [
            f"""CREATE FUNCTION "{table}_refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    RAISE EXCEPTION '{table} is append-only: % refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
                END $$""",
            f"""CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON "{table}"
                FOR EACH ROW EXECUTE FUNCTION "{table}_refuse_change"()""",
            f"""CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON "{table}"
                FOR EACH STATEMENT EXECUTE FUNCTION "{table}_refuse_change"()""",
        ]

    def backwards(self, table: str) -> list[str]:
        return [
            f'DROP TRIGGER append_only_truncate ON "{table}"',
            f'DROP TRIGGER append_only ON "{table}"',
            f'DROP FUNCTION "{table}_refuse_change"()',
        ]

    def describe(self) -> str:
        return f"Refuse changes to rows of {self.model_name}"


class SameTenant(Operation):
    """A row may point only at rows of its own tenant: a foreign key over both columns, since PostgreSQL checks keys behind no wall.

    The table pointed at needs a unique constraint on (tenant, id).
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, model_name: str, field_name: str) -> None:
        self.model_name = model_name
        self.field_name = field_name

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The models are unchanged: the key lives in the database only."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        field = model._meta.get_field(self.field_name)
        schema_editor.execute(
            f'ALTER TABLE "{model._meta.db_table}" ADD CONSTRAINT "{self._name(model)}" FOREIGN KEY (tenant_id, "{field.column}") '
            f'REFERENCES "{field.remote_field.model._meta.db_table}" (tenant_id, id) DEFERRABLE INITIALLY DEFERRED',
            params=None,
        )

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        schema_editor.execute(f'ALTER TABLE "{model._meta.db_table}" DROP CONSTRAINT "{self._name(model)}"', params=None)

    def _name(self, model: Any) -> str:
        return f"{model._meta.db_table}_{self.field_name}_same_tenant"

    def describe(self) -> str:
        return f"Let {self.model_name}.{self.field_name} point within the tenant only"
