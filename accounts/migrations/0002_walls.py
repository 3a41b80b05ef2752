"""Walls tenants off from each other in every table, refuses changes to the activity log, and queues its rows for sealing."""

from django.db import migrations

from accounts.rowsecurity import AppendOnly, EnableTenantRowSecurity

QUEUE = """
CREATE FUNCTION activity_logs_queue_for_seal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO activity_unsealed (log_id, tenant_id) VALUES (NEW.id, NEW.tenant_id);
    RETURN NULL;
END $$;
CREATE TRIGGER queue_for_seal AFTER INSERT ON activity_logs
    FOR EACH ROW EXECUTE FUNCTION activity_logs_queue_for_seal();
"""
UNQUEUE = """
DROP TRIGGER queue_for_seal ON activity_logs;
DROP FUNCTION activity_logs_queue_for_seal();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_tables")]

    operations = [
        EnableTenantRowSecurity("Tenant", column="id"),
        EnableTenantRowSecurity("User"),
        EnableTenantRowSecurity("Session"),
        EnableTenantRowSecurity("TotpDevice"),
        EnableTenantRowSecurity("RecoveryCode"),
        EnableTenantRowSecurity("ActivityLog"),
        EnableTenantRowSecurity("UnsealedActivity"),
        EnableTenantRowSecurity("ActivitySeal"),
        EnableTenantRowSecurity("Notification"),
        EnableTenantRowSecurity("NotificationPreference"),
        EnableTenantRowSecurity("MessageTemplate"),
        EnableTenantRowSecurity("Message"),
        EnableTenantRowSecurity("OptOut"),
        AppendOnly("ActivityLog"),
        AppendOnly("ActivitySeal"),
        migrations.RunSQL(QUEUE, UNQUEUE),
    ]
