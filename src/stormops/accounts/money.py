"""Money is a count of integer cents; fractions of a cent live inside one computation, rounded once, at its end."""

from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_HALF_UP, Decimal

Cents = int

_PER_DOLLAR = 100


def cents(dollars: Decimal) -> Cents:
    """An amount in dollars as cents, half a cent upwards (away from zero), as bills are rounded."""
    return int((dollars * _PER_DOLLAR).quantize(Decimal(1), ROUND_HALF_UP))


def cents_at_most(dollars: Decimal) -> Cents:
    """As cents, downwards: what a cap allows is never passed by a fraction of a cent."""
    return int((dollars * _PER_DOLLAR).quantize(Decimal(1), ROUND_DOWN))


def cents_at_least(dollars: Decimal) -> Cents:
    """As cents, upwards."""
    return int((dollars * _PER_DOLLAR).quantize(Decimal(1), ROUND_CEILING))


def dollars(amount: Cents) -> Decimal:
    """Cents as an exact amount in dollars."""
    return Decimal(amount) / _PER_DOLLAR


def shares(amount: Cents, weights: list[int]) -> list[Cents]:
    """``amount`` split by ``weights`` (each ≥ 0, not all 0) to the cent; the shares add up to it.

    The method of largest remainders (Hamilton): the larger remainder first, of equal ones the earlier.
    """
    total = sum(weights)
    whole = [amount * weight // total for weight in weights]
    order = sorted(range(len(weights)), key=lambda place: (-(amount * weights[place] % total), place))
    for place in order[: amount - sum(whole)]:
        whole[place] += 1
    return whole
