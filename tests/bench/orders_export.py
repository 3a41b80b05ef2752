"""Downloads all orders of the bench's merchant as CSV, as the page gives them, and prints the most memory that it took, in MB.

A process of its own, in the database of its environment.
"""

import resource
import sys

import django


def main():
    django.setup()
    from tests.bench.accounts import _browser_session
    from tests.bench.orders_reading import signed_in

    answer = signed_in(cookie=_browser_session())("/orders/export/csv/")
    if not sum(chunk.count(b"\n") for chunk in answer.streaming_content):
        sys.exit("the export was empty")
    sys.stdout.write(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


if __name__ == "__main__":
    main()
