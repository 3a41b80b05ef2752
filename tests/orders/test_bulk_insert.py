"""`base.postgres.bulk.insert` writes rows as `save()` would, whatever letters are in them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import models

from base.ids import new_id
from base.postgres import bulk
from base.postgres.bulk import insert
from orders.models import Customer, Discount
from orders.states import DiscountKind

AWKWARD = (  # letters that an array, a text, JSON or a statement could take for something else
    'a "quoted" name',
    "back\\slash",
    "{curly, comma}",
    "NULL",
    "",
    "  spaces  ",
    "خديجة",
    "line\nbreak\ttab",
    "it's",
    "%s %(x)s",
    "\\N",
    "🎉",
)


def a_customer(tenant, number, **values):
    moment = datetime(2026, 3, 18, 12, 30, 15, 123456, tzinfo=UTC)
    given = {"full_name": f"Person {number}", "phone": f"+21261{number:07d}", "tags": [], "created_at": moment, "updated_at": moment}
    return Customer(id=new_id(), tenant_id=tenant.pk, **given | values)


def there(rows):
    found = Customer.objects.in_bulk([row.pk for row in rows])
    columns = [field.attname for field in Customer._meta.concrete_fields if not field.generated]
    return [tuple(getattr(found[row.pk], column) for column in columns) for row in rows], [
        tuple(getattr(row, column) for column in columns) for row in rows
    ]


def test_every_value_comes_back_as_it_was_given(scope):
    rows = [
        a_customer(scope, number, full_name=text, notes=text, total_spent=Decimal("12.50") * number, tags=[{"id": text, "label": text}])
        for number, text in enumerate(AWKWARD)
    ]
    assert insert(Customer, rows) == len(AWKWARD)
    found, given = there(rows)
    assert found == given


def test_columns_that_are_the_same_in_all_rows_are_as_good_as_those_that_differ(scope):
    rows = [a_customer(scope, number, full_name='the "same"', notes="\\", tags=[{"id": "vip"}], blocked=False) for number in range(3)]
    insert(Customer, rows)
    found, given = there(rows)
    assert found == given


def test_a_single_row_and_none_at_all(scope):
    row = a_customer(scope, 1, full_name='a "b" \\ c')
    assert insert(Customer, [row]) == 1
    assert insert(Customer, []) == 0
    found, given = there([row])
    assert found == given


def test_empty_values_stay_apart_from_none(scope):
    begins = [datetime(2026, 1, 1, tzinfo=UTC), None]
    rows = [
        Discount(id=new_id(), tenant=scope, code=f"C{place}", kind=DiscountKind.FIXED, value=5, starts_at=start, max_uses=place or None)
        for place, start in enumerate(begins)
    ]
    for row in rows:
        row.updated_at = row.created_at
    insert(Discount, rows)
    assert list(Discount.objects.order_by("code").values_list("starts_at", "max_uses")) == [(begins[0], None), (None, 1)]


def test_says_how_many_were_inserted_where_some_were_there(scope):
    insert(Customer, [a_customer(scope, 1)])
    assert insert(Customer, [a_customer(scope, 1), a_customer(scope, 2)], on_conflict="(tenant_id, phone) DO NOTHING") == 1


def test_refuses_a_kind_of_column_whose_text_it_does_not_know():
    with pytest.raises(TypeError, match="cannot be inserted in bulk"):
        bulk._array(models.DurationField(), [timedelta(1), timedelta(2)])
