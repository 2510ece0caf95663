"""Text as people read it: Markdown, code, JSON and tables, laid out block by block.

What stands on the screen always knows where it came from, so that selections, hits and labels are
counted in the characters of the source whether it is shown rendered or raw.
"""
