"""What a project can be turned into. Takes frozen content of the domain; computes nothing."""
