"""A merchant with 100,000 orders beside a smaller one, made in SQL by a superuser, for what only shows at volume."""

from contextlib import contextmanager

from django.test import TransactionTestCase

from accounts.tenancy import in_tenant
from tests.factories.accounts import TenantFactory, UserFactory

ORDERS = 100_000
AREAS = 20

_CUSTOMERS = """
INSERT INTO customers (id, tenant_id, full_name, email, phone, address, city, area, postal_code, tags, notes, blocked_reason, created_at)
SELECT md5('customer' || n)::uuid, %(tenant)s,
    (ARRAY['Salma Benali', 'Youssef Benali', 'Nadia Benali', 'Karim Benali', 'خديجة الإدريسي '])[n %% 5 + 1] || n,
    'person' || n || '@example.com', '+2126' || lpad(n::text, 8, '0'), 'rue ' || n, 'Casablanca', 'Area ' || n %% %(areas)s, '',
    CASE WHEN n %% 40 = 0 THEN '[{"id": "vip", "label": "VIP"}]' ELSE '[]' END::jsonb, '', '', now() - n * interval '20 minutes'
FROM generate_series(1, %(orders)s / 5) n
"""
_PRODUCTS = """
INSERT INTO products (id, tenant_id, name, sku, description, price, cost_price, stock_quantity, low_stock_threshold, variants, images)
SELECT md5('product' || n)::uuid, %(tenant)s, 'Lamp ' || n, 'LAMP-' || n, '', 10, 5, n %% 400, 8, '[]', '[]' FROM generate_series(1, 4000) n
"""
# Newest first by n: the last few thousand are open, the others ended long ago.
_ORDERS = """
INSERT INTO orders (id, tenant_id, order_number, customer_id, assigned_rep_id, assigned_agent_id, status, priority, items, currency,
    subtotal, total_amount, discount_code, customer_notes, internal_notes, delivery_address, delivery_area, delivery_city, country_code,
    source, webhook_source, external_id, return_reason, cancel_reason, risk_reasons, payment_status, created_at, delivered_at)
SELECT md5('order' || n)::uuid, %(tenant)s, 'ORD-' || lpad((%(orders)s - n)::text, 6, '0'),
    md5('customer' || (n %% (%(orders)s / 5) + 1))::uuid,
    (%(reps)s::uuid[])[n %% 5 + 1], CASE WHEN state <> 'new' AND n %% 3 > 0 THEN (%(agents)s::uuid[])[n %% 10 + 1] END, state,
    (ARRAY['high', 'medium', 'medium', 'medium', 'low'])[n %% 5 + 1],
    jsonb_build_array(jsonb_build_object('sku', 'LAMP-' || n %% 4000 + 1, 'quantity', 1, 'total', '50.00')), 'MAD', 50, 50,
    '', '', '', 'rue ' || n, 'Area ' || n %% %(areas)s, 'Casablanca', 'MA',
    (ARRAY['manual', 'webhook', 'webhook', 'csv', 'api'])[n / 7 %% 5 + 1], '', '', '', '', '[]',
    CASE WHEN state = 'delivered' AND n %% 50 > 0 THEN 'collected' ELSE 'pending' END,
    now() - n * interval '5 minutes', CASE WHEN state = 'delivered' THEN now() - n * interval '4 minutes' END
FROM (
    SELECT n, CASE WHEN n <= %(orders)s * 3 / 100
        THEN (ARRAY['new', 'confirmation_pending', 'confirmed', 'being_prepared', 'ready_for_pickup', 'out_for_delivery'])[n %% 6 + 1]
        ELSE (ARRAY['delivered', 'delivered', 'delivered', 'returned', 'cancelled'])[n %% 5 + 1] END AS state
    FROM generate_series(1, %(orders)s) n
) given
"""


_NUMBERS = "INSERT INTO number_sequences (tenant_id, name, last) VALUES (%(tenant)s, 'order', %(orders)s)"


@contextmanager
def volume(connection):
    """The merchant, its reps and its agents; all rows are taken away in the end. `connection`: a superuser's."""
    tenant = TenantFactory(settings={"country_code": "MA", "currency": "MAD"})
    reps, agents = (
        [UserFactory(tenant=tenant, role=role) for _person in range(count)] for role, count in (("customer_rep", 5), ("delivery_agent", 10))
    )
    values = {"tenant": tenant.pk, "orders": ORDERS, "areas": AREAS}
    try:
        # As in a restored dump: keys are known to be right, so they are not looked up row by row.
        connection.execute("SET session_replication_role = replica")
        for statement in (_CUSTOMERS, _PRODUCTS, _ORDERS, _NUMBERS):
            connection.execute(statement, values | {"reps": [row.pk for row in reps], "agents": [row.pk for row in agents]})
        connection.execute("SET session_replication_role = DEFAULT")
        connection.execute("VACUUM ANALYZE orders, customers, products")
        with in_tenant(tenant):
            yield tenant, reps, agents
    finally:
        TransactionTestCase._fixture_teardown(None)
