package dev.rft.monitor;

import java.util.Map;
import java.util.Objects;

/**
 * What all detectors of a monitor have learned, to be kept with a snapshot of the loop and rewound
 * with it.
 *
 * @param detectors state per detector id; copied
 */
public record MonitorState(Map<String, DetectorState> detectors) {

    /** Copies the map. */
    public MonitorState {
        detectors = Map.copyOf(Objects.requireNonNull(detectors, "detectors"));
    }
}
