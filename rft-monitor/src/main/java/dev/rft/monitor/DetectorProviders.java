package dev.rft.monitor;

import dev.rft.api.signal.Signal;
import dev.rft.monitor.detect.Detectors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** Finds the providers: rft's own, and those that {@link ServiceLoader} knows. */
final class DetectorProviders {

    private final Map<String, DetectorProvider> byName = new LinkedHashMap<>();

    private DetectorProviders() {}

    /**
     * Loads the providers.
     *
     * @throws IllegalArgumentException when one cannot be made or named, or when two have one name;
     *     the message names the class
     */
    static DetectorProviders load() {
        List<DetectorProvider> found = new ArrayList<>();
        found.add(Detectors.changeProvider());
        try {
            ServiceLoader.load(DetectorProvider.class).forEach(found::add);
        } catch (ServiceConfigurationError broken) {
            throw new IllegalArgumentException(
                    "a detector provider cannot be made: " + told(broken), broken);
        }
        return of(found);
    }

    static DetectorProviders of(List<DetectorProvider> found) {
        DetectorProviders providers = new DetectorProviders();
        found.forEach(providers::add);
        return providers;
    }

    /** The error names the class; why it cannot be made says its cause. */
    private static String told(ServiceConfigurationError broken) {
        return broken.getMessage()
                + (broken.getCause() == null ? "" : " (" + broken.getCause() + ")");
    }

    private void add(DetectorProvider provider) {
        String of = "provider " + provider.getClass().getName();
        String name;
        try {
            name = Objects.requireNonNull(provider.name(), "the name was null");
        } catch (RuntimeException thrown) {
            throw new IllegalArgumentException(of + ": name() failed: " + thrown, thrown);
        }
        if (name.isBlank()) {
            throw new IllegalArgumentException(of + ": name must not be blank, was '" + name + "'");
        }
        DetectorProvider other = byName.putIfAbsent(name, provider);
        if (other != null) {
            throw new IllegalArgumentException(
                    of
                            + ": name must be unique, '"
                            + name
                            + "' is that of "
                            + other.getClass().getName()
                            + " too");
        }
    }

    /**
     * What a provider made.
     *
     * @param factory the factory
     * @param signals the signals that the settings name
     */
    record Made(DetectorFactory factory, List<Signal> signals) {}

    /**
     * Makes a factory.
     *
     * @throws IllegalArgumentException when no provider has the name, or it refuses the settings,
     *     or throws; the message begins with the name of the spec's component
     */
    Made create(MonitorConfig.DetectorSpec spec) {
        DetectorProvider provider = byName.get(spec.name());
        if (provider == null) {
            throw new IllegalArgumentException(
                    "name: must be one of " + byName.keySet() + ", was '" + spec.name() + "'");
        }
        String who = " (provider " + provider.getClass().getName() + ")";
        DetectorSettings settings = DetectorSettings.of(spec.settings());
        try {
            DetectorFactory factory =
                    Objects.requireNonNull(provider.create(settings), "the factory was null");
            settings.end();
            return new Made(factory, settings.signals());
        } catch (IllegalArgumentException refused) {
            throw new IllegalArgumentException("settings." + refused.getMessage() + who, refused);
        } catch (RuntimeException thrown) {
            throw new IllegalArgumentException(
                    "name: '" + spec.name() + "' failed: " + thrown + who, thrown);
        }
    }
}
