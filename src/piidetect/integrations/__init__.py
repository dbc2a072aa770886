# SPDX-License-Identifier: Apache-2.0
"""Adapters to other programs. Each imports its program, so none is loaded by ``import piidetect``."""
