import numpy as np

from geo.mesh import make_mesh
from geo.naming import name_chains
from geo.plan import StreetClass
from geo.roads import plan_streets


def test_numbered_streets_count_from_the_middle_and_halves_share_a_name() -> None:
    chains = plan_streets(make_mesh(np.random.default_rng(5), 30_000), np.random.default_rng(6))
    street, names = name_chains(chains, np.random.default_rng(7))
    grid = [(chain, names[street[k]]) for k, chain in enumerate(chains) if chain.shape == "grid"]
    assert all(name.startswith(f"{chain.prefix} ") for chain, name in grid)
    first = [chain.group for chain, name in grid if name.split()[1:] == ["1st", "Ave"]]
    second = [chain.group for chain, name in grid if name.split()[1:] == ["2nd", "Ave"]]
    assert first
    assert all(g is not None and g[1] >= 0 for g in first)
    assert max(g[1:] for g in first if g) < min(g[1:] for g in second if g)
    halves = {name[2:] for chain, name in grid if chain.prefix == "N"}
    assert halves & {name[2:] for chain, name in grid if chain.prefix == "S"}


def test_a_main_road_keeps_its_name_over_many_cells() -> None:
    chains = plan_streets(make_mesh(np.random.default_rng(5), 30_000), np.random.default_rng(6))
    street, names = name_chains(chains, np.random.default_rng(7))
    main = [int(street[k]) for k, chain in enumerate(chains) if chain.rank == StreetClass.ARTERIAL]
    assert len(set(main)) < len(main) / 2
    again, same = name_chains(chains, np.random.default_rng(7))
    assert same == names
    assert np.array_equal(again, street)
