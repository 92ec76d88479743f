package dev.rft.core.policy;

import java.util.function.IntToDoubleFunction;

/**
 * Every objective that has a name and some that are put together, each with its loss once more in
 * double precision, written from the formula. In {@link #reference} {@code l} is what moves and
 * {@code sg} the same numbers under the stop-gradient.
 */
@SuppressWarnings("ImmutableEnumChecker") // An objective is immutable; surrogates are an interface.
enum NamedObjective {
    PPO(PolicyObjectives.ppo(0.2), 0.2, 0.2, 1e9),
    DAPO(PolicyObjectives.dapo(), 0.2, 0.28, 1e9),
    DUAL_CLIP(PolicyObjectives.dualClip(0.2, 0.28, 1.4), 0.2, 0.28, 1.4),
    TWO_SIDED(PolicyObjectives.twoSided(0.2, 0.28, 1.5), 0.2, 0.28, 1.5),
    GRPO(PolicyObjectives.grpo(0.3), 0.2, 0.2, 1e9) {
        @Override
        double reference(ObjectiveCase c, double[][] l, double[][] sg) {
            return rowMeans(
                    c, (i, t) -> clip(c, i, t, l) + 0.3 * k3(l[i][t] - c.reference()[i][t]));
        }
    },
    DR_GRPO(PolicyObjectives.drGrpo(5), 0.2, 0.2, 1e9) {
        @Override
        double reference(ObjectiveCase c, double[][] l, double[][] sg) {
            double tokens = c.totals().tokens();
            double mean = tokenMean(c, (i, t) -> clip(c, i, t, l));
            return mean * tokens / c.totals().sequences() / 5;
        }
    },
    GSPO(PolicyObjectives.gspo(0.05, 0.1)) {
        @Override
        double reference(ObjectiveCase c, double[][] l, double[][] sg) {
            return rowMeans(
                    c,
                    (i, t) -> {
                        double s = Math.exp(l[i][t] - sg[i][t] + meanDifference(c, i, sg));
                        double a = c.advantage()[i][t];
                        return Math.max(-a * s, -a * Math.max(0.95, Math.min(1.1, s)));
                    });
        }
    },
    GMPO(PolicyObjectives.gmpo(0.2, 0.3)) {
        @Override
        double reference(ObjectiveCase c, double[][] l, double[][] sg) {
            return rowMeans(
                    c,
                    (i, unused) -> {
                        double a = c.advantage()[i][0];
                        double mean =
                                rowMean(
                                        c,
                                        i,
                                        t -> {
                                            double d = l[i][t] - c.old()[i][t];
                                            double in = Math.max(-0.2, Math.min(0.3, d));
                                            return a > 0 ? Math.min(d, in) : Math.max(d, in);
                                        });
                        return -a * Math.exp(mean);
                    });
        }
    },
    CISPO(PolicyObjectives.cispo(0.2, 0.28)) {
        @Override
        double reference(ObjectiveCase c, double[][] l, double[][] sg) {
            return tokenMean(
                    c,
                    (i, t) -> {
                        double weight = Math.exp(sg[i][t] - c.old()[i][t]);
                        weight = Math.max(0.8, Math.min(1.28, weight));
                        return -weight * c.advantage()[i][t] * l[i][t];
                    });
        }
    },
    SAPO(PolicyObjectives.sapo(1, 1.05)) {
        @Override
        double reference(ObjectiveCase c, double[][] l, double[][] sg) {
            return rowMeans(
                    c,
                    (i, t) -> {
                        double a = c.advantage()[i][t];
                        double tau = a > 0 ? 1 : 1.05;
                        double x = tau * (Math.exp(l[i][t] - c.old()[i][t]) - 1);
                        return -a * 4 / tau / (1 + Math.exp(-x));
                    });
        }
    },
    REINFORCE(PolicyObjectives.reinforce()) {
        @Override
        double reference(ObjectiveCase c, double[][] l, double[][] sg) {
            return tokenMean(c, (i, t) -> -c.advantage()[i][t] * l[i][t]);
        }
    },
    DRO(PolicyObjectives.dro(0.5)) {
        @Override
        double reference(ObjectiveCase c, double[][] l, double[][] sg) {
            return tokenMean(
                    c,
                    (i, t) -> {
                        double d = l[i][t] - c.old()[i][t];
                        return -(l[i][t] * c.advantage()[i][t] - 0.5 * d * d / 2);
                    });
        }
    },
    QRPO(PolicyObjectives.qrpo(0.5)) {
        @Override
        double reference(ObjectiveCase c, double[][] l, double[][] sg) {
            double z = 0.5 * Math.log(0.5 * (Math.exp(1 / 0.5) - 1));
            return rowMeans(
                    c,
                    (i, unused) -> {
                        double drift =
                                rowMean(c, i, t -> l[i][t] - c.reference()[i][t])
                                        * Tokens.count(c.mask()[i]);
                        return Math.pow(c.advantage()[i][0] - z - 0.5 * drift, 2);
                    });
        }
    },
    VAPO(PolicyObjectives.vapo(0.1)) {
        @Override
        double reference(ObjectiveCase c, double[][] l, double[][] sg) {
            double right = c.totals().correctTokens();
            double share = c.totals().tokens() / Math.max(right, 1);
            double nll = tokenMean(c, (i, t) -> c.correct()[i] ? -l[i][t] * share : 0);
            return tokenMean(c, (i, t) -> clipped(c, i, t, l, 0.2, 0.28, 1e9)) + 0.1 * nll;
        }
    },
    CORRECTED(
            PolicyObjectives.ppo(0.2)
                    .correctedBy(RolloutCorrection.tis(RatioLevel.TOKEN, 1.2))
                    .withKl(KlEstimator.K2, 0.2)
                    .withEntropyBonus(0.3)) {
        @Override
        double reference(ObjectiveCase c, double[][] l, double[][] sg) {
            return tokenMean(
                    c,
                    (i, t) -> {
                        double w = Math.exp(c.old()[i][t] - c.rollout()[i][t]);
                        double x = l[i][t] - c.reference()[i][t];
                        return Math.min(w, 1.2) * clipped(c, i, t, l, 0.2, 0.2, 1e9)
                                + 0.2 * x * x / 2
                                - 0.3 * c.entropy()[i][t];
                    });
        }
    };

    final PolicyObjective objective;
    private final double low;
    private final double high;
    private final double dual;

    NamedObjective(PolicyObjective objective) {
        this(objective, 0, 0, 0);
    }

    NamedObjective(PolicyObjective objective, double low, double high, double dual) {
        this.objective = objective;
        this.low = low;
        this.high = high;
        this.dual = dual;
    }

    /** The loss; of the clipped ones the mean over tokens. */
    double reference(ObjectiveCase c, double[][] l, double[][] sg) {
        return tokenMean(c, (i, t) -> clip(c, i, t, l));
    }

    double clip(ObjectiveCase c, int i, int t, double[][] l) {
        return clipped(c, i, t, l, low, high, dual);
    }

    static double clipped(
            ObjectiveCase c, int i, int t, double[][] l, double low, double high, double dual) {
        double a = c.advantage()[i][t];
        double ratio = Math.exp(l[i][t] - c.old()[i][t]);
        double worst = Math.max(-a * ratio, -a * Math.max(1 - low, Math.min(1 + high, ratio)));
        return a < 0 ? Math.min(worst, -dual * a) : worst;
    }

    static double k3(double x) {
        return Math.exp(-x) + x - 1;
    }

    static double meanDifference(ObjectiveCase c, int i, double[][] l) {
        return rowMean(c, i, t -> l[i][t] - c.old()[i][t]);
    }

    /** A number per token. */
    interface PerToken {
        double at(int row, int t);
    }

    static double tokenMean(ObjectiveCase c, PerToken x) {
        double sum = 0;
        for (int i = 0; i < c.rows(); i++) {
            int row = i;
            sum += rowMean(c, i, t -> x.at(row, t)) * Tokens.count(c.mask()[i]);
        }
        return sum / c.totals().tokens();
    }

    static double rowMeans(ObjectiveCase c, PerToken x) {
        double sum = 0;
        for (int i = 0; i < c.rows(); i++) {
            int row = i;
            sum += rowMean(c, i, t -> x.at(row, t));
        }
        return sum / c.totals().sequences();
    }

    static double rowMean(ObjectiveCase c, int row, IntToDoubleFunction x) {
        double sum = 0;
        int n = 0;
        for (int t = 0; t < c.mask()[row].length; t++) {
            if (c.mask()[row][t]) {
                sum += x.applyAsDouble(t);
                n++;
            }
        }
        return n == 0 ? 0 : sum / n;
    }
}
