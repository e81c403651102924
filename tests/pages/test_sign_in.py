import inspect
import re

from stormops.pages.sign_in import CODES, REFUSALS, refused
from stormops.pages.words import LANGUAGES
from stormops.staff import web


def test_every_refusal_of_sign_in_has_its_sentence() -> None:
    source = inspect.getsource(web)
    codes = set(re.findall(r'_refuse\(request, [^,]+, "(\w+)"', source)) | set(web.STATUSES)
    assert codes == set(REFUSALS) == set(CODES)
    assert all(refused(language, code).endswith(".") for language in LANGUAGES for code in CODES)
    assert refused("es", "<script>") == refused("es", None) == ""
