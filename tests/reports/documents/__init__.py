"""Documents: words, model, pictures, writers."""
