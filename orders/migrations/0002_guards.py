"""Walls tenants off from each other, keeps rows of two tenants from pointing at each other, checks sums, and makes the views."""

from django.db import migrations

from accounts.rowsecurity import AppendOnly, EnableTenantRowSecurity, SameTenant

ITEMS_TOTAL = """
CREATE FUNCTION order_items_total(items jsonb) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (SELECT coalesce(sum((item ->> 'total')::numeric), 0) FROM jsonb_array_elements(items) AS item);
ALTER TABLE orders ADD CONSTRAINT orders_subtotal_adds_up CHECK (subtotal = order_items_total(items));
ALTER TABLE orders ADD CONSTRAINT orders_has_items CHECK (jsonb_array_length(items) > 0);
"""
NO_ITEMS_TOTAL = """
ALTER TABLE orders DROP CONSTRAINT orders_has_items;
ALTER TABLE orders DROP CONSTRAINT orders_subtotal_adds_up;
DROP FUNCTION order_items_total(jsonb);
"""
VIEWS = """
CREATE VIEW order_details_view WITH (security_invoker = true) AS
SELECT o.id, o.tenant_id, o.order_number, o.status, o.priority, o.total_amount, o.currency, o.payment_status, o.delivery_area,
    o.created_at, o.customer_id, c.full_name AS customer_name, c.phone AS customer_phone, c.email AS customer_email,
    rep.full_name AS rep_name, agent.full_name AS agent_name, agent.availability_status AS agent_availability
FROM orders o
JOIN customers c ON c.id = o.customer_id
LEFT JOIN users rep ON rep.id = o.assigned_rep_id
LEFT JOIN users agent ON agent.id = o.assigned_agent_id
WHERE o.deleted_at IS NULL;

CREATE VIEW agent_performance_view WITH (security_invoker = true) AS
SELECT u.id AS agent_id, u.tenant_id, u.full_name AS agent_name, u.email AS agent_email, u.phone AS agent_phone, u.availability_status,
    coalesce(done.total, 0)::int AS total_deliveries, NULL::numeric(3, 2) AS average_rating,
    coalesce(done.completed, 0)::int AS completed_deliveries, coalesce(done.successful, 0)::int AS successful_orders
FROM users u
LEFT JOIN LATERAL (
    SELECT count(*) AS total, count(*) FILTER (WHERE o.status IN ('delivered', 'returned')) AS completed,
        count(*) FILTER (WHERE o.status = 'delivered') AS successful
    FROM orders o
    WHERE o.assigned_agent_id = u.id AND o.status IN ('out_for_delivery', 'delivered', 'returned') AND o.deleted_at IS NULL
) done ON true
WHERE u.role = 'delivery_agent';
"""
NO_VIEWS = "DROP VIEW agent_performance_view; DROP VIEW order_details_view;"


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_tables")]

    operations = [
        *(
            EnableTenantRowSecurity(name)
            for name in (
                "Customer", "Address", "Category", "Product", "Warehouse", "StockMovement", "Discount", "Order", "OrderHistory",
                "SavedView", "BulkJob",
            )
        ),
        AppendOnly("StockMovement"),
        SameTenant("Order", "customer"),
        SameTenant("OrderHistory", "order"),
        SameTenant("Address", "customer"),
        SameTenant("StockMovement", "product"),
        migrations.RunSQL(ITEMS_TOTAL, NO_ITEMS_TOTAL),
        migrations.RunSQL(VIEWS, NO_VIEWS),
    ]
