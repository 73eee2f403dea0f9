"""The HTTP service around the model."""

from importlib.metadata import version

__version__ = version("statements")
