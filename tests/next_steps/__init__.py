"""Next steps of errors: what they name exists, and following them helps."""
