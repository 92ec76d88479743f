package dev.rft.monitor.stats;

import java.util.Arrays;

/** The last numbers of a stream, oldest first, at most as many as its capacity. */
final class Window {

    private final double[] ring;
    private int start;
    private int size;

    /**
     * Makes an empty window.
     *
     * @param capacity how many numbers it holds at most, at least 1
     */
    Window(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity: must be >= 1, was " + capacity);
        }
        ring = new double[capacity];
    }

    /** Appends a number and drops the oldest one when the window is full. */
    void add(double value) {
        ring[(start + size) % ring.length] = value;
        if (size < ring.length) {
            size++;
        } else {
            start = (start + 1) % ring.length;
        }
    }

    int size() {
        return size;
    }

    boolean isFull() {
        return size == ring.length;
    }

    /** Returns the oldest number; only asked of a window that is not empty. */
    double oldest() {
        return ring[start];
    }

    /** Returns the sum of the numbers. */
    double sum() {
        double sum = 0;
        int first = Math.min(size, ring.length - start);
        for (int i = start; i < start + first; i++) {
            sum += ring[i];
        }
        for (int i = 0; i < size - first; i++) {
            sum += ring[i];
        }
        return sum;
    }

    void clear() {
        start = 0;
        size = 0;
    }

    /** Returns the numbers, oldest first, as a new array. */
    double[] toArray() {
        return latest(size);
    }

    /** Returns the latest numbers, oldest first; there are as many. */
    double[] latest(int count) {
        double[] values = new double[count];
        int from = (start + size - count) % ring.length;
        int first = Math.min(count, ring.length - from);
        System.arraycopy(ring, from, values, 0, first);
        System.arraycopy(ring, 0, values, first, count - first);
        return values;
    }

    /** Replaces the numbers by the given ones, oldest first, finite, not more than the capacity. */
    void set(double[] values) {
        if (values.length > ring.length || !Arrays.stream(values).allMatch(Double::isFinite)) {
            throw new IllegalArgumentException(
                    "window: must hold at most "
                            + ring.length
                            + " finite numbers, was "
                            + Arrays.toString(values));
        }
        clear();
        for (double value : values) {
            add(value);
        }
    }
}
