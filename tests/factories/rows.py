"""How to make one row of any model that belongs to a tenant: by the factory of that model, wherever in tests/factories it stands."""

import importlib
import pkgutil
from functools import cache

from factory import SubFactory
from factory.django import DjangoModelFactory

from accounts.models import Tenant
from tests import factories


@cache
def _factories():
    for module in pkgutil.iter_modules(factories.__path__):
        importlib.import_module(f"{factories.__name__}.{module.name}")
    return {factory._meta.model: factory for factory in _below(DjangoModelFactory) if not factory._meta.abstract}


def _below(factory):
    for inner in factory.__subclasses__():
        yield inner
        yield from _below(inner)


def has_factory(model):
    """Whether `row_of` can make one."""
    return model in _factories()


def row_of(model, tenant):
    """One row of `model` that belongs to `tenant`, and so do the rows it needs; the tenant itself for `Tenant`.

    A factory that needs more for that than tenants says how in a class method `of_tenant(tenant)`.
    """
    if model is Tenant:
        return tenant
    factory = _factories()[model]
    if hasattr(factory, "of_tenant"):
        return factory.of_tenant(tenant)
    needed = {name: made.get_factory() for name, made in factory._meta.declarations.items() if isinstance(made, SubFactory)}
    walled = {f"{name}__tenant": tenant for name, made in needed.items() if name != "tenant" and "tenant" in made._meta.declarations}
    return factory(tenant=tenant, **walled)
