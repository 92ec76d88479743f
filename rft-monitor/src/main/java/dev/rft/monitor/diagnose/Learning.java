package dev.rft.monitor.diagnose;

import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
    private final Map<Example, Known> known = new HashMap<>();

    /** A failure as arrays, for speed. */
    private static final class Known {
        /** Indices of its features. */
        final int[] feature;

        final double[] value;

        /** What a weight that speaks for a cause counts there, by cause and feature. */
        final double[][] whenFor;

        final double[][] whenAgainst;

        Known(Example example, List<Fingerprint> causes, List<Example.Feature> features) {
            List<Example.Feature> own = List.copyOf(example.values().keySet());
            feature = own.stream().mapToInt(features::indexOf).toArray();
            value = example.values().values().stream().mapToDouble(v -> v).toArray();
            whenFor = new double[causes.size()][own.size()];
            whenAgainst = new double[causes.size()][own.size()];
            for (int i = 0; i < causes.size(); i++) {
                for (int k = 0; k < own.size(); k++) {
                    whenFor[i][k] = example.worth(causes.get(i), own.get(k), 1);
                    whenAgainst[i][k] = example.worth(causes.get(i), own.get(k), -1);
                }
            }
        }
    }

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
        examples.forEach(example -> known.put(example, new Known(example, causes, features)));
    }

    private Known of(Example example) {
        return Objects.requireNonNull(known.get(example), "example");
    }

    /** Returns no weights: by cause and feature. */
    double[][] none() {
        return new double[causes.size()][features.size()];
    }

    /** Returns the scores of all causes and, last, of UNKNOWN. */
    double[] scores(Example example, double[][] weights) {
        Known of = of(example);
        double[] scores = example.base();
        for (int i = 0; i < causes.size(); i++) {
            for (int k = 0; k < of.feature.length; k++) {
                double fit = weights[i][of.feature[k]] * of.value[k];
                scores[i] += fit * (fit > 0 ? of.whenFor[i][k] : of.whenAgainst[i][k]);
            }
        }
        return scores;
    }

    /** Returns the weights that the failures make most probable, searched from some weights on. */
    double[][] fit(List<Example> examples, double[][] from) {
        double[] curvature = new double[features.size()];
        Arrays.fill(curvature, 1 / (PRIOR * PRIOR));
        for (Example example : examples) {
            Known of = of(example);
            for (int k = 0; k < of.feature.length; k++) {
                curvature[of.feature[k]] += of.value[k] * of.value[k] / 2;
            }
        }
        double[][] weights = none();
        for (int i = 0; i < weights.length; i++) {
            weights[i] = from[i].clone();
        }
        for (int step = 0; step < STEPS; step++) {
            double[][] slope = slope(examples, weights);
            for (int i = 0; i < weights.length; i++) {
                for (int f = 0; f < curvature.length; f++) {
                    weights[i][f] += STEP * slope[i][f] / curvature[f];
                }
            }
        }
        return weights;
    }

    private double[][] slope(List<Example> examples, double[][] weights) {
        double[][] slope = none();
        for (int i = 0; i < slope.length; i++) {
            for (int f = 0; f < features.size(); f++) {
                slope[i][f] = -weights[i][f] / (PRIOR * PRIOR);
            }
        }
        for (Example example : examples) {
            Known of = of(example);
            double[] probabilities = Calibrating.softmax(scores(example, weights), 1);
            for (int i = 0; i < slope.length; i++) {
                if (learns[i]) {
                    boolean is = causes.get(i).cause() == example.cause();
                    add(of, i, (is ? 1 : 0) - probabilities[i], weights[i], slope[i]);
                }
            }
        }
        return slope;
    }

    private static void add(Known of, int cause, double missing, double[] weights, double[] slope) {
        for (int k = 0; k < of.feature.length; k++) {
            double weight = weights[of.feature[k]];
            double up = missing * of.value[k];
            // Which way a weight of 0 will go says its slope.
            double fit = (weight == 0 ? up : weight) * of.value[k];
            slope[of.feature[k]] +=
                    up * (fit > 0 ? of.whenFor[cause][k] : of.whenAgainst[cause][k]);
        }
    }

    /** Returns the weights as fingerprints to add. */
    List<Fingerprint> added(double[][] weights) {
        List<Fingerprint> added = new ArrayList<>();
        for (int i = 0; i < causes.size(); i++) {
            Map<String, Double> alarms = new TreeMap<>();
            List<Fingerprint.Trait> traits = new ArrayList<>();
            for (int f = 0; f < features.size(); f++) {
                double weight = Math.rint(weights[i][f] * 100) / 100;
                Example.Feature feature = features.get(f);
                if (Math.abs(weight) < WORTH_WRITING) {
                    continue;
                }
                if (feature.alarm()) {
                    alarms.put(feature.name(), weight);
                } else {
                    traits.add(trait(feature.name(), weight));
                }
            }
            if (!alarms.isEmpty() || !traits.isEmpty()) {
                added.add(
                        new Fingerprint(
                                causes.get(i).cause(), Optional.empty(), alarms, traits, Set.of()));
            }
        }
        return List.copyOf(added);
    }

    /** A positive weight of a trait counts against a move the other way too. */
    private static Fingerprint.Trait trait(String signal, double weight) {
        return new Fingerprint.Trait(
                Signals.named(signal),
                weight > 0 ? Signal.Direction.UP : Signal.Direction.DOWN,
                Math.abs(weight),
                0,
                0);
    }
}
