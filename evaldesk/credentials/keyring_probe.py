"""Whether the system can keep a secret."""


def probe() -> tuple[bool, str]:
    """Whether there is a keyring that keeps secrets, and which.

    ``keyrings.alt`` registers itself and stores plain text, and the null keyring drops what it is
    given: neither counts.
    """
    try:
        import keyring
        import keyring.backends.fail
        import keyring.backends.null

        backend = keyring.get_keyring()
    except Exception as error:  # a broken backend must not stop the program
        return False, f"{type(error).__name__}: {error}"
    kind = type(backend)
    name = f"{kind.__module__}.{kind.__qualname__}"
    if isinstance(backend, keyring.backends.fail.Keyring | keyring.backends.null.Keyring):
        return False, "none on this system; secrets will have to be typed"
    if kind.__module__.startswith("keyrings.alt"):
        return False, f"{name} stores plain text and is not used"
    return True, name
