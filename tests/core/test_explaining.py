from stormops.core.calling import LocalTime
from stormops.core.explaining import make_groupers
from stormops.core.network import SERVICE_BITS, trace
from stormops.core.network_groups import Explanations
from stormops.core.report import Utility
from tests.core.radial import radial_city


def test_every_utility_has_a_grouper_that_knows_its_own_premises() -> None:
    city = radial_city()
    city.premises.bus[:12] = -1
    city.premises.services[:] = SERVICE_BITS["electric"] | SERVICE_BITS["water"]
    city.premises.services[100:112] = SERVICE_BITS["electric"]
    made = make_groupers(city, trace(city.network, city.premises))
    assert list(made.clusters) == list(Utility)
    for utility, premises, together in (
        (Utility.ELECTRIC, range(10), True),
        (Utility.ELECTRIC, range(50, 60), False),
        (Utility.WATER, range(50, 60), True),
        (Utility.WATER, range(100, 110), False),
    ):
        grouper = make_groupers(city, trace(city.network, city.premises)).clusters[utility]
        for premise in premises:
            grouper.add(premise, 1_000)
        grouper.update(2_000)
        assert (len(grouper.groups()) == 1) is together


def test_a_pack_that_names_no_services_has_them_everywhere() -> None:
    city = radial_city()
    city.premises.services[:] = 0
    grouper = make_groupers(city, trace(city.network, city.premises)).clusters[Utility.SEWER]
    for premise in range(10):
        grouper.add(premise, 1_000)
    grouper.update(2_000)
    assert len(grouper.groups()) == 1


def test_the_network_explains_by_its_devices() -> None:
    city = radial_city()
    tree = trace(city.network, city.premises)
    grouper = make_groupers(city, tree).network
    for premise in range(0, 24, 2):
        grouper.add(premise, 1_000)
    grouper.update(2_000)
    (group,) = grouper.groups()
    assert group.device == tree.path(0)[1]


def test_the_network_knows_what_the_clocks_of_the_city_show() -> None:
    city = radial_city()
    tree = trace(city.network, city.premises)
    midnight = 20_000 * 86_400_000
    out = []
    for hour in (4, 16):
        grouper = make_groupers(city, tree, LocalTime((0,), (hour * 3_600_000,))).network
        for premise in (24, 31, 37):
            grouper.add(premise, midnight)
        grouper.update(midnight + 3_600_000)
        assert isinstance(grouper, Explanations)
        out.append(grouper.inference.hearing.heard_share)
    assert (out[0] <= out[1]).all()
    assert out[0].min() < out[1].min() / 2
