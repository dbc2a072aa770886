# SPDX-License-Identifier: Apache-2.0
"""Is it true? A sample that is drawn, looked up by people, read back and turned into bounds."""

from __future__ import annotations

from piidetect.sampling.result import SampleResult, evaluate, read_sample
from piidetect.sampling.sample import Sample, Terms, draw_sample, make_terms

__all__ = [
    "Sample",
    "SampleResult",
    "Terms",
    "draw_sample",
    "evaluate",
    "make_terms",
    "read_sample",
]
