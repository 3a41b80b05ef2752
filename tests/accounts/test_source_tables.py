"""The tables of sources 001 and 002 that accounts owns, column by column, in the database itself."""

import pytest
from django.db import connection
from django.db.models import CASCADE, DO_NOTHING

from accounts.models import ActivityLog, Notification, Session
from accounts.states import Availability, NotificationType, Role, TenantStatus

pytestmark = pytest.mark.django_db

COLUMNS = {
    "tenants": {
        "id": "uuid",
        "name": "character varying",
        "status": "character varying",
        "settings": "jsonb",
        "created_at": "timestamp with time zone",
        "updated_at": "timestamp with time zone",
    },
    "users": {
        "id": "uuid",
        "email": "character varying",
        "password_hash": "character varying",
        "full_name": "character varying",
        "phone": "character varying",
        "role": "character varying",
        "permissions": "jsonb",
        "is_active": "boolean",
        "availability_status": "character varying",
        "created_at": "timestamp with time zone",
        "updated_at": "timestamp with time zone",
    },
    "sessions": {
        "id": "uuid",
        "user_id": "uuid",
        "refresh_token": "character varying",
        "expires_at": "timestamp with time zone",
        "created_at": "timestamp with time zone",
    },
    "activity_logs": {
        "id": "uuid",
        "user_id": "uuid",
        "action": "character varying",
        "entity_type": "character varying",
        "entity_id": "uuid",
        "details": "jsonb",
        "ip_address": "inet",
        "created_at": "timestamp with time zone",
    },
    "notifications": {
        "id": "uuid",
        "user_id": "uuid",
        "type": "character varying",
        "title": "character varying",
        "message": "text",
        "data": "jsonb",
        "is_read": "boolean",
        "created_at": "timestamp with time zone",
    },
}
INDEXES = {
    "idx_tenants_status_created": "status, created_at DESC",
    "idx_users_role": "role",
    "idx_users_is_active": "is_active",
    "idx_users_availability": "availability_status",
    "idx_users_email": "email",
    "idx_sessions_user_id": "user_id",
    "idx_sessions_expires_at": "expires_at",
    "idx_activity_logs_user_id": "user_id",
    "idx_activity_logs_action": "action",
    "idx_activity_logs_entity": "entity_type, entity_id",
    "idx_activity_logs_created_at": "created_at DESC",
    "idx_activity_logs_user_created": "user_id, created_at DESC",
    "idx_notifications_user_id": "user_id",
    "idx_notifications_is_read": "is_read",
    "idx_notifications_created_at": "created_at DESC",
    "idx_notifications_user_unread": "user_id",
    "idx_notifications_type": "type",
}


def rows(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


@pytest.mark.parametrize("table", COLUMNS)
def test_a_table_has_the_columns_of_its_source(table):
    found = dict(rows("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s", table))
    assert {name: found.get(name) for name in COLUMNS[table]} == COLUMNS[table]


@pytest.mark.parametrize("index", INDEXES)
def test_an_index_of_the_sources_is_there(index):
    [(definition,)] = rows("SELECT indexdef FROM pg_indexes WHERE indexname = %s", index)
    for column in INDEXES[index].split(", "):
        assert column in definition


def test_a_refresh_token_is_unique():
    [(definition,)] = rows("SELECT indexdef FROM pg_indexes WHERE tablename = 'sessions' AND indexdef LIKE '%%UNIQUE%%refresh_token%%'")
    assert definition


@pytest.mark.parametrize(
    ("enum", "values"),
    [
        (Role, {"admin", "manager", "customer_rep", "delivery_agent", "accountant"}),
        (Availability, {"available", "busy", "offline"}),
        (NotificationType, {"order", "delivery", "system", "workflow", "alert"}),
        (TenantStatus, {"active"}),
    ],
)
def test_an_enum_has_the_values_of_its_source(enum, values):
    assert values <= set(enum.values)


@pytest.mark.parametrize(("model", "rule"), [(Notification, CASCADE), (Session, CASCADE), (ActivityLog, DO_NOTHING)])
def test_a_person_is_pointed_at_as_the_source_says(model, rule):
    assert model._meta.get_field("user").remote_field.on_delete is rule
