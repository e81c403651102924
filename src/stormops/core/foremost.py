"""What waits, the weightiest first: a heap of which entries that are put in again with another weight are skipped."""

from __future__ import annotations

from heapq import heapify, heappop, heappush


class Foremost:
    """Keys with a weight each. Of equal weights the smallest key comes first."""

    def __init__(self) -> None:
        self._weights: dict[int, int] = {}
        self._heap: list[tuple[int, int]] = []

    def __len__(self) -> int:
        return len(self._weights)

    def put(self, key: int, weight: int) -> None:
        """The key waits, with this weight from now on. O(log n)."""
        if self._weights.get(key) == weight:
            return
        self._weights[key] = weight
        heappush(self._heap, (-weight, key))
        if len(self._heap) > 2 * len(self._weights) + 64:
            self._heap = [(-now, waits) for waits, now in self._weights.items()]
            heapify(self._heap)

    def pop(self) -> int | None:
        """The foremost, which waits no longer; None = nothing waits. O(log n)."""
        while self._heap:
            least, key = heappop(self._heap)
            if self._weights.get(key) == -least:
                del self._weights[key]
                return key
        return None
