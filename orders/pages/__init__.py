"""The pages of orders, one subject a file."""
