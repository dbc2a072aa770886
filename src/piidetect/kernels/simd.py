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
def sign_bits(typing_context: Any, data: Any, position: Any) -> Any:
    """`sign_bits(data, position)`: bit i is set where data[position + i] is no ASCII."""
    signature = types.uint64(data, types.int64)

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        vector = _load(context, builder, sig, args[0], args[1])
        return _bits(builder, builder.icmp_signed("<", vector, ir.Constant(_VECTOR, None)))

    return signature, code


@intrinsic
def leading_zeros(typing_context: Any, bits: Any) -> Any:
    """`leading_zeros(bits)`: how many zeros stand above the highest set bit of a uint64."""
    signature = types.int64(types.uint64)

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.ctlz(args[0], cgutils.false_bit)

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


_SHORTS = ir.VectorType(ir.IntType(16), 16)


def weigh(weights: tuple[int, ...]) -> Any:
    """Return the intrinsic `weighed(data, position)`: the sum of 16 ASCII digits, each times its weight.

    Args:
        weights: 16 small numbers; a sum stays below 32768.
    """
    shift = 48 * sum(weights)

    @intrinsic
    def weighed(typing_context: Any, data: Any, position: Any) -> Any:
        signature = types.int64(data, types.int64)

        def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            array = context.make_array(sig.args[0])(context, builder, args[0])
            pointer = builder.gep(array.data, [args[1]])
            kind = ir.VectorType(_BYTE, 16)
            vector = builder.load(builder.bitcast(pointer, kind.as_pointer()), align=1)
            wide = builder.zext(vector, _SHORTS)
            product = builder.mul(wide, ir.Constant(_SHORTS, list(weights)))
            add = cgutils.get_or_insert_function(
                builder.module,
                ir.FunctionType(ir.IntType(16), [_SHORTS]),
                "llvm.vector.reduce.add.v16i16",
            )
            total = builder.zext(builder.call(add, [product]), ir.IntType(64))
            return builder.sub(total, ir.IntType(64)(shift))

        return signature, code

    return weighed


#: Messages that `hash_lanes` hashes at once.
HASH_LANES = 8

_WORDS = ir.VectorType(ir.IntType(64), HASH_LANES)


def _all(builder: Any, number: Any) -> Any:
    """Repeat one 64-bit number in all lanes."""
    single = builder.insert_element(ir.Constant(_WORDS, ir.Undefined), number, ir.IntType(32)(0))
    return builder.shuffle_vector(
        single, single, ir.Constant(ir.VectorType(ir.IntType(32), HASH_LANES), None)
    )


def _fixed(number: int) -> Any:
    return ir.Constant(_WORDS, [number] * HASH_LANES)


def _turn(builder: Any, value: Any, count: int) -> Any:
    left = builder.shl(value, _fixed(count))
    return builder.or_(left, builder.lshr(value, _fixed(64 - count)))


def _sip_rounds(builder: Any, state: list[Any], count: int) -> list[Any]:
    """Emit `count` SipRounds on HASH_LANES states at once."""
    v0, v1, v2, v3 = state
    for _ in range(count):
        v0 = builder.add(v0, v1)
        v1 = builder.xor(_turn(builder, v1, 13), v0)
        v0 = _turn(builder, v0, 32)
        v2 = builder.add(v2, v3)
        v3 = builder.xor(_turn(builder, v3, 16), v2)
        v0 = builder.add(v0, v3)
        v3 = builder.xor(_turn(builder, v3, 21), v0)
        v2 = builder.add(v2, v1)
        v1 = builder.xor(_turn(builder, v1, 17), v2)
        v2 = _turn(builder, v2, 32)
    return [v0, v1, v2, v3]


def _pointer(context: Any, builder: Any, kind: Any, value: Any, index: Any) -> Any:
    """Point at HASH_LANES words of a uint64 array."""
    array = context.make_array(kind)(context, builder, value)
    return builder.bitcast(builder.gep(array.data, [index]), _WORDS.as_pointer())


@intrinsic
def hash_lanes(
    typing_context: Any,
    words: Any,
    at: Any,
    most: Any,
    counts: Any,
    k0: Any,
    k1: Any,
    result: Any,
) -> Any:
    """`hash_lanes(words, at, most, counts, k0, k1, result)`: SipHash-2-4-128 of HASH_LANES messages at once.

    Word i of message l is `words[at + HASH_LANES * i + l]`, the closing word with the length included;
    `counts` int64[HASH_LANES] are the words of each, `most` their maximum. `result` uint64[2 * HASH_LANES] gets the low
    halves, then the high ones. One hash is a chain of dependent steps; many of them keep the machine
    busy.
    """
    signature = types.void(
        words, types.int64, types.int64, counts, types.uint64, types.uint64, result
    )

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        zero = ir.IntType(64)(0)
        limit = builder.load(_pointer(context, builder, sig.args[3], args[3], zero), align=8)
        start = (
            0x736F6D6570736575,
            0x646F72616E646F6D ^ 0xEE,
            0x6C7967656E657261,
            0x7465646279746573,
        )
        keys = (_all(builder, args[4]), _all(builder, args[5]))
        state = []
        for index, constant in enumerate(start):
            slot = cgutils.alloca_once(builder, _WORDS)
            builder.store(builder.xor(keys[index % 2], _fixed(constant)), slot)
            state.append(slot)
        with cgutils.for_range(builder, args[2]) as loop:
            place = builder.add(args[1], builder.mul(loop.index, ir.IntType(64)(HASH_LANES)))
            word = builder.load(_pointer(context, builder, sig.args[0], args[0], place), align=8)
            old = [builder.load(slot) for slot in state]
            new = _sip_rounds(builder, [*old[:3], builder.xor(old[3], word)], 2)
            new[0] = builder.xor(new[0], word)
            open_ = builder.icmp_signed("<", _all(builder, loop.index), limit)
            for slot, after, before in zip(state, new, old, strict=True):
                builder.store(builder.select(open_, after, before), slot)
        last = [builder.load(slot) for slot in state]
        for half, (lane, finish) in enumerate(((2, 0xEE), (1, 0xDD))):
            last[lane] = builder.xor(last[lane], _fixed(finish))
            last = _sip_rounds(builder, last, 4)
            both = builder.xor(builder.xor(last[0], last[1]), builder.xor(last[2], last[3]))
            into = _pointer(
                context, builder, sig.args[6], args[6], ir.IntType(64)(HASH_LANES * half)
            )
            builder.store(both, into, align=8)
        return context.get_dummy_value()

    return signature, code
