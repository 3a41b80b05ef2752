"""What the API of orders takes and gives, one subject a file."""
