"""The addresses of accounts: pages under the namespace `accounts`, the API under `accounts-api`."""

from accounts.urls import office, people, reaching

app_name = "accounts"
urlpatterns = [*people.urlpatterns, *reaching.urlpatterns, *office.urlpatterns]
