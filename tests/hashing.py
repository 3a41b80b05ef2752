"""A quick password hasher for tests: the real algorithm at its lowest cost."""

from django.contrib.auth.hashers import BCryptSHA256PasswordHasher


class QuickBCrypt(BCryptSHA256PasswordHasher):
    rounds = 4
