import inspect
import re

from stormops.pages.sign_in import REFUSALS
from stormops.staff import web


def test_every_refusal_of_sign_in_has_its_sentence() -> None:
    source = inspect.getsource(web)
    codes = set(re.findall(r'_refuse\(request, [^,]+, "(\w+)"', source)) | set(web.STATUSES)
    assert codes == set(REFUSALS)
    assert all(sentence.endswith(".") for sentence in REFUSALS.values())
