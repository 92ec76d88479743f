package dev.rft.monitor;

import dev.rft.api.signal.Signal;
import dev.rft.monitor.detect.Detectors;
import dev.rft.monitor.diagnose.Diagnoser;
import dev.rft.monitor.diagnose.FingerprintDiagnoser;
import dev.rft.monitor.json.JsonFields;
import dev.rft.monitor.json.MonitorConfigJson;
import dev.rft.monitor.json.TextFile;
import dev.rft.monitor.profile.Profile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Which detectors watch, and who names the cause, as data: what a file can say. {@code
 * docs/configuration.md} lists every key.
 *
 * <pre>{@code
 * Monitor monitor = MonitorConfig.read(Path.of("monitor.json")).monitor();
 * }</pre>
 *
 * @param falseAlarmsPerTenThousandSteps how many false alarms all detectors together may give, in
 *     (0, 1000]
 * @param without ids of rft's detectors to leave out; copied
 * @param detectors detectors to add; copied
 * @param rewardRange what the verifier can give, where that is known
 * @param fingerprints a file of fingerprints in place of rft's own, read when it is asked for
 * @param profile what healthy runs of this set-up look like, where they are known
 */
public record MonitorConfig(
        double falseAlarmsPerTenThousandSteps,
        List<String> without,
        List<DetectorSpec> detectors,
        Optional<RewardRange> rewardRange,
        Optional<Path> fingerprints,
        Optional<Profile> profile) {

    private static final MonitorConfig DEFAULTS =
            new MonitorConfig(
                    1, List.of(), List.of(), Optional.empty(), Optional.empty(), Optional.empty());

    /**
     * A detector to add.
     *
     * @param name the name of a {@link DetectorProvider}
     * @param settings what it is told, a JSON object
     */
    public record DetectorSpec(String name, String settings) {
        /** Checks that nothing is missing. */
        public DetectorSpec {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(settings, "settings");
        }
    }

    /**
     * What the verifier can give.
     *
     * @param min the smallest reward, finite
     * @param max the largest, at least {@code min}, finite
     */
    public record RewardRange(double min, double max) {
        /** Checks the range. */
        public RewardRange {
            if (!(min <= max && Double.isFinite(min) && Double.isFinite(max))) {
                throw new IllegalArgumentException(
                        "max: must be finite and >= min, "
                                + min
                                + ", which must be finite too, was "
                                + max);
            }
        }
    }

    /**
     * Checks the values. A detector to add is made once, so that settings that it refuses are an
     * error now and not when the run begins.
     */
    public MonitorConfig {
        if (!(falseAlarmsPerTenThousandSteps > 0 && falseAlarmsPerTenThousandSteps <= 1_000)) {
            throw new IllegalArgumentException(
                    "falseAlarmsPerTenThousandSteps: must be in (0, 1000], was "
                            + falseAlarmsPerTenThousandSteps);
        }
        without = List.copyOf(without);
        detectors = List.copyOf(detectors);
        Objects.requireNonNull(rewardRange, "rewardRange");
        Objects.requireNonNull(fingerprints, "fingerprints");
        Objects.requireNonNull(profile, "profile");
        check(without);
        if (!detectors.isEmpty()) {
            builder(falseAlarmsPerTenThousandSteps, without, detectors, rewardRange).build();
        }
    }

    private static void check(List<String> without) {
        List<String> known = Detectors.standard().stream().map(DetectorFactory::id).toList();
        Set<String> left = new HashSet<>();
        for (String id : without) {
            if (!known.contains(id) || !left.add(id)) {
                throw new IllegalArgumentException(
                        "without: must be different ones of " + known + ", was " + without);
            }
        }
    }

    /** Returns the defaults: all detectors of rft, one false alarm in 10,000 steps. */
    public static MonitorConfig defaults() {
        return DEFAULTS;
    }

    /**
     * Reads a configuration. A key that is missing has its default; paths are relative to the
     * working directory.
     *
     * @param json a JSON object: {@code {"falseAlarmsPerTenThousandSteps": 2}}
     * @return the configuration
     * @throws IllegalArgumentException when it is no JSON, when a key is unknown or doubled, when a
     *     value is of the wrong type or out of range, when a detector cannot be made; the message
     *     has the key's path
     */
    public static MonitorConfig fromJson(String json) {
        return JsonFields.read(
                json, "monitor config", fields -> MonitorConfigJson.read(fields, Path.of("")));
    }

    /**
     * Reads a configuration from a file in UTF-8; see {@link #fromJson}. Paths in it are relative
     * to the file.
     *
     * @param file the file
     * @return the configuration
     * @throws IOException when the file cannot be read
     * @throws IllegalArgumentException when it holds no configuration
     */
    public static MonitorConfig read(Path file) throws IOException {
        return JsonFields.read(
                TextFile.read(file),
                file.toString(),
                fields -> MonitorConfigJson.read(fields, file));
    }

    /**
     * Returns this with another budget.
     *
     * @param falseAlarms see the record
     * @return the configuration
     */
    public MonitorConfig withFalseAlarmsPerTenThousandSteps(double falseAlarms) {
        return new MonitorConfig(
                falseAlarms, without, detectors, rewardRange, fingerprints, profile);
    }

    /**
     * Returns this without some of rft's detectors.
     *
     * @param ids see the record
     * @return the configuration
     */
    public MonitorConfig withWithout(List<String> ids) {
        return new MonitorConfig(
                falseAlarmsPerTenThousandSteps, ids, detectors, rewardRange, fingerprints, profile);
    }

    /**
     * Returns this with other detectors to add.
     *
     * @param added see the record
     * @return the configuration
     */
    public MonitorConfig withDetectors(List<DetectorSpec> added) {
        return new MonitorConfig(
                falseAlarmsPerTenThousandSteps, without, added, rewardRange, fingerprints, profile);
    }

    /**
     * Returns this with another range of rewards.
     *
     * @param range see the record
     * @return the configuration
     */
    public MonitorConfig withRewardRange(RewardRange range) {
        return new MonitorConfig(
                falseAlarmsPerTenThousandSteps,
                without,
                detectors,
                Optional.of(range),
                fingerprints,
                profile);
    }

    /**
     * Returns this with other fingerprints.
     *
     * @param file see the record
     * @return the configuration
     */
    public MonitorConfig withFingerprints(Path file) {
        return new MonitorConfig(
                falseAlarmsPerTenThousandSteps,
                without,
                detectors,
                rewardRange,
                Optional.of(file),
                profile);
    }

    /**
     * Returns this with a profile.
     *
     * @param healthy see the record
     * @return the configuration
     */
    public MonitorConfig withProfile(Profile healthy) {
        return new MonitorConfig(
                falseAlarmsPerTenThousandSteps,
                without,
                detectors,
                rewardRange,
                fingerprints,
                Optional.of(healthy));
    }

    /**
     * Returns this with a profile from a file.
     *
     * @param file what {@link Profile#write} wrote
     * @return the configuration
     * @throws IOException when it cannot be read or is no profile
     */
    public MonitorConfig withProfile(Path file) throws IOException {
        return withProfile(Profile.read(file));
    }

    /** Returns a new monitor. */
    public Monitor monitor() {
        return builder().build();
    }

    /** Begins a new monitor, to add detectors that are made in code. */
    public Monitor.Builder builder() {
        Monitor.Builder builder =
                builder(falseAlarmsPerTenThousandSteps, without, detectors, rewardRange);
        profile.ifPresent(builder::comparedWith);
        return builder;
    }

    private static Monitor.Builder builder(
            double falseAlarms,
            List<String> without,
            List<DetectorSpec> detectors,
            Optional<RewardRange> rewardRange) {
        Monitor.Builder builder = Monitor.builder(AlarmBudget.perTenThousandSteps(falseAlarms));
        Detectors.standard().stream()
                .filter(factory -> !without.contains(factory.id()))
                .forEach(builder::with);
        rewardRange.ifPresent(
                range -> builder.with(Detectors.rewardRange(range.min(), range.max())));
        made(detectors, made -> builder.with(made.factory()));
        return builder;
    }

    private static void made(List<DetectorSpec> detectors, Consumer<DetectorProviders.Made> taker) {
        if (detectors.isEmpty()) {
            return; // a provider that is broken does not bother who asks for none
        }
        DetectorProviders providers = DetectorProviders.load();
        for (int i = 0; i < detectors.size(); i++) {
            try {
                taker.accept(providers.create(detectors.get(i)));
            } catch (IllegalArgumentException wrong) {
                throw new IllegalArgumentException(
                        "detectors[" + i + "]." + wrong.getMessage(), wrong);
            }
        }
    }

    /**
     * Returns what the detectors to add watch, to tell whether a log has it.
     *
     * @return the signals that their settings name, by the detector's id, in order; none for a
     *     detector whose signals its provider knows alone
     */
    public Map<String, List<Signal>> watched() {
        Map<String, List<Signal>> watched = new LinkedHashMap<>();
        made(detectors, made -> watched.put(made.factory().id(), made.signals()));
        return watched;
    }

    /**
     * Returns who names the cause.
     *
     * @return the diagnoser, without state
     * @throws IOException when the fingerprints cannot be read, or are wrong; the message names the
     *     file
     */
    public Diagnoser diagnoser() throws IOException {
        if (fingerprints.isEmpty()) {
            return FingerprintDiagnoser.standard();
        }
        Path file = fingerprints.get();
        try {
            byte[] json = TextFile.read(file).getBytes(StandardCharsets.UTF_8);
            return FingerprintDiagnoser.of(new ByteArrayInputStream(json));
        } catch (IllegalArgumentException wrong) {
            throw new IOException(file + ": " + wrong.getMessage(), wrong);
        }
    }
}
