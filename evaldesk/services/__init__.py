"""What EvalDesk does, without a window: a folder a subject, a module a use case."""
