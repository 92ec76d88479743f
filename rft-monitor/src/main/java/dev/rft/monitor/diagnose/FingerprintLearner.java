package dev.rft.monitor.diagnose;

import dev.rft.api.signal.Observation;
import dev.rft.monitor.Finding;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Learns fingerprints from failures whose cause is known, beside those that rft brings.
 *
 * <pre>{@code
 * FingerprintLearner learner = new FingerprintLearner();
 * learner.add(Cause.KL_EXPLOSION, findings, recent); // what a Diagnoser was shown, for each failure
 * Files.write(file, learner.learn().json());
 * }</pre>
 *
 * <p>Not thread-safe.
 */
public final class FingerprintLearner {

    /** With fewer failures nothing can be left out and learned from the rest. */
    private static final int FEWEST = 4;

    private final Fingerprints base;
    private final List<Example> examples = new ArrayList<>();

    /** Makes a learner that begins with rft's own fingerprints. */
    public FingerprintLearner() {
        this.base = FingerprintsJson.standard();
    }

    /**
     * Adds a failure.
     *
     * @param cause what it was, a cause that has a fingerprint
     * @param findings the verdicts as a {@link Diagnoser} gets them, with at least one alarm
     * @param recent the last observations, oldest first
     * @throws IllegalArgumentException when the cause has no fingerprint, or nothing alarmed
     */
    public void add(Cause cause, List<Finding> findings, List<Observation> recent) {
        Objects.requireNonNull(cause, "cause");
        if (base.causes().stream().noneMatch(known -> known.cause() == cause)) {
            throw new IllegalArgumentException(
                    "cause: must be one with a fingerprint, was " + cause);
        }
        if (recent.isEmpty() || findings.stream().noneMatch(Finding::alarm)) {
            throw new IllegalArgumentException(
                    "failure: must have an alarm and observations, had none");
        }
        examples.add(
                new Example(
                        base, cause, new Case(findings, recent, base.stages(), Optional.empty())));
    }

    /** Returns how many failures were added, by cause. */
    public Map<Cause, Integer> added() {
        Map<Cause, Integer> counts = new EnumMap<>(Cause.class);
        examples.forEach(example -> counts.merge(example.cause(), 1, Integer::sum));
        return counts;
    }

    /**
     * Learns. Each failure is also named by what was learned from the others alone; how probable
     * answers are is calibrated on that, and so is the judgement whether anything was learned.
     *
     * @return what was learned
     * @throws IllegalStateException when fewer than four failures were added
     */
    public LearnedFingerprints learn() {
        if (examples.size() < FEWEST) {
            throw new IllegalStateException(
                    "failures: must be at least " + FEWEST + ", were " + examples.size());
        }
        Learning learning = new Learning(base, examples);
        double[][] all = learning.fit(examples, learning.none());
        List<double[]> shipped = new ArrayList<>();
        List<double[]> learned = new ArrayList<>();
        for (Example left : examples) {
            List<Example> others = new ArrayList<>(examples);
            others.remove(left);
            shipped.add(left.base());
            learned.add(learning.scores(left, learning.fit(others, learning.none())));
        }
        Calibrating before = Calibrating.of(base, examples, shipped);
        Calibrating after = Calibrating.of(base, examples, learned);
        boolean better = after.logLikelihood() > before.logLikelihood();
        return new LearnedFingerprints(
                better ? learning.added(all) : List.of(),
                examples.size(),
                better ? after : before,
                before,
                after);
    }
}
