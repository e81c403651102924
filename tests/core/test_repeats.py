from stormops.core.repeats import DAY_MS, Repeats, hash_key

NOW = 20_000 * DAY_MS + 5


def test_the_first_receipt_of_a_key_is_remembered() -> None:
    repeats = Repeats()
    key = hash_key("someone", "k1")
    assert repeats.first(key, 11, NOW) == 11
    assert repeats.first(key, 12, NOW + 1) == 11
    assert repeats.get(key) == 11


def test_a_key_belongs_to_its_sender() -> None:
    assert hash_key("a", "bc") != hash_key("ab", "c")
    assert hash_key("a", "k") != hash_key("b", "k")
    assert 0 <= hash_key("a", "k") < 2**63


def test_a_key_is_remembered_for_seven_days_at_least_and_eight_at_most() -> None:
    repeats = Repeats()
    key = hash_key("s", "k")
    repeats.first(key, 11, NOW)
    repeats.expire(NOW + 7 * DAY_MS)
    assert repeats.get(key) == 11
    repeats.expire(NOW + 8 * DAY_MS)
    assert repeats.get(key) is None
    assert repeats.first(key, 12, NOW + 8 * DAY_MS) == 12


def test_a_copy_stands_by_itself_and_state_comes_back() -> None:
    repeats = Repeats()
    for day in range(3):
        for i in range(50):
            repeats.first(hash_key("s", f"{day}-{i}"), day * 100 + i, NOW + day * DAY_MS)
    copy = repeats.copy()
    repeats.first(hash_key("s", "late"), 999, NOW)
    assert copy.get(hash_key("s", "late")) is None
    again = Repeats.load(copy.state())
    assert again.state() == copy.state()
    assert again.get(hash_key("s", "2-7")) == 207
