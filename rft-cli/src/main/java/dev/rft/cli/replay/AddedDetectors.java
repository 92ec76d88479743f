package dev.rft.cli.replay;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.cli.Nearest;
import dev.rft.monitor.Finding;
import dev.rft.monitor.Monitor;
import dev.rft.monitor.MonitorConfig;
import dev.rft.monitor.Verdict;
import dev.rft.monitor.trajectory.TrajectorySignals;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Watches whether the detectors that a configuration adds can judge anything in a log. One whose
 * signal is not there says nothing, which looks like a run without a failure.
 */
final class AddedDetectors {

    /** No run has so many; a log that makes up names would fill the memory with them. */
    private static final int MOST_NAMES = 10_000;

    private static final int SHOWN = 8;

    private final Map<String, List<Signal>> watched;
    private final Monitor monitor;
    private final Set<String> names = new TreeSet<>();
    private final Set<String> judging = new HashSet<>();
    private final Map<String, String> reasons = new HashMap<>();
    private long steps;

    /**
     * Begins.
     *
     * @param config what was configured
     * @param monitor what was made of it
     */
    AddedDetectors(MonitorConfig config, Monitor monitor) {
        this.watched = config.watched();
        this.monitor = monitor;
    }

    /** Takes in a step and what was said of it. */
    void observe(Observation observation, List<Finding> findings) {
        if (watched.isEmpty()) {
            return;
        }
        steps++;
        for (Signal signal : TrajectorySignals.addTo(observation).step().values().keySet()) {
            if (names.size() < MOST_NAMES) {
                names.add(signal.name());
            }
        }
        for (Finding finding : findings) {
            if (finding.verdict() instanceof Verdict.NotEvaluated not) {
                reasons.put(finding.detector(), not.reason());
            } else {
                judging.add(finding.detector());
            }
        }
    }

    /** Returns what is to be known of them, a line each; nothing when all could judge. */
    List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        monitor.quarantined()
                .forEach(
                        (id, reason) ->
                                warnings.add(
                                        "detector '"
                                                + id
                                                + "' failed, and was not asked any more: "
                                                + reason));
        watched.forEach(
                (id, signals) -> {
                    boolean silent = steps > 0 && !judging.contains(id);
                    if (silent && !monitor.quarantined().containsKey(id)) {
                        warnings.add(silent(id, signals));
                    }
                });
        return warnings;
    }

    private String silent(String id, List<Signal> signals) {
        for (Signal signal : signals) {
            if (!names.contains(signal.name())) {
                return String.format(
                        "detector '%s' saw no value of signal '%s' in %d steps; %s",
                        id, signal.name(), steps, there(signal.name()));
            }
        }
        return String.format(
                "detector '%s' could judge none of %d steps, at last: %s",
                id, steps, reasons.getOrDefault(id, "it was not asked"));
    }

    private String there(String wanted) {
        List<String> nearest = Nearest.of(wanted, names);
        if (!nearest.isEmpty()) {
            return "the nearest names in the log: " + String.join(", ", nearest);
        }
        String first = String.join(", ", names.stream().limit(SHOWN).toList());
        return "the log has "
                + (names.size() > SHOWN
                        ? first + " and " + (names.size() - SHOWN) + " more"
                        : first);
    }
}
