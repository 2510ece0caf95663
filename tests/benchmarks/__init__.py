"""Speed and memory, measured and never asserted; run one with ``python -m tests.benchmarks.NAME``."""
