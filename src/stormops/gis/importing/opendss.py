"""The electric network from OpenDSS scripts, read by our own subset of the language.

Elements become edges between buses; phases matter only where single-phase elements form a bank.
Nothing is solved and nothing is run: commands that do not describe the network are counted and
passed over. docs/import.md says which commands and classes are understood.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from stormops.core.network import EdgeKind
from stormops.gis.importing.devices import line_kind, transformer_kind
from stormops.gis.importing.dss_circuit import Circuit
from stormops.gis.importing.dss_elements import Element, evaluate
from stormops.gis.importing.findings import Findings
from stormops.gis.importing.grid import Edge, Grid, GridBuilder, phase_bits
from stormops.gis.importing.placing import METRES, Placement, place
from stormops.gis.importing.refusal import ImportRefused

_CONTROLS = {
    "fuse": EdgeKind.FUSE,
    "recloser": EdgeKind.RECLOSER,
    "relay": EdgeKind.BREAKER,
    "swtcontrol": EdgeKind.SWITCH,
}
_ALL_PHASES = phase_bits("1.2.3")


def find_master(folder: Path, name: str = "") -> Path:
    """The master script: the named one, else the shallowest `Master.dss`, else the only `Master*.dss` there.

    Raises ImportRefused, listing the candidates when there are several.
    """
    scripts = sorted(
        (p for p in folder.rglob("*") if p.is_file() and p.suffix.lower() == ".dss"),
        key=lambda p: (len(p.parts), str(p)),
    )
    if name:
        found = [p for p in scripts if name.lower() in (p.name.lower(), p.relative_to(folder).as_posix().lower())]
    else:
        found = [p for p in scripts if p.name.lower() == "master.dss"]
        found = found or [p for p in scripts if p.name.lower().startswith("master")]
    shallow = [p for p in found if len(p.parts) == len(found[0].parts)]
    if len(shallow) == 1:
        return shallow[0]
    if not shallow:
        what = f"no script {name!r}" if name else "no Master.dss"
        raise ImportRefused(folder, f"has {what}; name the master script")
    names = ", ".join(p.relative_to(folder).as_posix() for p in shallow[:10])
    raise ImportRefused(folder, f"has several master scripts ({names}); name one")


def read_opendss(master: Path, root: Path, how: Placement, sources: tuple[str, ...], findings: Findings) -> Grid:
    """The network of a master script; all its files lie below `root`. Raises ImportRefused with file and row."""
    circuit = Circuit(root, findings)
    circuit.run(master)
    builder = GridBuilder(findings)
    to_grid(circuit, builder, sources, master)
    x, y, system = circuit.coordinates(builder, use_beside=not how.crs)
    lon, lat = place(x, y, Placement(crs=system) if system else how, master, findings)
    return builder.build(lon, lat)


def to_grid(circuit: Circuit, builder: GridBuilder, sources: tuple[str, ...], master: Path) -> None:
    """Fill the builder with the circuit's edges, loads and sources."""
    kinds, opened = _controls(circuit.elements.values())
    for element in circuit.elements.values():
        if element.cls == "line":
            _add_line(element, builder, kinds.get(element.key), element.key in opened)
        elif element.cls == "transformer":
            _add_transformer(element, builder)
        elif element.cls in ("reactor", "capacitor") and element.values.get("bus2") and element.yes("enabled", True):
            a, b = (_bus(element, builder, element.values.get(end, "")) for end in ("bus1", "bus2"))
            if a != b:  # else it stands between the bus and earth
                builder.edge(Edge(element.name, a, b, EdgeKind.LINE))
    for element in circuit.elements.values():
        if element.cls == "load" and element.yes("enabled", True):
            _add_load(element, builder)
    _set_sources(circuit, builder, sources, master)


def _set_sources(circuit: Circuit, builder: GridBuilder, sources: tuple[str, ...], master: Path) -> None:
    """The named sources, else the buses of the circuit and of further voltage sources."""
    named = sources or tuple(
        e.values.get("bus1", "sourcebus").partition(".")[0]
        for e in circuit.elements.values()
        if e.cls in ("circuit", "vsource") and e.yes("enabled", True)
    )
    for name in named:
        bus = builder.known(name)
        if bus is None and sources:
            raise ImportRefused(master, f"the network has no bus {name!r} to be a source")
        if bus is None:
            builder.findings.add("no-source", name)
        else:
            builder.source(bus)


def _controls(elements: Iterable[Element]) -> tuple[dict[str, EdgeKind], set[str]]:
    """Kinds that fuses, reclosers, relays and switch controls give to lines, and the lines they hold open."""
    kinds: dict[str, EdgeKind] = {}
    opened: set[str] = set()
    for element in elements:
        kind = _CONTROLS.get(element.cls)
        if kind is None or not element.yes("enabled", True):
            continue
        target = (element.values.get("switchedobj") or element.values.get("monitoredobj", "")).lower()
        kinds[target] = max(kind, kinds.get(target, EdgeKind.LINE))
        said = [element.values.get(p, "") for p in ("state", "normal", "action")]
        now = next((s for s in said if s), "")
        if now.lower().startswith("o"):
            opened.add(target)
    return kinds, opened


def _bus(element: Element, builder: GridBuilder, said: str) -> int:
    name = said.partition(".")[0]
    if not name:
        raise element.refuse("has no bus")
    return builder.bus(name)


def _phases(element: Element, said: str) -> int:
    """Phases of a terminal `bus.1.2`; without nodes the first `phases` of it, all three by default."""
    nodes = said.partition(".")[2]
    return phase_bits(nodes) or {"1": phase_bits("1"), "2": phase_bits("1.2")}.get(
        element.values.get("phases", ""), _ALL_PHASES
    )


def _add_line(element: Element, builder: GridBuilder, control: EdgeKind | None, held_open: bool) -> None:
    is_switch = element.yes("switch", False)
    kind = control or line_kind(element.name, element.values.get("linecode", ""), is_switch)
    enabled = element.yes("enabled", True)
    if not enabled and kind == EdgeKind.LINE:
        builder.findings.add("edge-disabled", element.name)
        return
    first = element.values.get("bus1", "")
    a, b = _bus(element, builder, first), _bus(element, builder, element.values.get("bus2", ""))
    is_open = not enabled or held_open or element.yes("_open", False)
    unit = METRES.get(element.values.get("units", "").lower())
    length = float("nan") if unit is None else _value(element, "length") * unit
    builder.edge(Edge(element.name, a, b, kind, is_open, length, _phases(element, first)))


def _add_transformer(element: Element, builder: GridBuilder) -> None:
    if not element.yes("enabled", True):
        builder.findings.add("edge-disabled", element.name)
        return
    if len(element.buses) < 2:
        raise element.refuse("has fewer than two buses")
    kvs = [kv for kv in (evaluate(element, text, "kv") for text in element.kvs) if kv > 0]
    kind = transformer_kind(kvs, element.yes("sub", False))
    a = _bus(element, builder, element.buses[0])
    done = {a}
    for said in element.buses[1:]:
        b = _bus(element, builder, said)
        if b in done:
            continue
        if len(done) > 1:
            builder.findings.add("winding-extra", element.name)
        done.add(b)
        phases = _phases(element, element.buses[0])
        builder.edge(Edge(element.name, a, b, kind, element.yes("_open", False), 0.0, phases, kind is EdgeKind.LINE))


def _add_load(element: Element, builder: GridBuilder) -> None:
    said = element.values.get("bus1", "").partition(".")[0]
    if not said:
        raise element.refuse("has no bus")
    if builder.known(said) is None:
        builder.findings.add("load-unknown-bus", element.name)
    phases = element.values.get("phases", "3")
    builder.load(element.name, builder.bus(said), int(phases) if phases.isdigit() else 3)


def _value(element: Element, name: str) -> float:
    return evaluate(element, element.values.get(name, "1"), name)
