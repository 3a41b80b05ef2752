"""What people fill in about orders, customers and products, one subject a file."""
