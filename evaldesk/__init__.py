"""EvalDesk: judge what a language-model system did, entirely offline."""

__version__ = "0.1.0"
