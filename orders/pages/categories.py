"""The tree of categories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.pages.signing_in import signed_in
from base import toasts
from base.access import Page, require
from base.errors import NotFound
from base.form_pages import FormPage
from orders.actions import catalogue
from orders.category_tree import Tree
from orders.forms.categories import CategoryForm
from orders.pages.catalogue_tabs import tabs

if TYPE_CHECKING:
    from django.http import HttpRequest, QueryDict
    from django.http.response import HttpResponseBase


class Categories(FormPage):
    """`/categories/`: the tree with how many products each holds, and one more."""

    permission = "products.view"
    template_name = "orders/categories.html"

    @cached_property
    def tree(self) -> Tree:
        """All categories."""
        return Tree()

    def make_form(self, data: QueryDict | None = None) -> CategoryForm:
        return CategoryForm(data, tree=self.tree, initial={"parent": self.request.GET.get("below", "")})

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        require(request, "products.create")
        return super().post(request, *args, **kwargs)

    def act(self, form: CategoryForm) -> HttpResponseBase:
        made = catalogue.create_category(**form.values(), actor=signed_in(self.request))
        toasts.add(self.request, _("%(category)s is in the tree.") % {"category": made.name})
        return redirect("orders:categories")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(branches=self.tree.branches(), tabs=tabs(self.request), **kwargs)


class CategoryPage(FormPage):
    """`/categories/<id>/`: another name, another place in the tree."""

    permission = "products.edit"
    template_name = "orders/category.html"

    @cached_property
    def tree(self) -> Tree:
        """All categories."""
        return Tree()

    @cached_property
    def category(self) -> Any:
        """The category of this page, with `product_count`."""
        return found_in(self.tree, self.kwargs["category_id"])

    def make_form(self, data: QueryDict | None = None) -> CategoryForm:
        stored = {"name": self.category.name, "parent": str(self.category.parent_id or "")}
        return CategoryForm(data, tree=self.tree, without=self.category.pk, initial=stored)

    def act(self, form: CategoryForm) -> HttpResponseBase:
        catalogue.change_category(self.category, **form.values(), actor=signed_in(self.request))
        toasts.add(self.request, _("Saved."))
        return redirect("orders:categories")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        empty = len(self.tree.within(self.category.pk)) == 1 and not self.category.product_count
        return super().get_context_data(category=self.category, is_empty=empty, **kwargs)


class RemoveCategory(Page):
    """`POST /categories/<id>/remove/`: only one that is empty."""

    permission = "products.edit"
    http_method_names = ("post",)

    def post(self, request: HttpRequest, category_id: Any) -> HttpResponseBase:
        category = found_in(Tree(), category_id)
        catalogue.remove_category(category, actor=signed_in(request))
        toasts.add(request, _("%(category)s is removed.") % {"category": category.name}, tone="info")
        return redirect("orders:categories")


def found_in(tree: Tree, category_id: Any) -> Any:
    """The category; NotFound for one of another merchant."""
    found = tree.find(str(category_id))
    if found is None:
        raise NotFound("not_found", _("There is no such category, or not any more."))
    return found
