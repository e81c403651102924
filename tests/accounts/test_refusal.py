from stormops.accounts.refusal import Refusal, Refused


def test_what_is_raised_inside_a_command_is_the_value_that_is_given() -> None:
    assert Refused("no_fund", "Every line belongs to a fund.", "fund").refusal == Refusal(
        "no_fund", "Every line belongs to a fund.", "fund"
    )
