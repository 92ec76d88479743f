package dev.rft.api.signal;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Values by signal in the order of the signals' names; cannot be changed. A monitor asks for dozens
 * of signals at each step, so that they are found by a hash.
 */
final class SignalMap<V> extends AbstractMap<Signal, V> {

    private final Signal[] signals;
    private final Object[] values;

    /** Where a signal stands, plus 1, from its hash on; at most half full. */
    private final int[] places;

    private SignalMap(Map<Signal, V> sorted, String name) {
        int count = sorted.size();
        signals = new Signal[count];
        values = new Object[count];
        places = new int[Math.max(2, 4 * Integer.highestOneBit(count))];
        int at = 0;
        for (Entry<Signal, V> entry : sorted.entrySet()) {
            Signal signal = entry.getKey();
            values[at] = Objects.requireNonNull(entry.getValue(), () -> name + " of " + signal);
            signals[at] = signal;
            at++;
            places[place(signal)] = at;
        }
    }

    /**
     * Copies a map.
     *
     * @param map the map
     * @param name what it is, for a message that a value of it is missing
     */
    static <V> Map<Signal, V> copy(Map<Signal, V> map, String name) {
        if (map instanceof SignalMap) {
            return map;
        }
        return new SignalMap<>(isSorted(map) ? map : new TreeMap<>(map), name);
    }

    private static boolean isSorted(Map<Signal, ?> map) {
        Signal before = null;
        for (Signal signal : map.keySet()) {
            if (before != null && before.compareTo(signal) >= 0) {
                return false;
            }
            before = signal;
        }
        return true;
    }

    /** Returns the place of a signal, or the free one where it would be. */
    private int place(Object signal) {
        int hash = signal.hashCode();
        int mask = places.length - 1;
        int place = (hash ^ hash >>> 16) & mask;
        while (places[place] > 0 && !signals[places[place] - 1].equals(signal)) {
            place = (place + 1) & mask;
        }
        return place;
    }

    @Override
    @SuppressWarnings("unchecked") // only values of that type were put in
    public @Nullable V get(@Nullable Object signal) {
        int at = signal == null ? 0 : places[place(signal)];
        return at == 0 ? null : (V) values[at - 1];
    }

    @Override
    public boolean containsKey(@Nullable Object signal) {
        return get(signal) != null;
    }

    @Override
    public int size() {
        return signals.length;
    }

    @Override
    public Set<Entry<Signal, V>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public Iterator<Entry<Signal, V>> iterator() {
                return entries();
            }

            @Override
            public int size() {
                return signals.length;
            }
        };
    }

    private Iterator<Entry<Signal, V>> entries() {
        return new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < signals.length;
            }

            @Override
            @SuppressWarnings("unchecked") // only values of that type were put in
            public Entry<Signal, V> next() {
                if (next == signals.length) {
                    throw new NoSuchElementException();
                }
                int at = next++;
                return Map.entry(signals[at], (V) values[at]);
            }
        };
    }
}
