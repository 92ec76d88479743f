package dev.rft.recovery;

import dev.rft.api.control.Capability;
import dev.rft.api.control.Knob;
import dev.rft.monitor.json.JsonFields;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a training process says that it can do: its {@code capabilities.json}.
 *
 * @param capabilities what it carries out when it is told to; copied
 * @param knobs the knobs that it turns, with their present values; copied
 * @param checkpoints the steps whose end state it can go back to; copied
 */
record RemoteOffer(
        Set<Capability> capabilities, Map<Knob, Double> knobs, NavigableSet<Long> checkpoints) {

    /** A process that can only be watched. */
    static final RemoteOffer NOTHING = new RemoteOffer(Set.of(), Map.of(), new TreeSet<>());

    private static final List<Knob> STANDARD =
            List.of(
                    Knob.LEARNING_RATE,
                    Knob.KL_COEFFICIENT,
                    Knob.ENTROPY_COEFFICIENT,
                    Knob.TEMPERATURE);

    /** What takes part in the contract; the rest is between a loop and this process. */
    private static final Set<Capability> KNOWN =
            EnumSet.complementOf(EnumSet.of(Capability.PERSIST));

    RemoteOffer {
        capabilities = Set.copyOf(capabilities);
        knobs = Map.copyOf(knobs);
        checkpoints = new TreeSet<>(checkpoints);
    }

    /**
     * Reads the file.
     *
     * @throws IllegalArgumentException when it is not as the contract says; the message names the
     *     field
     */
    static RemoteOffer parse(byte[] json) {
        JsonFields fields = JsonFields.parse(json);
        Set<Capability> capabilities = EnumSet.noneOf(Capability.class);
        if (fields.has("capabilities")) {
            for (String name : fields.texts("capabilities")) {
                capabilities.add(capability(name));
            }
        }
        Map<Knob, Double> knobs = new HashMap<>();
        if (fields.has("knobs")) {
            JsonFields values = fields.object("knobs");
            for (String name : values.names()) {
                Knob knob = knob(name);
                knobs.put(knob, knob.check(values.number(name)));
            }
        }
        NavigableSet<Long> checkpoints = new TreeSet<>();
        if (fields.has("checkpoints")) {
            for (long step : fields.longs("checkpoints")) {
                checkpoints.add(step(step));
            }
        }
        fields.end();
        return new RemoteOffer(capabilities, knobs, checkpoints);
    }

    private static Capability capability(String name) {
        return KNOWN.stream()
                .filter(known -> id(known).equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "capabilities: must be of "
                                                + KNOWN.stream().map(RemoteOffer::id).toList()
                                                + ", was '"
                                                + name
                                                + "'"));
    }

    private static String id(Capability capability) {
        return capability.name().toLowerCase(Locale.ROOT);
    }

    private static Knob knob(String name) {
        return STANDARD.stream()
                .filter(knob -> knob.name().equals(name))
                .findFirst()
                .orElseGet(() -> new Knob(name, -Double.MAX_VALUE, Double.MAX_VALUE));
    }

    private static long step(long step) {
        if (step < 0) {
            throw new IllegalArgumentException("checkpoints: must be steps >= 0, one was " + step);
        }
        return step;
    }
}
