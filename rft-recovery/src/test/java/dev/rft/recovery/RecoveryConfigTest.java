package dev.rft.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RecoveryConfigTest {

    @Test
    void with_changesWhatItNamesAndNothingElse() {
        RecoveryConfig changed =
                RecoveryConfig.defaults()
                        .withHysteresis(101, 102)
                        .withVerification(103, 104)
                        .withSkipVerifySteps(105)
                        .withCooldownSteps(106)
                        .withBudget(107, 108)
                        .withHistoryWindow(109)
                        .withSnapshots(110, 111)
                        .withMaxSnapshotBytes(112);

        assertThat(changed)
                .isEqualTo(
                        new RecoveryConfig(
                                101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112));
    }

    @Test
    void constructor_verificationWithinGrace_isRefused() {
        assertThatThrownBy(() -> RecoveryConfig.defaults().withVerification(5, 5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("verifySteps: must be >= 6, was 5");
    }
}
