"""What people fill in on the pages of accounts, one subject a file."""
