# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from tests.report import sample

from piidetect.report.shapes import Words


@pytest.fixture
def report():
    return sample.report()


@pytest.fixture(params=["zh", "en"])
def words(request):
    return Words(request.param, {n: names[request.param] for n, names in sample.ENTITIES.items()})


@pytest.fixture
def exemplars():
    return {("检材/孕产妇名单.csv", 1): [("CN_MOBILE", "valid", "138****5678")]}
