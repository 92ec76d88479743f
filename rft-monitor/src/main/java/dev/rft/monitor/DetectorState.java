package dev.rft.monitor;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What a detector has learned, as named numbers, so that it can be rewound with a rollback and
 * written to a file without the detector's help.
 *
 * @param values numbers per name; copied deeply, in and out
 */
public record DetectorState(Map<String, double[]> values) {

    /** The state of a detector that learns nothing. */
    public static final DetectorState EMPTY = new DetectorState(Map.of());

    /** Copies the numbers. */
    public DetectorState {
        values = copy(Objects.requireNonNull(values, "values"));
    }

    /** Returns a copy of the numbers. */
    @Override
    public Map<String, double[]> values() {
        return copy(values);
    }

    private static Map<String, double[]> copy(Map<String, double[]> values) {
        Map<String, double[]> copy = new TreeMap<>(values);
        copy.replaceAll((name, numbers) -> numbers.clone());
        return copy;
    }
}
