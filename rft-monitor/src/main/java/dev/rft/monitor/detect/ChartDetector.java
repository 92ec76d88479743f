package dev.rft.monitor.detect;

import dev.rft.api.signal.Observation;
import dev.rft.monitor.Detector;
import dev.rft.monitor.DetectorState;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.Verdict;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A detector made of channels and, perhaps, a rule. Its verdict is the most serious of theirs: a
 * broken rule, an alarm (of several the largest shift), a suspicion, a healthy channel; nothing
 * evaluated only when no channel could look.
 */
final class ChartDetector implements Detector {

    private static final String RULE = "rule";

    private final List<Watch> channels;
    private final Optional<Rule> rule;

    ChartDetector(List<? extends Watch> channels, Optional<Rule> rule) {
        this.channels = List.copyOf(channels);
        this.rule = rule;
    }

    @Override
    public Verdict inspect(Observation observation) {
        Verdict worst = channels.get(0).inspect(observation);
        for (int i = 1; i < channels.size(); i++) {
            worst = worse(worst, channels.get(i).inspect(observation));
        }
        if (rule.isPresent()) {
            Optional<Evidence> broken = rule.get().broken(observation, channels.get(0)::extreme);
            if (broken.isPresent()) {
                worst = worse(worst, Verdict.violated(broken.get().asInvariant()));
            }
        }
        return worst;
    }

    /** Of equally serious ones the first. */
    private static Verdict worse(Verdict first, Verdict second) {
        return severity(second) > severity(first) ? second : first;
    }

    /** Orders verdicts; within alarms and suspicions a squashed shift in [0, 1) decides. */
    private static double severity(Verdict verdict) {
        return verdict.match(
                healthy -> 1.0,
                suspect -> 2 + size(suspect.evidence()),
                violated -> violated.evidence().invariant() ? 4.0 : 3 + size(violated.evidence()),
                notEvaluated -> 0.0);
    }

    private static double size(Evidence evidence) {
        double shift = Math.abs(evidence.shift());
        return Double.isNaN(shift) ? 0 : 1 - 1 / (1 + shift);
    }

    @Override
    public DetectorState save() {
        Map<String, double[]> values = new TreeMap<>();
        for (Watch channel : channels) {
            channel.save()
                    .forEach((name, numbers) -> values.put(channel.name() + "/" + name, numbers));
        }
        rule.ifPresent(invariant -> values.put(RULE, invariant.memory.clone()));
        return new DetectorState(values);
    }

    @Override
    public void restore(DetectorState state) {
        Map<String, double[]> before = save().values();
        try {
            restoreAll(state.values());
        } catch (IllegalArgumentException wrong) {
            restoreAll(before);
            throw wrong;
        }
    }

    private void restoreAll(Map<String, double[]> values) {
        for (Watch channel : channels) {
            String prefix = channel.name() + "/";
            Map<String, double[]> part = new TreeMap<>();
            values.forEach(
                    (name, numbers) -> {
                        if (name.startsWith(prefix)) {
                            part.put(name.substring(prefix.length()), numbers);
                        }
                    });
            if (part.isEmpty() && !values.isEmpty()) {
                throw new IllegalArgumentException(
                        "state: must be of this detector, with '"
                                + prefix
                                + "...', had "
                                + values.keySet());
            }
            channel.restore(part);
        }
        rule.ifPresent(
                invariant -> {
                    int size = invariant.memory.length;
                    double[] saved = values.getOrDefault(RULE, new double[size]);
                    if (saved.length != size) {
                        throw new IllegalArgumentException(
                                "state: '"
                                        + RULE
                                        + "' must have "
                                        + size
                                        + " numbers, had "
                                        + saved.length);
                    }
                    System.arraycopy(saved, 0, invariant.memory, 0, size);
                });
    }
}
