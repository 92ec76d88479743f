package dev.rft.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.monitor.MonitorConfig.DetectorSpec;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MonitorConfigTest {

    /** Makes detectors that alarm when a signal is above a limit. */
    private record Limit(String name) implements DetectorProvider {
        @Override
        public DetectorFactory create(DetectorSettings settings) {
            double limit = settings.number("limit", 1);
            if (limit < 0) {
                throw new IllegalArgumentException("limit: must be >= 0, was " + limit);
            }
            if (limit > 1e6) {
                throw new IllegalStateException("out of order");
            }
            return DetectorFactory.of(
                    name, EvidenceClass.REWARD, 0, rate -> observation -> Verdict.healthy());
        }
    }

    private static List<String> ids(Monitor monitor) {
        return monitor.inspect(Observation.of(1, Map.of())).stream()
                .map(Finding::detector)
                .toList();
    }

    @Test
    void defaults_areTheStandardMonitor() {
        assertThat(ids(MonitorConfig.fromJson("{}").monitor()))
                .isEqualTo(ids(Monitor.standard(AlarmBudget.perTenThousandSteps(1))));
        assertThat(MonitorConfig.fromJson("{}")).isEqualTo(MonitorConfig.defaults());
    }

    @Test
    void monitor_withoutAndRange_areApplied() {
        Monitor monitor =
                MonitorConfig.fromJson(
                                """
                                {"without": ["reward-spike"], "rewardRange": {"min": 0, "max": 1}}
                                """)
                        .monitor();

        assertThat(ids(monitor)).doesNotContain("reward-spike").contains("reward-range");
        assertThat(monitor.inspect(Observation.of(2, Map.of(Signals.REWARD_MAX, 1.5))))
                .filteredOn(finding -> finding.detector().equals("reward-range"))
                .allMatch(Finding::alarm)
                .hasSize(1);
    }

    @Test
    void monitor_changeOfATrainersOwnSignal_isWatched() {
        Signal own = Signals.named("queue.depth");
        Monitor monitor =
                MonitorConfig.fromJson(
                                """
                                {"detectors": [{"name": "change", "settings":
                                  {"signal": "queue.depth", "adverse": "UP", "id": "queue"}}]}
                                """)
                        .monitor();
        Random random = new Random(1);
        for (int step = 1; step <= 80; step++) {
            monitor.inspect(Observation.of(step, Map.of(own, 10 + random.nextGaussian())));
        }

        Set<String> alarmed = new TreeSet<>();
        for (int step = 81; step <= 85; step++) {
            monitor.inspect(Observation.of(step, Map.of(own, 40 + random.nextGaussian()))).stream()
                    .filter(Finding::alarm)
                    .forEach(finding -> alarmed.add(finding.detector()));
        }

        assertThat(alarmed).containsExactly("queue");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"budget\": 1} | budget: unknown key, must be one of"
                        + " [falseAlarmsPerTenThousandSteps, without, detectors, rewardRange,"
                        + " fingerprints, profile]",
                "{\"falseAlarmsPerTenThousandSteps\": 0} | falseAlarmsPerTenThousandSteps: must be in"
                        + " (0, 1000], was 0.0",
                "{\"falseAlarmsPerTenThousandSteps\": \"1\"} | falseAlarmsPerTenThousandSteps: must"
                        + " be a finite number, was \"1\"",
                "{\"without\": [1]} | without: must be strings, was 1",
                "{\"without\": [\"outage\", \"outage\"]} | without: must be different ones of",
                "{\"detectors\": {}} | detectors: must be an array, was {}",
                "{\"detectors\": [{\"settings\": {}}]} | detectors[0].name: must be there, is missing",
                "{\"detectors\": [{\"name\": \"novel\"}]} | detectors[0].name: must be one of [change",
                "{\"detectors\": [{\"name\": \"change\"}]} | detectors[0].settings.signal: must be"
                        + " there, is missing (provider dev.rft.monitor.detect.ChangeProvider)",
                "{\"detectors\": [{\"name\": \"change\", \"settings\": {\"signal\": \"entropy\","
                        + " \"side\": 1}}]} | detectors[0].settings.side: unknown key, must be one of"
                        + " [signal, adverse, scale, id, evidence]",
                "{\"detectors\": [{\"name\": \"change\", \"settings\": {\"signal\": \"x\"}}]} |"
                        + " detectors[0].settings.adverse: must be UP, DOWN or EITHER for x, is"
                        + " missing: rft does not know its direction",
                "{\"detectors\": [{\"name\": \"change\", \"settings\": {\"signal\": \"entropy\","
                        + " \"adverse\": \"NONE\"}}]} | detectors[0].settings.adverse: must be UP,"
                        + " DOWN or EITHER for entropy, was 'NONE'",
                "{\"detectors\": [{\"name\": \"change\", \"settings\": {\"signal\": \"entropy\","
                        + " \"id\": \"outage\"}}]} | detectors[0].detector id: must be unique and not"
                        + " blank, was 'outage'",
                "{\"rewardRange\": {\"min\": 1, \"max\": 0}} | rewardRange.max: must be finite and"
                        + " >= min, 1.0, which must be finite too, was 0.0",
                "{\"fingerprints\": true} | fingerprints: must be a string, was true",
            })
    void fromJson_whatIsWrong_isRefusedWithThePath(String json, String message) {
        assertThatThrownBy(() -> MonitorConfig.fromJson(json))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("monitor config: " + message);
    }

    @Test
    void read_paths_areRelativeToTheFile(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("monitor.json");
        Files.writeString(file, "{\"fingerprints\": \"own.json\"}");
        MonitorConfig config = MonitorConfig.read(file);
        assertThat(config.fingerprints()).contains(directory.resolve("own.json"));

        Files.writeString(directory.resolve("own.json"), "{\"extends\": \"others\"}");
        assertThatThrownBy(config::diagnoser)
                .isInstanceOf(IOException.class)
                .hasMessage(
                        directory.resolve("own.json")
                                + ": extends: must be standard, was 'others'");
    }

    @Test
    void read_profileOrFingerprintsThatAreMissing_nameTheFile(@TempDir Path directory)
            throws IOException {
        Path file = Files.writeString(directory.resolve("m.json"), "{\"profile\": \"no.json\"}");
        Path missing = directory.resolve("no.json");
        assertThatThrownBy(() -> MonitorConfig.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        file
                                + ": profile: must be a profile, was not: "
                                + missing
                                + ": no such file");

        assertThatThrownBy(() -> MonitorConfig.defaults().withFingerprints(missing).diagnoser())
                .isInstanceOf(IOException.class)
                .hasMessage(missing + ": no such file");
        assertThatThrownBy(() -> MonitorConfig.defaults().withProfile(directory))
                .isInstanceOf(IOException.class)
                .hasMessage(directory + ": must be a file, is a directory");
    }

    @Test
    void watched_areTheSignalsThatSettingsName() {
        MonitorConfig config =
                MonitorConfig.fromJson(
                        """
                        {"detectors": [
                          {"name": "change", "settings": {"signal": "entropy"}},
                          {"name": "change", "settings":
                            {"signal": "queue.depth", "adverse": "UP", "id": "queue"}}]}
                        """);

        assertThat(config.watched())
                .containsOnly(
                        entry("entropy-change", List.of(Signals.ENTROPY)),
                        entry("queue", List.of(Signals.named("queue.depth"))));
        assertThat(MonitorConfig.defaults().watched()).isEmpty();
    }

    @Test
    void providers_ofOneName_areRefusedWithBothClasses() {
        assertThatThrownBy(
                        () -> DetectorProviders.of(List.of(new Limit("limit"), new Limit("limit"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "provider "
                                + Limit.class.getName()
                                + ": name must be unique, 'limit' is that of "
                                + Limit.class.getName()
                                + " too");
    }

    @Test
    void load_providerThatCannotBeMade_isNamed(@TempDir Path directory) throws IOException {
        Path services = Files.createDirectories(directory.resolve("META-INF/services"));
        Files.writeString(services.resolve(DetectorProvider.class.getName()), "no.such.Provider\n");
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {directory.toUri().toURL()}, before)) {
            thread.setContextClassLoader(loader);
            assertThatThrownBy(() -> MonitorConfig.fromJson("{\"detectors\": [{\"name\": \"x\"}]}"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("a detector provider cannot be made: ")
                    .hasMessageContaining("no.such.Provider");
            // Who asks for none is not bothered.
            assertThat(MonitorConfig.fromJson("{}").monitor()).isNotNull();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Test
    void create_providerThatThrows_isNamed() {
        DetectorProviders providers = DetectorProviders.of(List.of(new Limit("limit")));
        String who = " (provider " + Limit.class.getName() + ")";

        assertThatThrownBy(() -> providers.create(new DetectorSpec("limit", "{\"limit\": -1}")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("settings.limit: must be >= 0, was -1.0" + who);
        assertThatThrownBy(() -> providers.create(new DetectorSpec("limit", "{\"limit\": 1e7}")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "name: 'limit' failed: java.lang.IllegalStateException: out of order"
                                + who);
    }
}
