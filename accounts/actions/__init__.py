"""Everything that changes the state of accounts, one subject a file."""
