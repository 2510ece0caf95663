"""Finding personal data without a network, and laying a redaction over the sealed original."""
