"""How the model is built and judged."""
