"""Design tokens and what is made from them."""
