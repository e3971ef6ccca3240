"""Progress by layer: which part of the warehouse is finished.

Here: counting dbt's nodes by schema. Not here: running dbt (warehouse.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from orchestration.warehouse import Node

# In the order in which a person thinks of them; a schema that is not named here is not announced.
LAYERS = ("staging", "intermediate", "core", "metrics", "quality", "analyst")


class LayerCount:
    """Counts down the models of each layer as dbt finishes them."""

    def __init__(self, manifest: Mapping[str, Any]) -> None:
        self._layer = {
            unique_id: node["schema"]
            for unique_id, node in manifest["nodes"].items()
            if node["resource_type"] == "model"
        }
        self._size = Counter(self._layer.values())
        self._left = Counter(self._size)

    def finish(self, node: Node) -> str | None:
        """Take note of a node; a line when it was the last model of its layer."""
        layer = self._layer.get(node.unique_id)
        if layer is None:
            return None
        self._left[layer] -= 1
        if self._left[layer] or layer not in LAYERS:
            return None
        return f"{layer}: {self._size[layer]} models"
