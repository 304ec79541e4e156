"""A topic: cases whose ids begin alike."""

from __future__ import annotations

from dataclasses import dataclass, field

from .builders import Json, Object


@dataclass
class Topic:
    """Collects the cases of one topic."""

    name: str
    description: str
    documents: dict[str, Json] = field(default_factory=dict)
    cases: list[dict[str, Json]] = field(default_factory=list)
    _slugs: set[str] = field(default_factory=set)

    def document(self, name: str, document: Json) -> str:
        """Adds a document that several cases share."""
        if name in self.documents:
            raise ValueError(f"topic `{self.name}` has two documents `{name}`")
        self.documents[name] = document
        return name

    def case(self, slug: str, rule: str, description: str, call: Json, expect: Json, **given: Json) -> None:
        """Adds a case; `given` are its remaining members."""
        if slug in self._slugs:
            raise ValueError(f"topic `{self.name}` has two cases `{slug}`")
        self._slugs.add(slug)
        named = given.get("document")
        if isinstance(named, str) and named not in self.documents:
            raise ValueError(f"case `{slug}` names no document `{named}`")
        self.cases.append({"id": f"{self.name}/{slug}", "rule": rule, "description": description, **given, "call": call, "expect": expect})

    def evaluate(
        self,
        slug: str,
        rule: str,
        description: str,
        document: Json,
        context: Json,
        expect: Object,
        *,
        flag: str = "flag",
        default: Json = "default",
        type_: str | None = None,
        **given: Json,
    ) -> None:
        """Adds a case that evaluates one flag for a plain context."""
        call: dict[str, Json] = {"flag": flag, "default": default}
        if type_ is not None:
            call["type"] = type_
        self.case(slug, rule, description, {"evaluate": call}, dict(expect), document=document, context=context, **given)

    def load(self, slug: str, rule: str, description: str, document: Json, expect: Object, **given: Json) -> None:
        """Adds a case that only loads a document."""
        self.case(slug, rule, description, {"load": {}}, dict(expect), document=document, **given)

    def load_text(self, slug: str, rule: str, description: str, text: Json, expect: Object, **given: Json) -> None:
        """Adds a case that only loads the text of a document."""
        self.case(slug, rule, description, {"load": {}}, dict(expect), documentText=text, **given)


def diagnostic(severity: str, code: str, path: str | None = None) -> dict[str, Json]:
    """A diagnostic that must be among those of the document."""
    made: dict[str, Json] = {"severity": severity, "code": code}
    if path is not None:
        made["path"] = path
    return made


def repeated(*parts: str | tuple[str, int]) -> dict[str, Json]:
    """A long text written short: (text, times) pairs between plain texts."""
    return {"parts": [part if isinstance(part, str) else {"repeat": part[0], "times": part[1]} for part in parts]}
