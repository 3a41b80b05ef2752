"""The pages of accounts, one subject a file."""
