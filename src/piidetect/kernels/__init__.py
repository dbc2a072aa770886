# SPDX-License-Identifier: Apache-2.0
"""Vectorised kernels: numpy and numba only, nogil, pure, no knowledge of recognizers or columns."""
