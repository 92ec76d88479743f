package dev.rft.benchmarks;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.api.signal.StepRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * A healthy run that reports every signal, each a stream of its own of one family, brought to the
 * signal's scale. Shares are of {@value #COUNT} responses, whose probability follows the stream.
 */
final class HealthyRun {

    private static final int COUNT = 64;
    private static final double USUAL_SHARE = 0.06;
    private static final double LOG_SPREAD = 0.3;
    private static final double LEVEL = 0.5;
    private static final double LINEAR_SPREAD = 0.05;
    private static final double LEARNING_RATE = 1e-5;

    private record Line(Signal signal, StreamFamily.Stream stream) {}

    private final StreamFamily family;
    private final SplittableRandom random;
    private final List<Line> lines = new ArrayList<>();
    private long step;

    HealthyRun(StreamFamily family, SplittableRandom random) {
        this.family = family;
        this.random = random;
        for (Signal signal : Signals.all()) {
            lines.add(new Line(signal, streamOf(signal, random.split())));
        }
    }

    /**
     * The logarithm of log-normal noise is normal noise. The probability behind a share is as
     * steady as the family, but has no wild values: no healthy run has nine empty responses in ten.
     */
    private StreamFamily.Stream streamOf(Signal signal, SplittableRandom own) {
        boolean share = signal.scale() == Signal.Scale.FRACTION;
        StreamFamily used =
                switch (family) {
                    case LOG_NORMAL, BINOMIAL, BINOMIAL_RARE ->
                            isLinear(signal) ? family : StreamFamily.IID;
                    case STUDENT -> share ? StreamFamily.IID : family;
                    case STUDENT_AR_50 -> share ? StreamFamily.AR_50 : family;
                    default -> family;
                };
        return used.open(own, direction(signal));
    }

    /** Entropies and lengths are positive whatever scale they declare. */
    private static boolean isLinear(Signal signal) {
        return signal.scale() == Signal.Scale.LINEAR && !signal.equals(Signals.ENTROPY);
    }

    /** Shares of what is bad fall, rewards rise; the rest moves as it does in a run that learns. */
    private static int direction(Signal signal) {
        if (signal.scale() == Signal.Scale.FRACTION) {
            return -1;
        }
        boolean rises =
                signal.name().startsWith("reward.") || signal.adverse() != Signal.Direction.DOWN;
        return rises ? 1 : -1;
    }

    Observation next() {
        Map<Signal, Double> values = new TreeMap<>();
        Map<Signal, Integer> counts = new TreeMap<>();
        for (Line line : lines) {
            Signal signal = line.signal();
            double x = line.stream().next();
            if (signal.equals(Signals.LEARNING_RATE)) {
                values.put(signal, LEARNING_RATE);
            } else if (signal.equals(Signals.ROLLOUT_MISMATCH)) {
                // Above .1 nats sampler and trainer do not agree, which no healthy run shows.
                values.put(signal, 1e-3 * Math.exp(LINEAR_SPREAD * x));
            } else if (signal.equals(Signals.KL_UPDATE)) {
                // Nor does any move the policy by a nat per token in one step.
                values.put(signal, 1e-2 * Math.exp(LOG_SPREAD * x));
            } else if (signal.scale() == Signal.Scale.FRACTION) {
                values.put(signal, share(x));
                counts.put(signal, COUNT);
            } else if (!isLinear(signal)) {
                values.put(signal, Math.exp(LOG_SPREAD * x));
            } else if (family.samples() > 0 && signal.equals(Signals.REWARD_MEAN)) {
                values.put(signal, family.share(x));
                counts.put(signal, family.samples());
            } else {
                values.put(signal, LEVEL + LINEAR_SPREAD * x);
            }
        }
        StepRecord record = new StepRecord("run", new StepKey(0, ++step, 0), values, counts);
        return new Observation(record, Optional.empty());
    }

    private double share(double x) {
        double odds = USUAL_SHARE / (1 - USUAL_SHARE) * Math.exp(LOG_SPREAD * x);
        double p = 1 - 1 / (1 + odds);
        int hits = 0;
        for (int i = 0; i < COUNT; i++) {
            hits += random.nextDouble() < p ? 1 : 0;
        }
        return (double) hits / COUNT;
    }
}
