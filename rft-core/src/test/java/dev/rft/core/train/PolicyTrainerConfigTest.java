package dev.rft.core.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rft.core.rollout.Sampling;
import org.junit.jupiter.api.Test;

class PolicyTrainerConfigTest {

    @Test
    void small_isAHundredAndTwentyEightResponses() {
        assertThat(PolicyTrainerConfig.small(1, 4).responsesPerStep()).isEqualTo(128);
    }

    @Test
    void constructor_withANumberOutOfRange_namesIt() {
        assertRefused("promptsPerStep: must be >= 1, was 0", 0, 1, 1, 1, 1e-3, 1, 0);
        assertRefused("groupSize: must be >= 1, was 0", 1, 0, 1, 1, 1e-3, 1, 0);
        assertRefused("updatesPerBatch: must be >= 1, was 0", 1, 1, 0, 1, 1e-3, 1, 0);
        assertRefused("evaluateEvery: must be >= 0, was -1", 1, 1, 1, 1, 1e-3, 1, -1);
        assertRefused("temperature: must be in [0.001, 100.0], was 0.0", 1, 1, 1, 0, 1e-3, 1, 0);
        assertRefused("temperature: must be in", 1, 1, 1, 1e-4, 1e-3, 1, 0);
        assertRefused("learningRate must be >= 0", 1, 1, 1, 1, -1, 1, 0);
        assertRefused("learningRate must be >= 0", 1, 1, 1, 1, Double.NaN, 1, 0);
        assertRefused("maxGradNorm > 0", 1, 1, 1, 1, 1, 0, 0);
        assertRefused("maxGradNorm > 0", 1, 1, 1, 1, 1, Double.NaN, 0);
    }

    private static void assertRefused(
            String message,
            int prompts,
            int group,
            int updates,
            double temperature,
            double learningRate,
            double maxGradNorm,
            int evaluateEvery) {
        assertThatThrownBy(
                        () ->
                                new PolicyTrainerConfig(
                                        1,
                                        prompts,
                                        group,
                                        updates,
                                        new Sampling(4, temperature),
                                        learningRate,
                                        maxGradNorm,
                                        evaluateEvery))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
