package dev.rft.testkit;

import static dev.rft.api.signal.Signals.ADVANTAGE_STD;
import static dev.rft.api.signal.Signals.ENTROPY;
import static dev.rft.api.signal.Signals.GRAD_NORM;
import static dev.rft.api.signal.Signals.GROUP_ZERO_VARIANCE;
import static dev.rft.api.signal.Signals.KL_REFERENCE;
import static dev.rft.api.signal.Signals.KL_UPDATE;
import static dev.rft.api.signal.Signals.LEARNING_RATE;
import static dev.rft.api.signal.Signals.LOSS_POLICY;
import static dev.rft.api.signal.Signals.LOSS_VALUE;
import static dev.rft.api.signal.Signals.REPETITION;
import static dev.rft.api.signal.Signals.RESPONSE_DISTINCT;
import static dev.rft.api.signal.Signals.RESPONSE_EMPTY;
import static dev.rft.api.signal.Signals.RESPONSE_LENGTH;
import static dev.rft.api.signal.Signals.RESPONSE_OFF_LENGTH;
import static dev.rft.api.signal.Signals.RESPONSE_TRUNCATED;
import static dev.rft.api.signal.Signals.REWARD_CONTRADICTIONS;
import static dev.rft.api.signal.Signals.REWARD_LENGTH_CORRELATION;
import static dev.rft.api.signal.Signals.REWARD_MAX;
import static dev.rft.api.signal.Signals.REWARD_MEAN;
import static dev.rft.api.signal.Signals.REWARD_REPETITION_CORRELATION;
import static dev.rft.api.signal.Signals.REWARD_SECOND_ANSWERS;
import static dev.rft.api.signal.Signals.REWARD_STD;
import static dev.rft.api.signal.Signals.ROLLOUT_MISMATCH;
import static dev.rft.api.signal.Signals.ROLLOUT_SURPRISE;
import static dev.rft.api.signal.Signals.STEP_SECONDS;
import static dev.rft.api.signal.Signals.TOOL_ERRORS;
import static dev.rft.api.signal.Signals.TRAJECTORY_MASKED;
import static dev.rft.api.signal.Signals.UNIQUE_TOKENS;
import static dev.rft.api.signal.Signals.UPDATE_NORM;
import static dev.rft.api.signal.Signals.VALUE_EXPLAINED_VARIANCE;

import dev.rft.api.signal.Signal;
import dev.rft.monitor.Detector;
import dev.rft.monitor.DetectorFactory;
import dev.rft.monitor.EvidenceClass;
import dev.rft.monitor.detect.Detectors;
import dev.rft.monitor.profile.Profile;
import dev.rft.monitor.profile.ProfileDetectors;
import dev.rft.monitor.profile.ProfileLearner;
import org.junit.jupiter.api.Nested;

/** Every built-in detector keeps the contract. */
class BuiltInDetectorsTest {

    private static final double RATE = 2e-5;

    private static Series logNormal(Signal signal, double median, double rho, double sigma) {
        return Series.ar1(signal, Math.log(median), rho, sigma, 11).exp();
    }

    private abstract static class Contract implements DetectorContract {
        private final DetectorFactory factory;
        private final Series healthy;

        Contract(DetectorFactory factory, Series healthy) {
            this.factory = factory;
            this.healthy = healthy;
        }

        @Override
        public Detector detector() {
            return factory.create(factory.weight() == 0 ? 0 : RATE);
        }

        @Override
        public Series healthy() {
            return healthy;
        }
    }

    @Nested
    class NonFinite extends Contract {
        NonFinite() {
            super(Detectors.nonFinite(), logNormal(GRAD_NORM, 1, 0.3, 0.3));
        }

        @Override
        public boolean reportsWildValues() {
            return true;
        }
    }

    @Nested
    class Outage extends Contract {
        Outage() {
            super(Detectors.outage(), Series.binomial(TRAJECTORY_MASKED, 0.05, 64, 3));
        }
    }

    @Nested
    class SilentReward extends Contract {
        SilentReward() {
            super(
                    Detectors.silentReward(),
                    Series.binomial(REWARD_MEAN, 0.3, 64, 5).and(Series.constant(REWARD_STD, 0.4)));
        }
    }

    @Nested
    class FarUpdate extends Contract {
        FarUpdate() {
            super(Detectors.farUpdate(), logNormal(KL_UPDATE, 1e-2, 0.5, 0.3));
        }
    }

    @Nested
    class ForeignTokens extends Contract {
        ForeignTokens() {
            super(
                    Detectors.foreignTokens(),
                    Series.ar1(ROLLOUT_SURPRISE, 0, 0, 2, 3)
                            .and(Series.constant(ENTROPY, 0.5))
                            .and(Series.binomial(RESPONSE_LENGTH, 0.5, 100, 7)));
        }
    }

    @Nested
    class AdvantageScale extends Contract {
        AdvantageScale() {
            super(
                    Detectors.standard().stream()
                            .filter(factory -> factory.id().equals("advantage-scale"))
                            .findFirst()
                            .orElseThrow(),
                    Series.constant(ADVANTAGE_STD, 1));
        }
    }

    @Nested
    class RewardCollapse extends Contract {
        RewardCollapse() {
            super(Detectors.rewardCollapse(), Series.binomial(REWARD_MEAN, 0.5, 64, 3));
        }
    }

    @Nested
    class RewardSpike extends Contract {
        RewardSpike() {
            super(Detectors.rewardSpike(), Series.binomial(REWARD_MEAN, 0.3, 64, 5));
        }
    }

    @Nested
    class RewardSupport extends Contract {
        RewardSupport() {
            super(
                    Detectors.rewardSupport(),
                    Series.constant(REWARD_MEAN, 0.5).and(Series.constant(REWARD_STD, 0.5)));
        }
    }

    @Nested
    class RewardRange extends Contract {
        RewardRange() {
            super(Detectors.rewardRange(0, 1), Series.constant(REWARD_MAX, 1));
        }
    }

    @Nested
    class GradientExplosion extends Contract {
        GradientExplosion() {
            super(Detectors.gradientExplosion(), logNormal(GRAD_NORM, 1, 0.3, 0.3));
        }
    }

    /**
     * A knob turned down in mid-run, so that the views per learning rate have a rate to divide by.
     */
    private static Series halvedRate() {
        return Series.constant(LEARNING_RATE, 1e-3).stepTo(5e-4, Series.at(60));
    }

    @Nested
    class UpdateExplosion extends Contract {
        UpdateExplosion() {
            super(
                    Detectors.updateExplosion(),
                    logNormal(UPDATE_NORM, 0.02, 0.5, 0.1).and(halvedRate()));
        }
    }

    @Nested
    class KlDrift extends Contract {
        KlDrift() {
            super(
                    Detectors.klDrift(),
                    logNormal(KL_REFERENCE, 0.1, 0.5, 0.3)
                            .and(logNormal(KL_UPDATE, 1e-4, 0.2, 0.3))
                            .and(halvedRate()));
        }
    }

    @Nested
    class LengthChange extends Contract {
        LengthChange() {
            super(
                    Detectors.change("length", EvidenceClass.GENERATION, RESPONSE_LENGTH),
                    logNormal(RESPONSE_LENGTH, 600, 0.5, 0.05));
        }
    }

    @Nested
    class EntropyChange extends Contract {
        EntropyChange() {
            super(
                    Detectors.change("entropy", EvidenceClass.POLICY_DISTANCE, ENTROPY),
                    Series.ar1(ENTROPY, 1.2, 0.8, 0.05, 17));
        }
    }

    @Nested
    class TruncationChange extends Contract {
        TruncationChange() {
            super(
                    Detectors.change("truncated", EvidenceClass.GENERATION, RESPONSE_TRUNCATED),
                    Series.binomial(RESPONSE_TRUNCATED, 0.02, 128, 19));
        }
    }

    private static DetectorFactory standard(String id) {
        return Detectors.standard().stream()
                .filter(factory -> factory.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    @Nested
    class LearningRateJump extends Contract {
        LearningRateJump() {
            super(standard("learning-rate-jump"), halvedRate());
        }

        @Override
        public boolean reportsWildValues() {
            return true;
        }
    }

    @Nested
    class UpdateFreeze extends Contract {
        UpdateFreeze() {
            super(
                    standard("update-freeze"),
                    logNormal(UPDATE_NORM, 0.02, 0.5, 0.1)
                            .and(halvedRate())
                            .and(logNormal(GRAD_NORM, 1, 0.3, 0.3)));
        }
    }

    @Nested
    class LossShift extends Contract {
        LossShift() {
            super(standard("loss-shift"), Series.ar1(LOSS_POLICY, 0.01, 0.2, 0.02, 23));
        }
    }

    @Nested
    class EntropyCollapse extends Contract {
        EntropyCollapse() {
            super(standard("entropy-collapse"), logNormal(ENTROPY, 0.5, 0.6, 0.05));
        }
    }

    @Nested
    class ValueMismatch extends Contract {
        ValueMismatch() {
            super(
                    standard("value-mismatch"),
                    logNormal(LOSS_VALUE, 0.1, 0.5, 0.2)
                            .and(Series.ar1(VALUE_EXPLAINED_VARIANCE, 0.6, 0.5, 0.05, 29)));
        }
    }

    @Nested
    class SamplerMismatch extends Contract {
        SamplerMismatch() {
            super(standard("sampler-mismatch"), logNormal(ROLLOUT_MISMATCH, 1e-3, 0.3, 0.2));
        }
    }

    @Nested
    class Contradictions extends Contract {
        Contradictions() {
            super(
                    standard("reward-contradiction"),
                    Series.binomial(REWARD_CONTRADICTIONS, 0.001, 64, 31));
        }
    }

    @Nested
    class SecondAnswers extends Contract {
        SecondAnswers() {
            super(standard("second-answers"), Series.binomial(REWARD_SECOND_ANSWERS, 0.05, 16, 37));
        }
    }

    @Nested
    class RewardAssociation extends Contract {
        RewardAssociation() {
            super(
                    standard("reward-association"),
                    Series.ar1(REWARD_LENGTH_CORRELATION, -0.1, 0.2, 0.1, 41)
                            .and(Series.ar1(REWARD_REPETITION_CORRELATION, 0, 0.2, 0.1, 43)));
        }
    }

    @Nested
    class EmptyResponses extends Contract {
        EmptyResponses() {
            super(standard("empty-responses"), Series.binomial(RESPONSE_EMPTY, 0.002, 128, 47));
        }
    }

    @Nested
    class Truncation extends Contract {
        Truncation() {
            super(standard("truncation"), Series.binomial(RESPONSE_TRUNCATED, 0.1, 128, 53));
        }
    }

    @Nested
    class OffLength extends Contract {
        OffLength() {
            super(standard("off-length"), Series.binomial(RESPONSE_OFF_LENGTH, 0.1, 128, 59));
        }
    }

    @Nested
    class LengthJump extends Contract {
        LengthJump() {
            super(standard("length-jump"), logNormal(RESPONSE_LENGTH, 600, 0.5, 0.05));
        }
    }

    @Nested
    class Repetition extends Contract {
        Repetition() {
            super(
                    standard("repetition"),
                    Series.ar1(REPETITION, 0.1, 0.3, 0.02, 61)
                            .and(Series.ar1(UNIQUE_TOKENS, 0.8, 0.3, 0.02, 67)));
        }
    }

    @Nested
    class DiversityCollapse extends Contract {
        DiversityCollapse() {
            super(
                    standard("diversity-collapse"),
                    Series.binomial(RESPONSE_DISTINCT, 0.5, 128, 71)
                            .and(Series.binomial(GROUP_ZERO_VARIANCE, 0.2, 16, 73)));
        }
    }

    @Nested
    class ToolErrors extends Contract {
        ToolErrors() {
            super(standard("tool-errors"), Series.binomial(TOOL_ERRORS, 0.05, 64, 79));
        }
    }

    @Nested
    class SlowSteps extends Contract {
        SlowSteps() {
            super(standard("slow-steps"), logNormal(STEP_SECONDS, 20, 0.5, 0.2));
        }
    }

    /** A run is compared with three others; the profile does not have its seed. */
    private static Profile profile() {
        ProfileLearner learner = new ProfileLearner();
        for (int run = 1; run <= 3; run++) {
            learner.begin("run " + run);
            Series.ar1(GRAD_NORM, 0, 0.5, 0.3, run)
                    .exp()
                    .and(Series.binomial(RESPONSE_EMPTY, 0.02, 128, run))
                    .steps(500)
                    .forEach(learner::observe);
        }
        return learner.profile();
    }

    private static DetectorFactory ofProfile(String id) {
        return ProfileDetectors.of(profile()).stream()
                .filter(factory -> factory.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    @Nested
    class ProfileGradient extends Contract {
        ProfileGradient() {
            super(ofProfile("profile-gradient"), logNormal(GRAD_NORM, 1, 0.5, 0.3));
        }
    }

    @Nested
    class ProfileGeneration extends Contract {
        ProfileGeneration() {
            super(ofProfile("profile-generation"), Series.binomial(RESPONSE_EMPTY, 0.02, 128, 11));
        }
    }

    @Nested
    class ProfileSetUp extends Contract {
        ProfileSetUp() {
            super(ofProfile(ProfileDetectors.SET_UP), logNormal(GRAD_NORM, 1, 0.5, 0.3));
        }
    }
}
