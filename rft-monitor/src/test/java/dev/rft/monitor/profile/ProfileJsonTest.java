package dev.rft.monitor.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rft.monitor.MonitorConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProfileJsonTest {

    @TempDir private Path dir = Path.of("");
    private final Profile profile = HealthyRun.profile(3);
    private Path file = Path.of("");

    @BeforeEach
    void write() throws IOException {
        file = dir.resolve("profile.json");
        profile.write(file);
    }

    @Test
    void read_whatWasWritten_isEqual() throws IOException {
        assertThat(Profile.read(file)).isEqualTo(profile).hasSameHashCodeAs(profile);
        assertThat(Profile.read(file).signals().stream().map(s -> s.scale() + s.unit()).toList())
                .isEqualTo(profile.signals().stream().map(s -> s.scale() + s.unit()).toList());
    }

    @Test
    void write_overAnother_leavesNothingElse() throws IOException {
        profile.write(file);
        try (Stream<Path> files = Files.list(dir)) {
            assertThat(files).containsExactly(file);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"format\" : \"rft-profile\" | \"format\" : \"x\" | is no rft-profile file",
                "\"version\" : 1 | \"version\" : 2 | version: must be <= 1",
                "\"runs\" : [ | \"rums\" : [], \"runs\" : [ | rums: unknown key, must be one of",
                "\"noise\" | \"nose\" | nose: unknown key, must be one of [unit, adverse",
                "\"seed-1\" | 7 | runs: must be strings",
                "\"adverse\" : \"DOWN\" | \"adverse\" : \"WORSE\" | adverse: must be one of [UP",
                "\"runs\" : 3 | \"runs\" : 4 | runs must be at most the 3 named",
                "\"runs\" : 3 | \"runs\" : 1 | runs: must be >= 2, was 1",
                "\"spread\" : 0 | \"spread\" : -0 | spread: must be finite and >= 0",
                "\"levels\" : [ | \"levels\" : [ true, | levels: must be a number"
            })
    void read_wrongField_namesFileAndField(String written, String instead, String complaint)
            throws IOException {
        String text = Files.readString(file);
        int at = text.indexOf(written);
        assertThat(at).isNotNegative();
        Files.writeString(
                file, text.substring(0, at) + instead + text.substring(at + written.length()));
        assertThatThrownBy(() -> Profile.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(complaint);
    }

    @Test
    void read_truncatedAnywhere_isAnError() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length - 2; length += 97) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> Profile.read(file)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void monitorConfig_profileBesideIt_isUsed() throws IOException {
        Path config = Files.writeString(dir.resolve("m.json"), "{\"profile\": \"profile.json\"}");
        assertThat(MonitorConfig.read(config).monitor().profile()).contains(profile);
    }

    @Test
    void monitorConfig_noProfileThere_namesTheKey() throws IOException {
        Path config = Files.writeString(dir.resolve("m.json"), "{\"profile\": \"none.json\"}");
        assertThatThrownBy(() -> MonitorConfig.read(config))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("profile: must be a profile, was not");
        assertThatThrownBy(() -> Profile.read(dir.resolve("none.json")))
                .isInstanceOf(NoSuchFileException.class);
    }
}
