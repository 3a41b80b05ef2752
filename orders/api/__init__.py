"""The API of orders, one subject a file."""
