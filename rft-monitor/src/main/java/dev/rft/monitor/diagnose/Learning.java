package dev.rft.monitor.diagnose;

import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The weights that are added to known fingerprints so that they name known failures.
 *
 * <p>Implementation note. Scores are log-odds and linear in the weights, so that this is
 * multinomial logistic regression with the known fingerprints as offset. The added weights have a
 * normal prior around 0 with deviation {@value #PRIOR}: few failures change little, and what one
 * looks like is not taken for what all look like. The posterior's mode is found by gradient steps,
 * scaled per weight by a bound of the curvature. Causes without a failure get no weights: that they
 * were not seen does not speak against them.
 */
final class Learning {

    /** In the unit of the known weights, which are mostly between 0.5 and 4. */
    private static final double PRIOR = 0.7;

    private static final int STEPS = 300;
    private static final double STEP = 0.3;

    /** Smaller weights are not worth a line. */
    private static final double WORTH_WRITING = 0.05;

    private final List<Fingerprint> causes;
    private final List<Example.Feature> features;
    private final boolean[] learns;

    /** Weights by cause and feature, in the order of the fingerprints. */
    record Weights(List<Map<Example.Feature, Double>> byCause) {}

    Learning(Fingerprints base, List<Example> examples) {
        causes = base.causes();
        Set<Example.Feature> all = new TreeSet<>();
        examples.forEach(example -> all.addAll(example.values().keySet()));
        features = List.copyOf(all);
        Set<Cause> seen = examples.stream().map(Example::cause).collect(Collectors.toSet());
        learns = new boolean[causes.size()];
        for (int i = 0; i < learns.length; i++) {
            learns[i] = seen.contains(causes.get(i).cause());
        }
    }

    Weights none() {
        List<Map<Example.Feature, Double>> none = new ArrayList<>();
        causes.forEach(cause -> none.add(new TreeMap<>()));
        return new Weights(none);
    }

    /** Returns the scores of all causes and, last, of UNKNOWN. */
    double[] scores(Example example, Weights weights) {
        double[] scores = example.base();
        for (int i = 0; i < causes.size(); i++) {
            Map<Example.Feature, Double> own = weights.byCause().get(i);
            if (!own.isEmpty()) {
                for (Map.Entry<Example.Feature, Double> value : example.values().entrySet()) {
                    double fit = own.getOrDefault(value.getKey(), 0.0) * value.getValue();
                    scores[i] += fit * example.worth(causes.get(i), value.getKey(), fit);
                }
            }
        }
        return scores;
    }

    /** Returns the weights that the failures make most probable, searched from some weights on. */
    Weights fit(List<Example> examples, Weights from) {
        Map<Example.Feature, Double> curvature = new HashMap<>();
        for (Example.Feature feature : features) {
            double sum = 1 / (PRIOR * PRIOR);
            for (Example example : examples) {
                double value = example.values().getOrDefault(feature, 0.0);
                sum += value * value / 2;
            }
            curvature.put(feature, sum);
        }
        Weights weights = none();
        for (int i = 0; i < causes.size(); i++) {
            weights.byCause().get(i).putAll(from.byCause().get(i));
        }
        for (int step = 0; step < STEPS; step++) {
            Weights slope = slope(examples, weights);
            for (int i = 0; i < causes.size(); i++) {
                Map<Example.Feature, Double> own = weights.byCause().get(i);
                slope.byCause()
                        .get(i)
                        .forEach(
                                (feature, up) ->
                                        own.merge(
                                                feature,
                                                STEP * up / curvature.getOrDefault(feature, 1.0),
                                                Double::sum));
            }
        }
        return weights;
    }

    private Weights slope(List<Example> examples, Weights weights) {
        Weights slope = none();
        for (int i = 0; i < causes.size(); i++) {
            Map<Example.Feature, Double> own = slope.byCause().get(i);
            weights.byCause()
                    .get(i)
                    .forEach((feature, weight) -> own.put(feature, -weight / (PRIOR * PRIOR)));
        }
        for (Example example : examples) {
            double[] probabilities = Calibrating.softmax(scores(example, weights), 1);
            for (int i = 0; i < causes.size(); i++) {
                if (learns[i]) {
                    boolean is = causes.get(i).cause() == example.cause();
                    add(example, i, (is ? 1 : 0) - probabilities[i], weights, slope);
                }
            }
        }
        return slope;
    }

    private void add(Example example, int cause, double missing, Weights weights, Weights slope) {
        Map<Example.Feature, Double> own = weights.byCause().get(cause);
        for (Map.Entry<Example.Feature, Double> value : example.values().entrySet()) {
            double weight = own.getOrDefault(value.getKey(), 0.0);
            // Which way a weight of 0 will go says its slope.
            double fit = (weight == 0 ? Math.signum(missing * value.getValue()) : weight);
            double worth = example.worth(causes.get(cause), value.getKey(), fit * value.getValue());
            slope.byCause()
                    .get(cause)
                    .merge(value.getKey(), missing * value.getValue() * worth, Double::sum);
        }
    }

    /** Returns the weights as fingerprints to add. */
    List<Fingerprint> added(Weights weights) {
        List<Fingerprint> added = new ArrayList<>();
        for (int i = 0; i < causes.size(); i++) {
            Map<String, Double> alarms = new TreeMap<>();
            List<Fingerprint.Trait> traits = new ArrayList<>();
            weights.byCause()
                    .get(i)
                    .forEach(
                            (feature, exact) -> {
                                double weight = Math.rint(exact * 100) / 100;
                                if (Math.abs(weight) < WORTH_WRITING) {
                                    return;
                                }
                                if (feature.alarm()) {
                                    alarms.put(feature.name(), weight);
                                } else {
                                    // A positive weight counts against a move the other way too.
                                    traits.add(
                                            new Fingerprint.Trait(
                                                    Signals.named(feature.name()),
                                                    weight > 0
                                                            ? Signal.Direction.UP
                                                            : Signal.Direction.DOWN,
                                                    Math.abs(weight),
                                                    0));
                                }
                            });
            if (!alarms.isEmpty() || !traits.isEmpty()) {
                added.add(new Fingerprint(causes.get(i).cause(), Optional.empty(), alarms, traits));
            }
        }
        return List.copyOf(added);
    }
}
