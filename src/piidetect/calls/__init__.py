# SPDX-License-Identifier: Apache-2.0
"""Call logs: how often emergency lines and other protected numbers were called, when and by whom."""

from __future__ import annotations

from piidetect.calls.log import CallLog, call_log
from piidetect.calls.protected import PROTECTED, Protected, read_numbers

__all__ = ["PROTECTED", "CallLog", "Protected", "call_log", "read_numbers"]
