"""The version of the program, as the package says it."""

from importlib.metadata import version

VERSION = version("ask-the-article")
