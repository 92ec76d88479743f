package dev.rft.faultbench.score;

import java.util.BitSet;
import java.util.HexFormat;
import java.util.Objects;

/**
 * Accuracy on the fixed held-out items, and how sure one can be that two differ.
 *
 * <p>Note. All runs of a task are measured on the same items. With {@code b} items that only one
 * policy gets right and {@code c} that only the other does, the standard error of the difference
 * {@code d = (b - c) / n} is {@code sqrt(((b + c) / n - d²) / n)}. Where it is not known which
 * items were right it is that of two independent shares, {@code sqrt((p(1-p) + q(1-q)) / n)}, which
 * is larger as a rule: what counts as a difference then is one.
 *
 * @param value in [0, 1]
 * @param items how many items there are
 * @param right which of them were right, as hexadecimal bytes, lowest item first; empty where that
 *     is not known
 */
record Accuracy(double value, int items, String right) {

    /** Items of a held-out set where a result does not say. */
    static final int ITEMS = 2_000;

    private static final double LEAST_HARM = 0.05;
    private static final double LEAST_WORSE = 0.02;
    private static final int ERRORS_OF_HARM = 3;
    private static final int ERRORS_OF_WORSE = 2;

    Accuracy {
        Objects.requireNonNull(right, "right");
        if (!(value >= 0 && value <= 1) || items < 1) {
            throw new IllegalArgumentException(
                    "accuracy: must be in [0, 1] of at least one item, was "
                            + value
                            + " of "
                            + items);
        }
        HexFormat.of().parseHex(right);
    }

    static Accuracy of(double value) {
        return new Accuracy(value, ITEMS, "");
    }

    /** Returns the standard error of the difference to another policy on the same items. */
    double standardErrorTo(Accuracy other) {
        double n = items;
        if (right.isEmpty() || other.right.isEmpty() || items != other.items) {
            double own = value * (1 - value) / items;
            return Math.sqrt(own + other.value * (1 - other.value) / other.items);
        }
        BitSet different = bits();
        different.xor(other.bits());
        double difference = value - other.value;
        double variance = different.cardinality() / n - difference * difference;
        return Math.sqrt(Math.max(0, variance) / n);
    }

    private BitSet bits() {
        return BitSet.valueOf(HexFormat.of().parseHex(right));
    }

    /** Tells whether a fault did harm to this healthy run: 5 points and 3 standard errors lost. */
    boolean harmedTo(Accuracy alone) {
        double loss = value - alone.value;
        return loss >= LEAST_HARM && loss >= ERRORS_OF_HARM * standardErrorTo(alone);
    }

    /**
     * Tells whether an intervention in this run did harm: more than 2 points and 2 standard errors
     * lost.
     */
    boolean worsenedTo(Accuracy tended) {
        double limit = Math.max(LEAST_WORSE, ERRORS_OF_WORSE * standardErrorTo(tended));
        return value - tended.value > limit;
    }
}
