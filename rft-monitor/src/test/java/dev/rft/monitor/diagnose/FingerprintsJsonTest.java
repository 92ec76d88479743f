package dev.rft.monitor.diagnose;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FingerprintsJsonTest {

    private static Fingerprints read(String json) throws IOException {
        return FingerprintsJson.read(new ByteArrayInputStream(json.getBytes(UTF_8)));
    }

    private static Fingerprint of(Fingerprints all, Cause cause) {
        return all.causes().stream().filter(one -> one.cause() == cause).findFirst().orElseThrow();
    }

    @Test
    void standard_namesEveryCauseThatAnIncidentCanHave() {
        assertThat(FingerprintsJson.standard().causes())
                .extracting(Fingerprint::cause)
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(Cause.values())
                                .filter(cause -> cause != Cause.UNKNOWN)
                                .toList());
    }

    @Test
    void standard_anyTwoCauses_canBeToldApartByAnExperiment() {
        Fingerprints standard = FingerprintsJson.standard();
        for (Fingerprint one : standard.causes()) {
            for (Fingerprint other : standard.causes()) {
                if (one.cause() != other.cause()) {
                    assertThat(standard.checks())
                            .as("%s, %s", one.cause(), other.cause())
                            .anyMatch(
                                    check -> check.between(one.cause(), other.cause()).isPresent());
                }
            }
        }
    }

    @Test
    void read_extends_addsWeightsAndReplacesNumbers() throws IOException {
        Fingerprints standard = FingerprintsJson.standard();
        Fingerprints extended =
                read(
                        """
                        {"extends": "standard", "temperature": 0.5, "causes": [
                          {"cause": "UPDATE_FREEZE", "alarms": {"update-freeze": 1, "mine": 2},
                           "shifts": [{"signal": "mine", "direction": "UP", "weight": 3}]}]}
                        """);

        assertThat(extended.temperature()).isEqualTo(0.5);
        assertThat(extended.carries()).isEqualTo(standard.carries());
        assertThat(extended.checks()).isEqualTo(standard.checks());
        Fingerprint before = of(standard, Cause.UPDATE_FREEZE);
        Fingerprint after = of(extended, Cause.UPDATE_FREEZE);
        assertThat(after.alarms())
                .containsEntry("update-freeze", before.alarms().get("update-freeze") + 1)
                .containsEntry("mine", 2.0);
        assertThat(after.shifts()).hasSize(before.shifts().size() + 1);
        assertThat(after.stage()).isEqualTo(before.stage());
        assertThat(of(extended, Cause.KL_EXPLOSION)).isEqualTo(of(standard, Cause.KL_EXPLOSION));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"extends\": \"standard\", \"weights\": 1} | weights: unknown key, must be one of",
                "{\"extends\": \"standard\", \"temperature\": 0} | temperature: must be above 0",
                "{\"extends\": \"standard\", \"carries\": 1.5} | carries: must be in (0, 1], was 1.5",
                "{\"extends\": \"standard\", \"stages\": {\"LUNCH\": []}} | stages.LUNCH: unknown key",
                "{\"extends\": \"standard\", \"causes\": [{\"cause\": \"NOVEL\"}]} | causes[0].cause:"
                        + " must be one of [RF-1,",
                "{\"extends\": \"standard\", \"causes\": [{\"cause\": \"HANG\", \"shifts\":"
                        + " [{\"signal\": \"x\", \"direction\": \"NONE\", \"weight\": 1}]}]} |"
                        + " causes[0].shifts[0].signal: x must have",
                "{\"extends\": \"standard\", \"checks\": [{\"check\": \"look\", \"weight\": 1,"
                        + " \"findings\": {\"HANG\": 1}, \"otherwise\": \"no\"}]} |"
                        + " checks[0].findings.HANG: must be a string, was 1",
                "{\"causes\": []} | abstain: must be there, is missing",
            })
    void read_whatIsWrong_isRefusedWithThePath(String json, String message) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }
}
