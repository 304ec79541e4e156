"""Unicode rules of JSON text: lone surrogates, and the order of names."""


def is_well_formed(text: str) -> bool:
    """Returns whether a text can be encoded as UTF-8, that is, has no lone surrogate."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def without_surrogates(text: str) -> str:
    """Returns the text with each lone surrogate replaced by U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def utf16_units(text: str) -> bytes:
    """Returns the key by which RFC 8785 sorts names: the text's UTF-16 code units."""
    return text.encode("utf-16-be", "surrogatepass")
