package dev.rft.benchmarks;

import java.util.SplittableRandom;

/**
 * Kinds of healthy streams, as the numbers of a training run are: nothing breaks in any of them.
 *
 * <p>A stream has about unit scale around 0. Those with a course of their own take it in the
 * direction in which a healthy run goes.
 */
enum StreamFamily {
    /** Independent normal noise. */
    IID("iid"),
    /** Normal noise with a memory: x[t] = .5 x[t-1] + e[t], and so on. */
    AR_50("AR .5"),
    AR_80("AR .8"),
    AR_95("AR .95"),
    /** Student's t with 3 degrees of freedom, the heaviest tails that still have a variance. */
    STUDENT("t3"),
    STUDENT_AR_50("t3, AR .5"),
    /** Log-normal noise on a linear scale, the deviation of its logarithm 1: skewed and heavy. */
    LOG_NORMAL("log-normal"),
    /** A mean of 16 outcomes that are 1 with probability one half. */
    BINOMIAL("binomial, .5 of 16"),
    /** The same with probability .02: most values are 0. */
    BINOMIAL_RARE("binomial, .02 of 16"),
    /** Rises by 2 deviations per 100 steps, with the memory of AR .5. */
    LINEAR_TREND("linear trend, AR .5"),
    /** Rises by 8 deviations, with a time constant of 100 steps, and the memory of AR .5. */
    SATURATING_TREND("saturating trend, AR .5"),
    /** Swings by 2 deviations to each side in 1,000 steps. */
    SINUSOID("sinusoid of 1,000 steps"),
    /** Noise whose deviation swings between .6 and 1.6 in 400 steps. */
    HETEROSCEDASTIC("heteroscedastic");

    private static final int SAMPLES = 16;

    private final String title;

    StreamFamily(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    /** One stream of the family. */
    interface Stream {
        /** Returns the next value. */
        double next();
    }

    /** How many samples each value is the mean of; 0 when it is no such mean. */
    int samples() {
        return this == BINOMIAL ? SAMPLES : 0;
    }

    /** Probability of a success, of a family of means of such. */
    private double probability() {
        return this == BINOMIAL ? 0.5 : 0.02;
    }

    /** Undoes the standardisation of a mean of successes. */
    double share(double standardised) {
        double p = probability();
        return p + standardised * Math.sqrt(p * (1 - p) / SAMPLES);
    }

    /**
     * Begins a stream.
     *
     * @param random where its noise comes from
     * @param direction the sign of the way it goes, where it has one
     */
    Stream open(SplittableRandom random, int direction) {
        return switch (this) {
            case IID -> random::nextGaussian;
            case AR_50 -> memory(0.5, random::nextGaussian, random);
            case AR_80 -> memory(0.8, random::nextGaussian, random);
            case AR_95 -> memory(0.95, random::nextGaussian, random);
            case STUDENT -> () -> student(random);
            case STUDENT_AR_50 -> memory(0.5, () -> student(random), random);
            case LOG_NORMAL -> () -> Math.exp(random.nextGaussian());
            case BINOMIAL, BINOMIAL_RARE -> () -> standardised(random);
            case LINEAR_TREND -> course(random, direction, t -> 0.02 * t);
            case SATURATING_TREND -> course(random, direction, t -> 8 * (1 - Math.exp(-t / 100)));
            case SINUSOID -> {
                double phase = random.nextDouble();
                Course swing = t -> 2 * Math.sin(2 * Math.PI * (t / 1000 + phase));
                yield moved(random::nextGaussian, direction, swing);
            }
            case HETEROSCEDASTIC -> {
                double phase = random.nextDouble();
                int[] t = {0};
                yield () ->
                        Math.exp(0.5 * Math.sin(2 * Math.PI * (t[0]++ / 400.0 + phase)))
                                * random.nextGaussian();
            }
        };
    }

    private interface Course {
        double at(double t);
    }

    private static Stream course(SplittableRandom random, int direction, Course course) {
        return moved(memory(0.5, random::nextGaussian, random), direction, course);
    }

    private static Stream moved(Stream noise, int direction, Course course) {
        int[] t = {0};
        return () -> noise.next() + direction * course.at(t[0]++);
    }

    /** An AR(1) of unit variance, where the noise has it; begins as if it had always been there. */
    private static Stream memory(double rho, Stream noise, SplittableRandom random) {
        double innovation = Math.sqrt(1 - rho * rho);
        double[] x = {random.nextGaussian()};
        return () -> {
            x[0] = rho * x[0] + innovation * noise.next();
            return x[0];
        };
    }

    private static double student(SplittableRandom random) {
        double squares = 0;
        for (int i = 0; i < 3; i++) {
            double normal = random.nextGaussian();
            squares += normal * normal;
        }
        return random.nextGaussian() / Math.sqrt(squares / 3);
    }

    private double standardised(SplittableRandom random) {
        double p = probability();
        int hits = 0;
        for (int i = 0; i < SAMPLES; i++) {
            hits += random.nextDouble() < p ? 1 : 0;
        }
        return ((double) hits / SAMPLES - p) / Math.sqrt(p * (1 - p) / SAMPLES);
    }
}
