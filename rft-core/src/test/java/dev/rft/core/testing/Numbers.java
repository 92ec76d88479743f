package dev.rft.core.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;

/** Comparisons that no NaN passes, and copies of tensors on the host. */
public final class Numbers {

    private Numbers() {}

    /** Asserts that all entries are finite and within an absolute distance of the expected ones. */
    public static void assertClose(double[] actual, double[] expected, double distance) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i]).as("entry %d", i).isFinite();
            assertThat(actual[i]).as("entry %d", i).isCloseTo(expected[i], within(distance));
        }
    }

    /** Asserts that all entries are finite and within an absolute distance of the expected ones. */
    public static void assertClose(NDArray actual, double[] expected, double distance) {
        assertClose(doubles(actual), expected, distance);
    }

    /** Returns a float tensor's entries. */
    public static double[] doubles(NDArray array) {
        float[] values = array.toFloatArray();
        double[] wide = new double[values.length];
        Arrays.setAll(wide, i -> values[i]);
        return wide;
    }

    /** Returns the largest absolute value, NaN when there is one. */
    public static double largest(double[] values) {
        double largest = 0;
        for (double value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    /** Copies named tensors bit by bit, so that two copies are equal only when every bit is. */
    public static SortedMap<String, String> bits(SortedMap<String, NDArray> tensors) {
        SortedMap<String, String> copy = new TreeMap<>();
        tensors.forEach(
                (name, tensor) ->
                        copy.put(
                                name,
                                tensor.getDataType() == DataType.INT64
                                        ? Arrays.toString(tensor.toLongArray())
                                        : Arrays.toString(rawBits(tensor.toFloatArray()))));
        return copy;
    }

    private static int[] rawBits(float[] values) {
        int[] bits = new int[values.length];
        Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
        return bits;
    }
}
