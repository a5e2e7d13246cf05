"""What holds for every test: nobody's own data folder is read or written."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# a busy machine makes inputs slowly: that says nothing of the program
settings.register_profile("slopewise", suppress_health_check=[HealthCheck.too_slow], deadline=None)
settings.load_profile("slopewise")


@pytest.fixture(scope="session", autouse=True)
def empty_data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Evidence added on this machine would change the answers that tests expect."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SLOPEWISE_DATA_FOLDER", str(tmp_path_factory.mktemp("data")))
        yield
