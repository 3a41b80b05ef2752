"""Everything that changes the state of orders, one subject a file."""
