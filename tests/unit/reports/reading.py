"""Reading a PDF back: its words, pages, marks, and the alternative texts of its pictures."""

from __future__ import annotations

import io
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject


def opened(pdf: bytes) -> PdfReader:
    """Open a PDF."""
    return PdfReader(io.BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    """Give the words of all pages, with single spaces."""
    said = " ".join(page.extract_text() for page in opened(pdf).pages)
    return " ".join(said.replace("\u00a0", " ").split())


def elements(pdf: bytes) -> list[DictionaryObject]:
    """Give every element of the structure tree."""
    found: list[DictionaryObject] = []

    def walk(node: Any) -> None:
        node = node.get_object()
        if isinstance(node, ArrayObject):
            for kid in node:
                walk(kid)
        elif isinstance(node, DictionaryObject):
            if "/S" in node:
                found.append(node)
            if "/K" in node:
                walk(node["/K"])

    walk(opened(pdf).trailer["/Root"]["/StructTreeRoot"])
    return found


def figures(pdf: bytes) -> list[str]:
    """Give the alternative text of every picture; empty where it has none."""
    return [str(node.get("/Alt", "")) for node in elements(pdf) if node["/S"] == "/Figure"]


def headings(pdf: bytes) -> list[str]:
    """Give the levels of the headings in reading order."""
    return [str(node["/S"]) for node in elements(pdf) if str(node["/S"])[:2] == "/H"]
