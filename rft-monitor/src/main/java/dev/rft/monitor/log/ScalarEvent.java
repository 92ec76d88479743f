package dev.rft.monitor.log;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The scalars of a TensorBoard {@code Event}, out of its protocol buffer encoding: {@code
 * simple_value}, or a tensor of one number. Fields that it does not need are passed over, as the
 * encoding allows.
 */
final class ScalarEvent {

    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private static final int EVENT_STEP = 2;
    private static final int EVENT_SUMMARY = 5;
    private static final int SUMMARY_VALUE = 1;
    private static final int VALUE_TAG = 1;
    private static final int VALUE_SIMPLE = 2;
    private static final int VALUE_TENSOR = 8;
    private static final int TENSOR_TYPE = 1;
    private static final int TENSOR_CONTENT = 4;
    private static final int TENSOR_FLOAT = 5;
    private static final int TENSOR_DOUBLE = 6;
    private static final int TENSOR_INT = 7;
    private static final int TENSOR_INT64 = 10;
    private static final int TYPE_FLOAT = 1;
    private static final int TYPE_DOUBLE = 2;
    private static final int TYPE_INT32 = 3;
    private static final int TYPE_INT64 = 9;

    private final ByteBuffer in;
    private int field;
    private int wire;

    private ScalarEvent(ByteBuffer in) {
        this.in = in.order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Reads an event.
     *
     * @param data the event
     * @param into receives the scalars by tag
     * @return the step; 0 when the event does not say, which means 0
     * @throws BrokenLineException when it is no event
     */
    static long read(byte[] data, Numbers into) throws BrokenLineException {
        ScalarEvent event = new ScalarEvent(ByteBuffer.wrap(data));
        long step = 0;
        while (event.nextField()) {
            if (event.is(EVENT_STEP, VARINT)) {
                step = event.varint();
            } else if (event.is(EVENT_SUMMARY, BYTES)) {
                summary(event.message(), into);
            } else {
                event.skip();
            }
        }
        return step;
    }

    private static void summary(ScalarEvent summary, Numbers into) throws BrokenLineException {
        while (summary.nextField()) {
            if (summary.is(SUMMARY_VALUE, BYTES)) {
                value(summary.message(), into);
            } else {
                summary.skip();
            }
        }
    }

    private static void value(ScalarEvent value, Numbers into) throws BrokenLineException {
        String tag = "";
        Optional<Double> number = Optional.empty();
        while (value.nextField()) {
            if (value.is(VALUE_TAG, BYTES)) {
                tag = value.message().text();
            } else if (value.is(VALUE_SIMPLE, FIXED32)) {
                number = Optional.of((double) value.need(4).getFloat());
            } else if (value.is(VALUE_TENSOR, BYTES)) {
                number = tensor(value.message());
            } else {
                value.skip();
            }
        }
        if (!tag.isBlank() && number.isPresent()) {
            into.put(tag, number.get());
        }
    }

    private static Optional<Double> tensor(ScalarEvent tensor) throws BrokenLineException {
        long type = 0;
        Optional<Double> number = Optional.empty();
        ByteBuffer content = ByteBuffer.allocate(0);
        while (tensor.nextField()) {
            if (tensor.is(TENSOR_TYPE, VARINT)) {
                type = tensor.varint();
            } else if (tensor.is(TENSOR_CONTENT, BYTES)) {
                content = tensor.message().in;
            } else if (tensor.is(TENSOR_FLOAT, BYTES)) {
                number = raw(TYPE_FLOAT, tensor.message().in);
            } else if (tensor.is(TENSOR_FLOAT, FIXED32)) {
                number = Optional.of((double) tensor.need(4).getFloat());
            } else if (tensor.is(TENSOR_DOUBLE, BYTES)) {
                number = raw(TYPE_DOUBLE, tensor.message().in);
            } else if (tensor.is(TENSOR_DOUBLE, FIXED64)) {
                number = Optional.of(tensor.need(8).getDouble());
            } else if (tensor.field == TENSOR_INT || tensor.field == TENSOR_INT64) {
                number = integer(tensor);
            } else {
                tensor.skip();
            }
        }
        return number.isPresent() ? number : raw((int) type, content);
    }

    private static Optional<Double> integer(ScalarEvent tensor) throws BrokenLineException {
        ScalarEvent numbers = tensor.wire == BYTES ? tensor.message() : tensor;
        double number = numbers.varint();
        return tensor.wire == BYTES && numbers.in.hasRemaining()
                ? Optional.empty()
                : Optional.of(number);
    }

    /** Reads the bytes of a single number; empty when they are of several, or of none. */
    private static Optional<Double> raw(int type, ByteBuffer bytes) {
        int size = type == TYPE_FLOAT || type == TYPE_INT32 ? 4 : 8;
        if (bytes.remaining() != size) {
            return Optional.empty();
        }
        return switch (type) {
            case TYPE_FLOAT -> Optional.of((double) bytes.getFloat());
            case TYPE_DOUBLE -> Optional.of(bytes.getDouble());
            case TYPE_INT32 -> Optional.of((double) bytes.getInt());
            case TYPE_INT64 -> Optional.of((double) bytes.getLong());
            default -> Optional.empty();
        };
    }

    private boolean is(int wantedField, int wantedWire) {
        return field == wantedField && wire == wantedWire;
    }

    private boolean nextField() throws BrokenLineException {
        if (!in.hasRemaining()) {
            return false;
        }
        long key = varint();
        field = (int) (key >>> 3);
        wire = (int) (key & 7);
        return true;
    }

    private long varint() throws BrokenLineException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte part = need(1).get();
            value |= (part & 0x7fL) << shift;
            if (part >= 0) {
                return value;
            }
        }
        throw new BrokenLineException("the event has a number of more than 64 bits");
    }

    private ScalarEvent message() throws BrokenLineException {
        long length = varint();
        if (length < 0 || length > in.remaining()) {
            throw new BrokenLineException("the event has a part that is longer than itself");
        }
        ByteBuffer part = in.slice(in.position(), (int) length);
        in.position(in.position() + (int) length);
        return new ScalarEvent(part);
    }

    private String text() {
        byte[] bytes = new byte[in.remaining()];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private void skip() throws BrokenLineException {
        switch (wire) {
            case VARINT -> varint();
            case FIXED64 -> need(8).getLong();
            case BYTES -> message();
            case FIXED32 -> need(4).getInt();
            default -> throw new BrokenLineException("the event has a field of no known kind");
        }
    }

    private ByteBuffer need(int count) throws BrokenLineException {
        if (in.remaining() < count) {
            throw new BrokenLineException("the event ends early");
        }
        return in;
    }
}
