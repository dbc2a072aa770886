# SPDX-License-Identifier: Apache-2.0
"""32 bytes at a time: comparisons that give a bit for each byte.

LLVM turns these into the vector instructions of the machine it compiles for, so they are as
portable as numba itself. A kernel that uses them may read 34 bytes past its position; blocks are
padded for that (`cells.PADDING`).
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

LANES = 32

_BYTE = ir.IntType(8)
_VECTOR = ir.VectorType(_BYTE, LANES)


def _load(context: Any, builder: Any, signature: Any, data: Any, position: Any) -> Any:
    """Load LANES bytes from `data[position]`, unaligned."""
    array = context.make_array(signature.args[0])(context, builder, data)
    pointer = builder.gep(array.data, [position])
    vector = builder.bitcast(pointer, _VECTOR.as_pointer())
    return builder.load(vector, align=1)


def _splat(builder: Any, byte: Any) -> Any:
    """Repeat one byte in all lanes."""
    single = builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), byte, ir.IntType(32)(0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), LANES), None)
    return builder.shuffle_vector(single, single, zeros)


def _bits(builder: Any, flags: Any) -> Any:
    """Gather one bit a lane into an unsigned 64-bit number."""
    return builder.zext(builder.bitcast(flags, ir.IntType(LANES)), ir.IntType(64))


@intrinsic
def equal_bits(typing_context: Any, data: Any, position: Any, byte: Any) -> Any:
    """`equal_bits(data, position, byte)`: bit i is set where data[position + i] == byte."""
    signature = types.uint64(data, types.int64, types.uint8)

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        vector = _load(context, builder, sig, args[0], args[1])
        return _bits(builder, builder.icmp_unsigned("==", vector, _splat(builder, args[2])))

    return signature, code


@intrinsic
def between_bits(typing_context: Any, data: Any, position: Any, low: Any, count: Any) -> Any:
    """`between_bits(data, position, low, count)`: bit i is set where low <= byte < low + count."""
    signature = types.uint64(data, types.int64, types.uint8, types.uint8)

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        vector = _load(context, builder, sig, args[0], args[1])
        shifted = builder.sub(vector, _splat(builder, args[2]))
        return _bits(builder, builder.icmp_unsigned("<", shifted, _splat(builder, args[3])))

    return signature, code


@intrinsic
def trailing_zeros(typing_context: Any, bits: Any) -> Any:
    """`trailing_zeros(bits)`: the number of the lowest set bit of a uint64, 64 where none is."""
    signature = types.int64(types.uint64)

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.cttz(args[0], cgutils.false_bit)

    return signature, code


@intrinsic
def count_bits(typing_context: Any, bits: Any) -> Any:
    """`count_bits(bits)`: how many bits of a uint64 are set."""
    signature = types.int64(types.uint64)

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.ctpop(args[0])

    return signature, code


@intrinsic
def load_word(typing_context: Any, data: Any, position: Any) -> Any:
    """`load_word(data, position)`: eight bytes from an unaligned position as little-endian uint64."""
    signature = types.uint64(data, types.int64)

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        array = context.make_array(sig.args[0])(context, builder, args[0])
        pointer = builder.gep(array.data, [args[1]])
        word = builder.bitcast(pointer, ir.IntType(64).as_pointer())
        return builder.load(word, align=1)

    return signature, code


@intrinsic
def copy_lanes(typing_context: Any, data: Any, position: Any, into: Any, at: Any) -> Any:
    """`copy_lanes(data, position, into, at)`: copy 32 bytes; both arrays must have room for them."""
    signature = types.void(data, types.int64, into, types.int64)

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        vector = _load(context, builder, sig, args[0], args[1])
        array = context.make_array(sig.args[2])(context, builder, args[2])
        pointer = builder.gep(array.data, [args[3]])
        builder.store(vector, builder.bitcast(pointer, _VECTOR.as_pointer()), align=1)
        return context.get_dummy_value()

    return signature, code


@intrinsic
def keep_apart(typing_context: Any) -> Any:
    """`keep_apart()`: the function that calls this is not inlined; large kernels compile faster."""
    signature = types.void()

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        builder.function.attributes.add("noinline")
        return context.get_dummy_value()

    return signature, code
