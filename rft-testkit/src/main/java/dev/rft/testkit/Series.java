package dev.rft.testkit;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.StepKey;
import dev.rft.api.signal.StepRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A recipe for a stream of observations: one or more signals, each a base with changes on top.
 * Immutable; every method gives a new recipe. The same recipe gives the same stream.
 *
 * <pre>{@code
 * Series.constant(RESPONSE_LENGTH, 600).stepTo(1_000, at(80)).steps(200)
 * Series.ar1(ENTROPY, 1.2, 0.8, 0.05, seed).and(Series.binomial(REWARD_MEAN, 0.4, 64, seed)).steps(500)
 * }</pre>
 */
public final class Series {

    /** Makes the values of one signal: value i belongs to step i + 1, NaN stays NaN. */
    @FunctionalInterface
    private interface Values {
        double[] first(int count);
    }

    private record Line(Signal signal, Values values, OptionalInt count, int every) {}

    /**
     * The step at which something happens.
     *
     * @param step the first step affected, from 1
     */
    public record At(int step) {
        /** Checks the range. */
        public At {
            if (step < 1) {
                throw new IllegalArgumentException("step: must be >= 1, was " + step);
            }
        }
    }

    private final List<Line> lines;

    private Series(List<Line> lines) {
        this.lines = List.copyOf(lines);
    }

    /**
     * Names a step.
     *
     * @param step the step, from 1
     * @return the step
     */
    public static At at(int step) {
        return new At(step);
    }

    /**
     * Makes a signal that does not move.
     *
     * @param signal the signal
     * @param value its value
     * @return the series
     */
    public static Series constant(Signal signal, double value) {
        return trend(signal, value, 0);
    }

    /**
     * Makes a signal that moves evenly.
     *
     * @param signal the signal
     * @param start its value at step 1
     * @param slope its change per step
     * @return the series
     */
    public static Series trend(Signal signal, double start, double slope) {
        return of(
                signal,
                count -> {
                    double[] values = new double[count];
                    for (int i = 0; i < count; i++) {
                        values[i] = start + slope * i;
                    }
                    return values;
                });
    }

    /**
     * Makes stationary noise with memory, x[t] = mean + rho (x[t-1] - mean) + e[t], e normal.
     *
     * @param signal the signal
     * @param mean the mean
     * @param rho autocorrelation of neighbouring steps, in (-1, 1)
     * @param sigma standard deviation of the values, at least 0
     * @param seed the seed
     * @return the series
     */
    public static Series ar1(Signal signal, double mean, double rho, double sigma, long seed) {
        if (!(Math.abs(rho) < 1) || !(sigma >= 0)) {
            throw new IllegalArgumentException(
                    "ar1: |rho| must be < 1 and sigma >= 0, were " + rho + ", " + sigma);
        }
        return of(
                signal,
                count -> {
                    Random random = new Random(seed);
                    double innovation = sigma * Math.sqrt(1 - rho * rho);
                    double deviation = sigma * random.nextGaussian();
                    double[] values = new double[count];
                    for (int i = 0; i < count; i++) {
                        values[i] = mean + deviation;
                        deviation = rho * deviation + innovation * random.nextGaussian();
                    }
                    return values;
                });
    }

    /**
     * Makes a mean of n outcomes of 0 or 1, and reports n as its sample count.
     *
     * @param signal the signal
     * @param p probability of a 1, in [0, 1]
     * @param n outcomes per step, at least 1
     * @param seed the seed
     * @return the series
     */
    public static Series binomial(Signal signal, double p, int n, long seed) {
        if (!(p >= 0 && p <= 1) || n < 1) {
            throw new IllegalArgumentException(
                    "binomial: p must be in [0, 1] and n >= 1, were " + p + ", " + n);
        }
        Values values =
                count -> {
                    Random random = new Random(seed);
                    double[] means = new double[count];
                    for (int i = 0; i < count; i++) {
                        int ones = 0;
                        for (int j = 0; j < n; j++) {
                            ones += random.nextDouble() < p ? 1 : 0;
                        }
                        means[i] = (double) ones / n;
                    }
                    return means;
                };
        return new Series(List.of(new Line(signal, values, OptionalInt.of(n), 1)));
    }

    private static Series of(Signal signal, Values values) {
        return new Series(
                List.of(
                        new Line(
                                Objects.requireNonNull(signal, "signal"),
                                values,
                                OptionalInt.empty(),
                                1)));
    }

    /**
     * Puts this series' signals and another's side by side.
     *
     * @param other a series of other signals
     * @return the series of all
     * @throws IllegalArgumentException when a signal is in both
     */
    public Series and(Series other) {
        for (Line line : other.lines) {
            if (lines.stream().anyMatch(own -> own.signal().equals(line.signal()))) {
                throw new IllegalArgumentException(
                        "series: signals must differ, both had " + line.signal());
            }
        }
        List<Line> all = new ArrayList<>(lines);
        all.addAll(other.lines);
        return new Series(all);
    }

    /**
     * Sets all signals to a value from a step on.
     *
     * @param value the value
     * @param from the first step that has it
     * @return the series
     */
    public Series stepTo(double value, At from) {
        return change((i, old) -> i + 1 >= from.step() ? value : old);
    }

    /**
     * Adds an offset to all signals from a step on, their noise kept.
     *
     * @param offset what is added
     * @param from the first step that has it
     * @return the series
     */
    public Series shiftBy(double offset, At from) {
        return change((i, old) -> i + 1 >= from.step() ? old + offset : old);
    }

    /**
     * Multiplies all signals from a step on.
     *
     * @param factor the factor
     * @param from the first step that has it
     * @return the series
     */
    public Series scaleBy(double factor, At from) {
        return change((i, old) -> i + 1 >= from.step() ? old * factor : old);
    }

    /**
     * Adds a slope to all signals from a step on.
     *
     * @param slope change per step
     * @param from the last step without it
     * @return the series
     */
    public Series driftBy(double slope, At from) {
        return change((i, old) -> old + slope * Math.max(0, i + 1 - from.step()));
    }

    /**
     * Sets all signals to a value in one step.
     *
     * @param value the value; may be NaN or infinite
     * @param step the step
     * @return the series
     */
    public Series spike(double value, At step) {
        return change((i, old) -> i + 1 == step.step() ? value : old);
    }

    /** Takes the exponential of all signals, which makes log-normal noise of normal noise. */
    public Series exp() {
        return change((i, old) -> Math.exp(old));
    }

    /**
     * Leaves the signals out of all but every k-th step.
     *
     * @param k at least 1
     * @return the series
     */
    public Series every(int k) {
        if (k < 1) {
            throw new IllegalArgumentException("k: must be >= 1, was " + k);
        }
        return new Series(
                lines.stream()
                        .map(line -> new Line(line.signal(), line.values(), line.count(), k))
                        .toList());
    }

    @FunctionalInterface
    private interface Change {
        double apply(int index, double old);
    }

    private Series change(Change change) {
        return new Series(
                lines.stream()
                        .map(
                                line ->
                                        new Line(
                                                line.signal(),
                                                changed(line.values(), change),
                                                line.count(),
                                                line.every()))
                        .toList());
    }

    private static Values changed(Values values, Change change) {
        return count -> {
            double[] result = values.first(count).clone();
            for (int i = 0; i < count; i++) {
                result[i] = change.apply(i, result[i]);
            }
            return result;
        };
    }

    /**
     * Makes the observations.
     *
     * @param count how many steps, at least 1
     * @return steps 1 to count
     */
    public List<Observation> steps(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("count: must be >= 1, was " + count);
        }
        List<Map<Signal, Double>> values = new ArrayList<>();
        List<Map<Signal, Integer>> counts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            values.add(new TreeMap<>());
            counts.add(new TreeMap<>());
        }
        for (Line line : lines) {
            double[] numbers = line.values().first(count);
            for (int i = line.every() - 1; i < count; i += line.every()) {
                values.get(i).put(line.signal(), numbers[i]);
                if (line.count().isPresent()) {
                    counts.get(i).put(line.signal(), line.count().getAsInt());
                }
            }
        }
        List<Observation> observations = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            StepRecord step =
                    new StepRecord("run", new StepKey(0, i + 1L, 0), values.get(i), counts.get(i));
            observations.add(new Observation(step, Optional.empty()));
        }
        return List.copyOf(observations);
    }

    /** Returns the signals, in the order of their names. */
    public List<Signal> signals() {
        return List.copyOf(new TreeSet<>(lines.stream().map(Line::signal).toList()));
    }
}
