package dev.rft.monitor.json;

import dev.rft.monitor.MonitorConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Reads a {@link MonitorConfig}, alone or as a section of another configuration. */
public final class MonitorConfigJson {

    private static final String BUDGET = "falseAlarmsPerTenThousandSteps";
    private static final String WITHOUT = "without";
    private static final String DETECTORS = "detectors";
    private static final String REWARD_RANGE = "rewardRange";
    private static final String FINGERPRINTS = "fingerprints";
    private static final String PROFILE = "profile";
    private static final String SETTINGS = "settings";

    private MonitorConfigJson() {}

    /**
     * Reads a configuration.
     *
     * @param json its fields
     * @param beside the file that they are in, to which paths are relative
     * @return the configuration
     * @throws IllegalArgumentException when a key is unknown, ill-typed or out of range, or a
     *     detector cannot be made
     */
    public static MonitorConfig read(JsonFields json, Path beside) {
        json.only(List.of(BUDGET, WITHOUT, DETECTORS, REWARD_RANGE, FINGERPRINTS, PROFILE));
        MonitorConfig defaults = MonitorConfig.defaults();
        double budget =
                json.has(BUDGET) ? json.finite(BUDGET) : defaults.falseAlarmsPerTenThousandSteps();
        List<String> without = json.has(WITHOUT) ? json.texts(WITHOUT) : List.of();
        List<MonitorConfig.DetectorSpec> detectors =
                json.has(DETECTORS) ? json.list(DETECTORS, MonitorConfigJson::spec) : List.of();
        Optional<MonitorConfig.RewardRange> range =
                json.has(REWARD_RANGE)
                        ? Optional.of(range(json.object(REWARD_RANGE)))
                        : Optional.empty();
        Optional<Path> fingerprints =
                json.has(FINGERPRINTS)
                        ? Optional.of(beside.resolveSibling(json.text(FINGERPRINTS)))
                        : Optional.empty();
        MonitorConfig config =
                json.checked(
                        () ->
                                new MonitorConfig(
                                        budget,
                                        without,
                                        detectors,
                                        range,
                                        fingerprints,
                                        Optional.empty()));
        return json.has(PROFILE)
                ? compared(config, json, beside.resolveSibling(json.text(PROFILE)))
                : config;
    }

    private static MonitorConfig compared(MonitorConfig config, JsonFields json, Path file) {
        try {
            return config.withProfile(file);
        } catch (IOException unreadable) {
            throw json.wrong(PROFILE, "must be a profile, was not: " + unreadable.getMessage());
        }
    }

    private static MonitorConfig.DetectorSpec spec(JsonFields json) {
        json.only(List.of("name", SETTINGS));
        return new MonitorConfig.DetectorSpec(
                json.text("name"), json.has(SETTINGS) ? json.object(SETTINGS).compact() : "{}");
    }

    private static MonitorConfig.RewardRange range(JsonFields json) {
        json.only(List.of("min", "max"));
        double min = json.finite("min");
        double max = json.finite("max");
        return json.checked(() -> new MonitorConfig.RewardRange(min, max));
    }
}
