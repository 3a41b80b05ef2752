"""Floor 1: customers, catalogue, stock, orders and their life."""
