package dev.rft.monitor;

/**
 * Makes detectors of a kind by name, so that a configuration can ask for them: {@code "detectors":
 * [{"name": "too-long", "settings": {"limit": 900}}]} in {@link MonitorConfig}.
 *
 * <p>Found by {@link java.util.ServiceLoader}: a class with a public constructor without parameters
 * that is named in {@code META-INF/services/dev.rft.monitor.DetectorProvider}, or is provided by a
 * module.
 */
public interface DetectorProvider {

    /** Returns the name, unique among all providers, lower case with dashes: {@code too-long}. */
    String name();

    /**
     * Makes a factory of detectors. Of a factory of weight above 0 the detectors take their share
     * of the alarm budget.
     *
     * @param settings what the configuration says; a key that is not asked for here is an error
     * @return the factory
     * @throws IllegalArgumentException when a value is out of range; the message begins with the
     *     name of the setting
     */
    DetectorFactory create(DetectorSettings settings);
}
