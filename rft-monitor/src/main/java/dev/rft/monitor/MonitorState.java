package dev.rft.monitor;

import java.util.Map;

/**
 * What a monitor has learned.
 *
 * @param detectors state per detector id; copied
 */
public record MonitorState(Map<String, DetectorState> detectors) {

    /** Copies the map. */
    public MonitorState {
        detectors = Map.copyOf(detectors);
    }
}
