package dev.rft.monitor.profile;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.api.signal.StepRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** Runs of one set-up: they learn, differ a little, and are noisy. */
final class HealthyRun {

    private static final int SAMPLES = 128;

    private HealthyRun() {}

    static List<Observation> of(long seed, int steps) {
        Random random = new Random(seed);
        double skill = 0.03 * random.nextGaussian();
        double temper = 0.1 * random.nextGaussian();
        List<Observation> run = new ArrayList<>();
        for (int step = 1; step <= steps; step++) {
            double learned = 0.3 * step / (step + 30.0);
            Map<Signal, Double> values = new HashMap<>();
            values.put(Signals.REWARD_MEAN, 0.3 + skill + learned + 0.04 * random.nextGaussian());
            values.put(Signals.REWARD_MAX, 1.0);
            values.put(Signals.ENTROPY, 1.2 - 0.3 * learned + 0.05 * random.nextGaussian());
            values.put(
                    Signals.KL_REFERENCE,
                    step == 1
                            ? 0
                            : 0.02 * learned * Math.exp(temper + 0.3 * random.nextGaussian()));
            values.put(Signals.GRAD_NORM, Math.exp(temper + 0.25 * random.nextGaussian()));
            values.put(Signals.UPDATE_NORM, 0.1 * Math.exp(0.1 * random.nextGaussian()));
            values.put(
                    Signals.RESPONSE_LENGTH, 120 * Math.exp(temper + 0.05 * random.nextGaussian()));
            values.put(Signals.UNIQUE_TOKENS, 0.7 + 0.02 * random.nextGaussian());
            values.put(Signals.RESPONSE_EMPTY, 0.0);
            values.put(
                    Signals.RESPONSE_TRUNCATED,
                    Math.round(SAMPLES * Math.max(0, 0.05 + 0.02 * random.nextGaussian()))
                            / (double) SAMPLES);
            run.add(observation(step, values));
        }
        return run;
    }

    /** Multiplies a signal from a step on. */
    static List<Observation> times(
            List<Observation> run, Signal signal, double factor, long fromStep) {
        return run.stream()
                .map(
                        observation -> {
                            Map<Signal, Double> values = new HashMap<>(observation.step().values());
                            if (observation.key().step() >= fromStep) {
                                values.computeIfPresent(signal, (any, value) -> value * factor);
                            }
                            return observation(observation.key().step(), values);
                        })
                .toList();
    }

    static Profile profile(int runs) {
        ProfileLearner learner = new ProfileLearner();
        for (int run = 1; run <= runs; run++) {
            learner.begin("seed-" + run);
            of(run, 140).forEach(learner::observe);
        }
        return learner.profile();
    }

    private static Observation observation(long step, Map<Signal, Double> values) {
        Map<Signal, Integer> counts =
                Map.of(Signals.RESPONSE_EMPTY, SAMPLES, Signals.RESPONSE_TRUNCATED, SAMPLES);
        return new Observation(
                new StepRecord("run", new StepKey(0, step, 0), values, counts), Optional.empty());
    }
}
