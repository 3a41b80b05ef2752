"""The abstract models that tables are made of. This app has no table of its own."""

from base.ids import Identified
from base.stamps import Stamped

__all__ = ["Identified", "Stamped"]
