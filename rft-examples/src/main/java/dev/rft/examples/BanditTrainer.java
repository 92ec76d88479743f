package dev.rft.examples;

import static dev.rft.api.signal.Signals.GRAD_NORM;
import static dev.rft.api.signal.Signals.KL_UPDATE;
import static dev.rft.api.signal.Signals.LEARNING_RATE;
import static dev.rft.api.signal.Signals.REWARD_MEAN;
import static dev.rft.api.signal.Signals.UPDATE_NORM;

import dev.rft.api.signal.Signal;
import dev.rft.api.signal.StepKey;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Stands for a trainer of your own: a policy over the arms of a bandit, trained by policy gradient
 * in plain Java. It knows nothing of rft but the names of the signals.
 */
public final class BanditTrainer {

    private static final int ARMS = 20;
    private static final int PULLS = 256;

    private final long seed;
    private final double[] payout = new double[ARMS];
    private double[] weights = new double[ARMS];
    private double learningRate = 0.5;
    private double hiddenFactor = 1;
    private long soundSteps = Long.MAX_VALUE;

    /**
     * Makes a trainer.
     *
     * @param seed all randomness follows from it
     */
    public BanditTrainer(long seed) {
        this.seed = seed;
        SplittableRandom random = new SplittableRandom(seed);
        for (int arm = 0; arm < ARMS; arm++) {
            payout[arm] = random.nextDouble(0.1, 0.9);
        }
    }

    /**
     * Trains one step.
     *
     * @param key the step; its randomness follows from the seed, the attempt and the step
     * @return what the step showed
     */
    public Map<Signal, Double> step(StepKey key) {
        SplittableRandom random =
                new SplittableRandom(seed * 31 + key.step() * 1_009 + key.attempt());
        double[] policy = policy(weights);
        int[] pulled = new int[PULLS];
        double[] rewards = new double[PULLS];
        double mean = 0;
        for (int i = 0; i < PULLS; i++) {
            pulled[i] = draw(policy, random.nextDouble());
            rewards[i] = random.nextDouble() < payout[pulled[i]] ? 1 : 0;
            mean += rewards[i] / PULLS;
        }
        double[] gradient = new double[ARMS];
        for (int i = 0; i < PULLS; i++) {
            for (int arm = 0; arm < ARMS; arm++) {
                double score = (arm == pulled[i] ? 1 : 0) - policy[arm];
                gradient[arm] += (rewards[i] - mean) * score / PULLS;
            }
        }
        double rate = soundSteps-- > 0 ? learningRate : learningRate * hiddenFactor;
        for (int arm = 0; arm < ARMS; arm++) {
            weights[arm] += rate * gradient[arm];
        }
        double norm = norm(gradient);
        return Map.of(
                REWARD_MEAN, mean,
                GRAD_NORM, norm,
                UPDATE_NORM, rate * norm,
                KL_UPDATE, divergence(policy, policy(weights)),
                LEARNING_RATE, learningRate);
    }

    /** Returns the learning rate. */
    public double learningRate() {
        return learningRate;
    }

    /**
     * Sets the learning rate.
     *
     * @param rate the learning rate
     */
    public void setLearningRate(double rate) {
        learningRate = rate;
    }

    /** Returns a copy of the weights. */
    public double[] copyWeights() {
        return weights.clone();
    }

    /**
     * Sets the weights.
     *
     * @param saved the weights; copied
     */
    public void setWeights(double[] saved) {
        weights = saved.clone();
    }

    /** Returns the expected reward of the present policy. */
    public double expectedReward() {
        double[] policy = policy(weights);
        double expected = 0;
        for (int arm = 0; arm < ARMS; arm++) {
            expected += policy[arm] * payout[arm];
        }
        return expected;
    }

    /**
     * Breaks the trainer: after some more steps, every update is larger by a factor that no signal
     * names.
     *
     * @param steps how many steps it executes first
     * @param factor the factor
     */
    void breakAfter(long steps, double factor) {
        soundSteps = steps;
        hiddenFactor = factor;
    }

    private static double[] policy(double[] weights) {
        double max = Double.NEGATIVE_INFINITY;
        for (double weight : weights) {
            max = Math.max(max, weight);
        }
        double[] policy = new double[weights.length];
        double sum = 0;
        for (int arm = 0; arm < weights.length; arm++) {
            policy[arm] = Math.exp(weights[arm] - max);
            sum += policy[arm];
        }
        for (int arm = 0; arm < weights.length; arm++) {
            policy[arm] /= sum;
        }
        return policy;
    }

    private static int draw(double[] policy, double uniform) {
        double cumulative = 0;
        for (int arm = 0; arm < policy.length - 1; arm++) {
            cumulative += policy[arm];
            if (uniform < cumulative) {
                return arm;
            }
        }
        return policy.length - 1;
    }

    private static double divergence(double[] from, double[] to) {
        double divergence = 0;
        for (int arm = 0; arm < from.length; arm++) {
            if (from[arm] > 0) {
                divergence +=
                        from[arm] * Math.log(from[arm] / Math.max(to[arm], Double.MIN_NORMAL));
            }
        }
        return divergence;
    }

    private static double norm(double[] vector) {
        double squares = 0;
        for (double entry : vector) {
            squares += entry * entry;
        }
        return Math.sqrt(squares);
    }
}
