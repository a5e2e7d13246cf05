"""What holds for every test: nobody's own data folder is read or written."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# a busy machine makes inputs slowly: that says nothing of the program; the same inputs every time,
# others with `--hypothesis-profile explore`
_CALM = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
settings.register_profile("slopewise", _CALM, derandomize=True)
settings.register_profile("explore", _CALM)
settings.load_profile("slopewise")  # the command line may choose another afterwards


@pytest.fixture(scope="session", autouse=True)
def empty_data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Evidence added on this machine would change the answers that tests expect."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SLOPEWISE_DATA_FOLDER", str(tmp_path_factory.mktemp("data")))
        yield
