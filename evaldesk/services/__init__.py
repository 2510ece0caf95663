"""What EvalDesk does, without a window: one module a use case."""
