package dev.rft.cli.replay;

import dev.rft.monitor.MonitorConfig;
import dev.rft.monitor.json.JsonFields;
import dev.rft.monitor.json.JsonRecords;
import dev.rft.monitor.json.MonitorConfigJson;
import dev.rft.monitor.json.Reason;
import dev.rft.monitor.json.TextFile;
import dev.rft.monitor.profile.Profile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How a log is watched.
 *
 * @param monitor which detectors watch, and who names the cause
 * @param quietSteps an incident ends when nothing has alarmed for so many steps, at least 1
 * @param settleSteps onset and diagnosis are those of so many steps after the first alarm, at least
 *     0
 */
public record ReplayConfig(MonitorConfig monitor, int quietSteps, int settleSteps) {

    private static final ReplayConfig DEFAULTS = new ReplayConfig(MonitorConfig.defaults(), 20, 16);

    /** Checks the ranges. */
    public ReplayConfig {
        Objects.requireNonNull(monitor, "monitor");
        if (quietSteps < 1) {
            throw new IllegalArgumentException("quietSteps: must be >= 1, was " + quietSteps);
        }
        if (settleSteps < 0) {
            throw new IllegalArgumentException("settleSteps: must be >= 0, was " + settleSteps);
        }
    }

    /** Returns the defaults: the standard monitor, 20 quiet steps, 16 to settle. */
    public static ReplayConfig defaults() {
        return DEFAULTS;
    }

    /**
     * Reads a JSON object with any of {@code monitor}, {@code quietSteps} and {@code settleSteps}.
     * What is left out is as in the defaults; what is not known is an error.
     *
     * @param file the file; paths in it are relative to it
     * @return the configuration
     * @throws IOException when it cannot be read, or is wrong; the message names the file and the
     *     path of the key
     */
    public static ReplayConfig read(Path file) throws IOException {
        Map<Class<?>, Function<JsonFields, ?>> sections =
                Map.of(MonitorConfig.class, section -> MonitorConfigJson.read(section, file));
        String json = TextFile.read(file);
        try {
            return JsonFields.read(
                    json, file.toString(), fields -> JsonRecords.read(fields, DEFAULTS, sections));
        } catch (IllegalArgumentException wrong) {
            throw new IOException(wrong.getMessage(), wrong);
        }
    }

    /**
     * Reads what a command line names.
     *
     * @param config a file as for {@link #read}; null for the defaults
     * @param profile a profile in place of the configuration's; null for none
     * @return the configuration
     * @throws IOException when a file cannot be read, or is wrong, the fingerprints that the
     *     configuration names among them; the message names the option
     */
    public static ReplayConfig of(@Nullable Path config, @Nullable Path profile)
            throws IOException {
        ReplayConfig how = config == null ? DEFAULTS : option("--config", () -> checked(config));
        return profile == null
                ? how
                : how.withProfile(option("--profile", () -> Profile.read(profile)));
    }

    private static ReplayConfig checked(Path config) throws IOException {
        ReplayConfig read = read(config);
        try {
            read.monitor().diagnoser();
        } catch (IOException wrong) {
            throw new IOException(config + ": monitor.fingerprints: " + Reason.of(wrong), wrong);
        }
        return read;
    }

    private interface Reading<T> {
        T read() throws IOException;
    }

    private static <T> T option(String name, Reading<T> reading) throws IOException {
        try {
            return reading.read();
        } catch (IOException wrong) {
            throw new IOException(name + ": " + Reason.of(wrong), wrong);
        }
    }

    /**
     * Returns this with a profile.
     *
     * @param healthy what healthy runs look like
     * @return the configuration
     */
    public ReplayConfig withProfile(Profile healthy) {
        return new ReplayConfig(monitor.withProfile(healthy), quietSteps, settleSteps);
    }
}
