"""The Markdown parser, told to note where it is; no Qt here.

markdown-it-py says of a block which lines it comes from, and nothing of what stands within. The
inline parser here notes where it was when it made each token, and that is enough.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token


@cache
def parser() -> "MarkdownIt":
    """It; made when first needed, which takes a moment."""
    from markdown_it import MarkdownIt
    from markdown_it.parser_inline import ParserInline
    from markdown_it.rules_inline import StateInline

    class Noting(StateInline):
        """Notes in each token where the parser was."""

        def pushPending(self) -> "Token":
            token = super().pushPending()
            at = self.src.rfind(token.content, 0, self.pos)
            token.meta["at"] = max(0, at)
            return token

        def push(self, ttype: str, tag: str, nesting: Any) -> "Token":
            token = super().push(ttype, tag, nesting)
            token.meta["pos"] = self.pos
            return token

    class Inline(ParserInline):
        """Reads the text of one block."""

        def parse(
            self, src: str, md: "MarkdownIt", env: Any, tokens: "list[Token]"
        ) -> "list[Token]":
            state = Noting(src, md, env, tokens)
            self.tokenize(state)
            for rule in self.ruler2.getRules(""):
                rule(state)
            return state.tokens

    made = MarkdownIt("commonmark", {"html": False, "maxNesting": 60})
    inline = Inline()
    made.inline = inline
    # The preset chose among the rules of the inline parser that was replaced.
    made.enable(["table", "strikethrough"])
    made.disable(["html_block", "html_inline", "reference", "linkify"], ignoreInvalid=True)
    inline.ruler2.disable(["fragments_join"])
    made.core.ruler.disable(["text_join"])
    return made
