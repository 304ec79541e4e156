"""The page about the client document."""

from config_pages import MIA, page_flags
from isoflag import Flags
from lambda_events import http_event
from pages import Page

PAGE = Page("docs/client-document.md")


def test_the_code_of_the_page_returns_the_document_of_a_visitor() -> None:
    flags = page_flags()
    names = PAGE.run({"client": flags, "visitor": lambda _: MIA})
    projected = Flags.from_json(names["config"](http_event(), None)["body"])
    assert (projected.keys(), projected.parent_digest) == (["button", "feature-x"], flags.digest)
