package dev.rft.cli;

import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.cli.report.Words;
import dev.rft.recovery.event.RftEvent;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Shows a demo to whoever watches: a bar per phase and a line per event on a terminal; the same
 * lines, and progress at every tenth of a phase, where the output goes to a file.
 */
final class DemoView implements AutoCloseable {

    private static final int REFRESH_MILLIS = 200;
    private static final int REPORTS = 10;

    private final Terminal terminal;
    private final PrintStream out;
    private final BarLine barLine;
    private @Nullable ProgressBar bar;
    private long total;
    private long reported;

    /**
     * Makes a view.
     *
     * @param terminal what to write to
     * @param out the one of its streams that a person reads
     */
    DemoView(Terminal terminal, PrintStream out) {
        this.terminal = Objects.requireNonNull(terminal, "terminal");
        this.out = Objects.requireNonNull(out, "out");
        this.barLine = new BarLine(out);
    }

    /**
     * Begins a phase, and ends the one before it.
     *
     * @param title its title, such as {@code supervised run}
     * @param steps how many steps it has, at least 1
     */
    synchronized void phase(String title, long steps) {
        Objects.requireNonNull(title, "title");
        if (steps < 1) {
            throw new IllegalArgumentException("steps: must be >= 1, was " + steps);
        }
        close();
        total = steps;
        reported = 0;
        barLine.print("");
        barLine.print(terminal.ansi().enabled() ? bold(title) : title);
        if (terminal.interactive()) {
            bar =
                    new ProgressBarBuilder()
                            .setTaskName(title)
                            .setInitialMax(steps)
                            .setStyle(ProgressBarStyle.ASCII)
                            .setUpdateIntervalMillis(REFRESH_MILLIS)
                            .setConsumer(barLine)
                            .build();
        }
    }

    /**
     * Tells how far the phase is. A step may be smaller than the one before it: after a rollback.
     *
     * @param step the step
     * @param values what it measured; the reward, the KL and the gradient norm are shown, where
     *     they are there
     */
    synchronized void progress(long step, Map<Signal, Double> values) {
        String numbers =
                number("reward", values.get(Signals.REWARD_MEAN))
                        + number("KL", values.get(Signals.KL_REFERENCE))
                        + number("grad", values.get(Signals.GRAD_NORM));
        if (bar != null) {
            bar.stepTo(step);
            bar.setExtraMessage(numbers);
        } else if (step * REPORTS / Math.max(1, total) > reported) {
            reported = step * REPORTS / total;
            out.println(
                    String.format(Locale.ROOT, "step %5d  of %d  %s", step, total, numbers)
                            .stripTrailing());
        }
    }

    /**
     * Tells of an event: progress for a completed step, a line or two for what a person wants to
     * know, nothing for the rest.
     *
     * @param event the event
     */
    void event(RftEvent event) {
        if (event instanceof RftEvent.StepCompleted completed) {
            progress(event.key().step(), completed.observation().step().values());
        }
        EventLine.of(event).forEach(line -> barLine.print(line.render(terminal.ansi())));
    }

    /** Ends the phase. */
    @Override
    public synchronized void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }

    private String bold(String text) {
        return terminal.ansi().string("@|bold " + text + "|@");
    }

    private static String number(String name, @Nullable Double value) {
        return value == null
                ? ""
                : String.format(Locale.ROOT, " %s %-8s", name, Words.number(value));
    }
}
