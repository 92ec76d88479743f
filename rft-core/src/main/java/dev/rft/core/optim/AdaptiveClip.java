package dev.rft.core.optim;

import java.util.Objects;

/**
 * A bound on the global gradient norm that follows the norms seen so far (ZClip, arXiv 2504.02507):
 * a norm far above its running mean is cut back, whatever the scale at which this run's gradients
 * live.
 *
 * <p>With mean {@code mu} and deviation {@code s} of the norms, {@code z = (g - mu) / (s + 1e-6)}.
 * Up to {@code z <= z0} a norm passes; above, the bound is {@code mu + s z0^2 / z}, the nearer to
 * the mean the further out the norm was. Then {@code mu <- a mu + (1 - a) g} and {@code s^2 <- a
 * s^2 + (1 - a) (g - mu)^2}, with the bounded norm as {@code g} and the new mean, as the authors'
 * code does. The first norms only set the mean and the variance (population form). The fixed bound
 * holds throughout and, also as there, does not change what is learned.
 *
 * <p>Implementation note. The warm-up is summed up by Welford's recurrence: three numbers are the
 * whole state. A norm of exactly 0 does not enter: it comes from a batch without a signal (all
 * rewards equal), and a few of those would make the next ordinary gradient a spike.
 */
public final class AdaptiveClip {

    private static final double EPSILON = 1e-6;

    /**
     * What does not change from step to step.
     *
     * @param maxNorm no bound is above it; infinite for none
     * @param decay share of mean and variance that a step keeps, in [0, 1)
     * @param threshold the z above which a norm is a spike, above 0
     * @param warmUp norms that only set mean and variance, at least 2
     */
    public record Config(double maxNorm, double decay, double threshold, int warmUp) {

        /** Checks the ranges. */
        public Config {
            if (!(maxNorm > 0)) {
                throw new IllegalArgumentException("maxNorm: must be > 0, was " + maxNorm);
            }
            if (!(decay >= 0 && decay < 1)) {
                throw new IllegalArgumentException("decay: must be in [0, 1), was " + decay);
            }
            if (!(threshold > 0 && Double.isFinite(threshold))) {
                throw new IllegalArgumentException(
                        "threshold: must be > 0 and finite, was " + threshold);
            }
            if (warmUp < 2) {
                throw new IllegalArgumentException("warmUp: must be >= 2, was " + warmUp);
            }
        }

        /** Returns the paper's settings: 0.97, 2.5, 25 norms of warm-up; at most norm 1. */
        public static Config defaults() {
            return new Config(1, 0.97, 2.5, 25);
        }
    }

    /**
     * What it has learned.
     *
     * @param norms norms that entered
     * @param mean their running mean
     * @param variance their running variance
     */
    public record State(long norms, double mean, double variance) {

        /** Before the first norm. */
        public static final State EMPTY = new State(0, 0, 0);

        /** Checks that the numbers can be those of norms. */
        public State {
            if (norms < 0 || !finite(mean) || !finite(variance)) {
                throw new IllegalArgumentException(
                        "norms, mean and variance: must be >= 0 and finite, were "
                                + norms
                                + ", "
                                + mean
                                + ", "
                                + variance);
            }
        }
    }

    private final Config config;
    private State state = State.EMPTY;

    /**
     * Makes one that has seen nothing.
     *
     * @param config its constants
     */
    public AdaptiveClip(Config config) {
        this.config = Objects.requireNonNull(config, "config");
    }

    /**
     * Returns the bound for a gradient and learns from its norm.
     *
     * @param norm the gradient's global norm, finite
     * @return the largest norm that the gradient may be applied with, above 0
     * @throws IllegalArgumentException when the norm is negative or not finite; nothing was learned
     *     from it then
     */
    public double bound(double norm) {
        if (!finite(norm)) {
            throw new IllegalArgumentException("norm: must be >= 0 and finite, was " + norm);
        }
        if (norm == 0) {
            return config.maxNorm();
        }
        if (state.norms() < config.warmUp()) {
            state = warmedUp(norm);
            return config.maxNorm();
        }
        double deviation = Math.sqrt(state.variance());
        double z = (norm - state.mean()) / (deviation + EPSILON);
        boolean spike = z > config.threshold();
        double limit =
                spike
                        ? state.mean() + deviation * config.threshold() * config.threshold() / z
                        : config.maxNorm();
        state = followed(spike ? limit : norm);
        return Math.min(limit, config.maxNorm());
    }

    /** Returns what it has learned. */
    public State save() {
        return state;
    }

    /**
     * Goes on from what was learned earlier.
     *
     * @param saved the state
     */
    public void restore(State saved) {
        state = Objects.requireNonNull(saved, "saved");
    }

    private State warmedUp(double norm) {
        long norms = state.norms() + 1;
        double mean = state.mean() + (norm - state.mean()) / norms;
        double squares = state.variance() * state.norms() + (norm - state.mean()) * (norm - mean);
        return new State(norms, mean, squares / norms);
    }

    private State followed(double norm) {
        double mean = config.decay() * state.mean() + (1 - config.decay()) * norm;
        double distance = norm - mean;
        double variance =
                config.decay() * state.variance() + (1 - config.decay()) * distance * distance;
        return new State(state.norms() + 1, mean, variance);
    }

    private static boolean finite(double value) {
        return value >= 0 && Double.isFinite(value);
    }
}
