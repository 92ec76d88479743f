package dev.rft.cli.report;

import dev.rft.monitor.diagnose.Cause;
import dev.rft.recovery.RecoveryAction;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/** How numbers, actions and causes are written, in the terminal and on the page alike. */
public final class Words {

    static final String SKIP = "Skip the step's update";
    static final String MASK = "Go on without the masked trajectories";
    static final String RESTART_IN_PLACE = "Restart of the workers, no step lost";
    static final String RESET = "Reset the optimizer";
    static final String RESET_REFERENCE = "Reset the reference to the present policy";
    static final String CONTINUE = "Go on and watch";

    private Words() {}

    /**
     * Describes an action.
     *
     * @param action the action
     * @param resumesAfter the step after which the run goes on
     * @return a few words
     */
    public static String action(RecoveryAction action, OptionalLong resumesAfter) {
        return action.match(
                go -> CONTINUE,
                skip -> SKIP,
                mask -> MASK,
                inPlace -> RESTART_IN_PLACE,
                scale -> scale(scale.factor()),
                set -> set(set.knob().name(), set.value()),
                rollback -> rollback(resumesAfter, rollback.learningRateFactor()),
                reset -> RESET,
                reference -> RESET_REFERENCE,
                restart -> restart(resumesAfter),
                pause -> pause(pause.atMost().toMillis() / 1e3),
                halt -> halt(halt.reason()));
    }

    static String rollback(OptionalLong resumesAfter, double factor) {
        return "Rollback"
                + to(resumesAfter)
                + (factor == 1 ? "" : ", learning rate x " + number(factor));
    }

    static String restart(OptionalLong resumesAfter) {
        return "Restart of the workers" + to(resumesAfter);
    }

    static String scale(double factor) {
        return "Learning rate x " + number(factor);
    }

    static String set(String knob, double value) {
        return "Set " + knob + " to " + number(value);
    }

    static String pause(double seconds) {
        return "Pause of up to " + duration(seconds);
    }

    static String halt(String reason) {
        return "Halt: " + reason;
    }

    private static String to(OptionalLong step) {
        return step.isPresent() ? " to step " + step.getAsLong() : "";
    }

    /**
     * Describes a cause.
     *
     * @param id its id
     * @return the id with the root cause after it, where the id is known: {@code OD-1 step too
     *     large}
     */
    public static String cause(String id) {
        Optional<Cause> known =
                Arrays.stream(Cause.values()).filter(cause -> cause.id().equals(id)).findFirst();
        return known.map(cause -> id + " " + cause.rootCause()).orElse(id);
    }

    /**
     * Writes a number with three significant digits and no more zeros than it needs.
     *
     * @param value the value, possibly not finite
     * @return the number, or its name when it is not finite
     */
    public static String number(double value) {
        if (!Double.isFinite(value)) {
            return Double.toString(value);
        }
        double size = Math.abs(value);
        if (value != 0 && (size < 1e-3 || size >= 1e6)) {
            return String.format(Locale.ROOT, "%.2e", value).replaceAll("e([+-])0*", "e$1");
        }
        int integerDigits = size < 1 ? 1 : (int) Math.floor(Math.log10(size)) + 1;
        int decimals =
                size > 0 && size < 1
                        ? 2 - (int) Math.floor(Math.log10(size))
                        : Math.max(0, 3 - integerDigits);
        String text = String.format(Locale.ROOT, "%." + decimals + "f", value);
        return text.contains(".") ? text.replaceAll("0+$", "").replaceAll("\\.$", "") : text;
    }

    /**
     * Writes a share as a percentage.
     *
     * @param share the share
     * @return the percentage with one decimal
     */
    public static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    /**
     * Writes a duration.
     *
     * @param seconds the duration
     * @return minutes and seconds, or seconds with one decimal under a minute
     */
    public static String duration(double seconds) {
        return seconds < 60
                ? String.format(Locale.ROOT, "%.1f s", seconds)
                : String.format(
                        Locale.ROOT, "%d min %02d s", (long) seconds / 60, (long) seconds % 60);
    }

    static String plural(long count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }
}
