package dev.rft.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rft.monitor.MonitorConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecoveryConfigTest {

    private static final RecoveryConfig DEFAULTS = RecoveryConfig.defaults();

    @Test
    void with_changesWhatItNamesAndNothingElse() {
        RecoveryConfig expected =
                new RecoveryConfig(
                        MonitorConfig.defaults().withFalseAlarmsPerTenThousandSteps(2),
                        new RecoveryConfig.Incidents(101, 102, 103, 104, 105),
                        new RecoveryConfig.Proof(6, 107, 108),
                        new RecoveryConfig.Budget(109, 110, 1_000),
                        new RecoveryConfig.Snapshots(111, 112, 113),
                        new RecoveryConfig.Relaxing(false, 114, 115),
                        new RecoveryConfig.Outage(1, 116, 117, 118),
                        new RecoveryConfig.Restarts(119, 2, 120),
                        new RecoveryConfig.Ladder(false, 0.4, 0.3, 0.2, 3, 4, 5, 6));

        assertThat(
                        DEFAULTS.withMonitor(expected.monitor())
                                .withIncidents(expected.incidents())
                                .withProof(expected.proof())
                                .withBudget(expected.budget())
                                .withSnapshots(expected.snapshots())
                                .withRelaxing(expected.relaxing())
                                .withOutage(expected.outage())
                                .withRestarts(expected.restarts())
                                .withLadder(expected.ladder()))
                .isEqualTo(expected);
    }

    @Test
    void constructor_verificationWithinGrace_isRefused() {
        assertThatThrownBy(() -> new RecoveryConfig.Proof(5, 5, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("verifySteps: must be >= 6, was 5");
    }

    @Test
    void fromJson_missingKeys_haveTheirDefaults() {
        assertThat(RecoveryConfig.fromJson("{}")).isEqualTo(DEFAULTS);
        assertThat(RecoveryConfig.fromJson("{\"budget\": {}}")).isEqualTo(DEFAULTS);
    }

    @Test
    void fromJson_valuesOfEveryType_areTaken() {
        RecoveryConfig config =
                RecoveryConfig.fromJson(
                        """
                        {"budget": {"maxActions": 5},
                         "snapshots": {"maxBytes": 9000000000},
                         "relaxing": {"enabled": false, "maxFactor": 3},
                         "outage": {"firstPauseSeconds": 0.5}}
                        """);

        assertThat(config)
                .isEqualTo(
                        DEFAULTS.withBudget(new RecoveryConfig.Budget(5, 8, 1_000))
                                .withSnapshots(new RecoveryConfig.Snapshots(10, 5, 9_000_000_000L))
                                .withRelaxing(new RecoveryConfig.Relaxing(false, 50, 3))
                                .withOutage(new RecoveryConfig.Outage(0.5, 600, 86_400, 5)));
    }

    @Test
    void fromJson_unknownKey_isRefusedWithItsPathAndTheAllowedOnes() {
        assertThatThrownBy(() -> RecoveryConfig.fromJson("{\"budget\": {\"maxAction\": 5}}"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "recovery config: budget.maxAction: unknown key, must be one of"
                                + " [maxActions, maxActionsPerCause, forgivenAfterSteps]");
        assertThatThrownBy(() -> RecoveryConfig.fromJson("{\"budgets\": {}}"))
                .hasMessageContaining(
                        "budgets: unknown key, must be one of [monitor, incidents, proof,");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"budget\": {\"maxActions\": \"5\"}} | budget.maxActions: must be an integer of 32"
                        + " bits, was \"5\"",
                "{\"budget\": {\"maxActions\": 5.0}} | budget.maxActions: must be an integer of 32"
                        + " bits, was 5.0",
                "{\"budget\": {\"maxActions\": 5000000000}} | budget.maxActions: must be an integer"
                        + " of 32 bits, was 5000000000",
                "{\"budget\": {\"maxActions\": null}} | budget.maxActions: must be an integer of 32"
                        + " bits, was null",
                "{\"budget\": 7} | budget: must be an object, was 7",
                "{\"budget\": []} | budget: must be an object, was []",
                "{\"relaxing\": {\"enabled\": 1}} | relaxing.enabled: must be true or false, was 1",
                "{\"relaxing\": {\"maxFactor\": 1e999}} | relaxing.maxFactor: must be a finite"
                        + " number, was",
                "[] | must be an object, was []",
                "7 | must be an object, was 7",
                "`` | must be an object, was nothing",
            })
    void fromJson_wrongType_isRefusedWithThePath(String json, String message) {
        assertThatThrownBy(() -> RecoveryConfig.fromJson(json))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("recovery config: " + message);
    }

    @Test
    void fromJson_outOfRange_isRefusedWithThePath() {
        assertThatThrownBy(() -> RecoveryConfig.fromJson("{\"incidents\": {\"quietSteps\": 0}}"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("recovery config: incidents.quietSteps: must be >= 1, was 0");
        // Each alone is allowed.
        assertThatThrownBy(() -> RecoveryConfig.fromJson("{\"proof\": {\"graceSteps\": 12}}"))
                .hasMessage("recovery config: proof.verifySteps: must be >= 13, was 12");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"relaxing\": {\"maxFactor\": NaN}}",
                "{\"budget\": {\"maxActions\": 5, \"maxActions\": 6}}",
                "{\"budget\": {}, \"budget\": {}}",
                "{} {}",
                "{}]",
                "{\"budget\": {\"maxActions\": 5}",
                "{'budget': {}}",
                "{} // done",
            })
    void fromJson_whatIsNoJson_isRefused(String json) {
        assertThatThrownBy(() -> RecoveryConfig.fromJson(json))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("recovery config: must be JSON, was not: ");
    }

    @Test
    void fromJson_monitorSection_isReadStrictly() {
        RecoveryConfig config =
                RecoveryConfig.fromJson(
                        """
                        {"monitor": {"falseAlarmsPerTenThousandSteps": 3,
                                     "without": ["reward-spike"],
                                     "rewardRange": {"min": 0, "max": 1}}}
                        """);
        assertThat(config)
                .isEqualTo(
                        DEFAULTS.withMonitor(
                                MonitorConfig.defaults()
                                        .withFalseAlarmsPerTenThousandSteps(3)
                                        .withWithout(List.of("reward-spike"))
                                        .withRewardRange(new MonitorConfig.RewardRange(0, 1))));

        assertThatThrownBy(
                        () ->
                                RecoveryConfig.fromJson(
                                        "{\"monitor\": {\"rewardRange\": {\"mini\": 0}}}"))
                .hasMessage(
                        "recovery config: monitor.rewardRange.mini: unknown key, must be one of"
                                + " [min, max]");
        assertThatThrownBy(() -> RecoveryConfig.fromJson("{\"monitor\": {\"without\": [\"all\"]}}"))
                .hasMessageStartingWith(
                        "recovery config: monitor.without: must be different ones of [non-finite,");
    }

    @Test
    void read_file_namesItInErrors(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("rft.json");
        Files.writeString(file, "{\"budget\": {\"maxActions\": 3}}");
        assertThat(RecoveryConfig.read(file).budget().maxActions()).isEqualTo(3);

        Files.writeString(file, "{\"ladder\": {\"furtherFactor\": 1}}");
        assertThatThrownBy(() -> RecoveryConfig.read(file))
                .hasMessage(file + ": ladder.furtherFactor: must be in (0, 1), was 1.0");
    }

    @Test
    void ladder_disabled_leavesNoPolicy() {
        RecoveryConfig off = RecoveryConfig.fromJson("{\"ladder\": {\"enabled\": false}}");
        assertThat(RecoveryPolicies.standard(off)).isEqualTo(List.of());
        assertThat(RecoveryPolicies.standard(DEFAULTS)).hasSize(1);
    }
}
