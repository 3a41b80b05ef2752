"""The questions that accounts answers, one subject a file."""
