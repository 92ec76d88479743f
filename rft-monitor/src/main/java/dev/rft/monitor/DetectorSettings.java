package dev.rft.monitor;

import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.monitor.json.JsonFields;
import java.util.ArrayList;
import java.util.List;

/**
 * What a configuration says to a {@link DetectorProvider}: named values. One that is missing, or of
 * another type than is asked for, is an {@link IllegalArgumentException} that names it.
 */
public final class DetectorSettings {

    private final JsonFields fields;
    private final List<Signal> signals = new ArrayList<>();

    private DetectorSettings(JsonFields fields) {
        this.fields = fields;
    }

    /**
     * Reads settings, for a test of a provider.
     *
     * @param json a JSON object: {@code {"limit": 900}}
     * @return the settings
     * @throws IllegalArgumentException when it is none
     */
    public static DetectorSettings of(String json) {
        return new DetectorSettings(JsonFields.parse(json));
    }

    /**
     * Returns a finite number.
     *
     * @param name the setting
     * @return the number
     */
    public double number(String name) {
        return fields.finite(name);
    }

    /**
     * Returns a finite number that may be left out.
     *
     * @param name the setting
     * @param otherwise what it is then
     * @return the number
     */
    public double number(String name, double otherwise) {
        return fields.has(name) ? fields.finite(name) : otherwise;
    }

    /**
     * Returns an integer of 32 bits.
     *
     * @param name the setting
     * @return the integer
     */
    public int integer(String name) {
        return fields.integer(name);
    }

    /**
     * Returns an integer of 32 bits that may be left out.
     *
     * @param name the setting
     * @param otherwise what it is then
     * @return the integer
     */
    public int integer(String name, int otherwise) {
        return fields.has(name) ? fields.integer(name) : otherwise;
    }

    /**
     * Returns a truth value that may be left out.
     *
     * @param name the setting
     * @param otherwise what it is then
     * @return the truth value
     */
    public boolean flag(String name, boolean otherwise) {
        return fields.has(name) ? fields.flag(name) : otherwise;
    }

    /**
     * Returns a text.
     *
     * @param name the setting
     * @return the text
     */
    public String text(String name) {
        return fields.text(name);
    }

    /**
     * Returns a text that may be left out.
     *
     * @param name the setting
     * @param otherwise what it is then
     * @return the text
     */
    public String text(String name, String otherwise) {
        return fields.has(name) ? fields.text(name) : otherwise;
    }

    /**
     * Returns the constant of a name that may be left out.
     *
     * @param name the setting
     * @param otherwise what it is then
     * @return the constant
     * @param <E> the type of the constants
     */
    public <E extends Enum<E>> E constant(String name, E otherwise) {
        return fields.has(name) ? fields.constant(name, otherwise.getDeclaringClass()) : otherwise;
    }

    /**
     * Returns a signal by its name: one that rft knows, or one of the trainer's own.
     *
     * @param name the setting
     * @return the signal
     */
    public Signal signal(String name) {
        Signal signal = Signals.named(fields.text(name));
        signals.add(signal);
        return signal;
    }

    /** Returns the signals that were asked for, in order. */
    List<Signal> signals() {
        return List.copyOf(signals);
    }

    /** Checks that there is no setting that nobody asked for. */
    void end() {
        fields.end();
    }
}
