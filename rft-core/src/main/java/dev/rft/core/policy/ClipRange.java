package dev.rft.core.policy;

/**
 * Where a surrogate stops to follow the ratio.
 *
 * @param low the lower bound's distance from 1, in [0, 1]; 1 for none
 * @param high the upper bound's distance from 1, at least 0; infinite for none
 * @param dual the bound of the ratio where the advantage is negative, above 1; infinite for none
 * @param eitherSign whether both bounds hold for either sign of the advantage, as CISPO's do; PPO's
 *     upper bound holds for positive advantages and its lower bound for negative ones
 */
public record ClipRange(double low, double high, double dual, boolean eitherSign) {

    /** No bound at all. */
    public static final ClipRange NONE =
            new ClipRange(1, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, false);

    /** Checks the ranges. */
    public ClipRange {
        if (!(low >= 0 && low <= 1 && high >= 0)) {
            throw new IllegalArgumentException(
                    "clip range: low must be in [0, 1] and high >= 0, were " + low + ", " + high);
        }
        if (!(dual > 1)) {
            throw new IllegalArgumentException("dual clip: must be > 1, was " + dual);
        }
    }

    /**
     * Returns PPO's range, {@code [1 - low, 1 + high]} on the pessimistic side.
     *
     * @param low the lower bound's distance from 1, in [0, 1]
     * @param high the upper bound's distance from 1, at least 0
     */
    public static ClipRange of(double low, double high) {
        return new ClipRange(low, high, Double.POSITIVE_INFINITY, false);
    }
}
