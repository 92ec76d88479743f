package dev.rft.cli;

import java.io.PrintStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarConsumer;

/**
 * The last line of the terminal, on which the progress bar is drawn. Lines of text go above it. The
 * bar is drawn by a thread of its own, hence the lock.
 */
final class BarLine implements ProgressBarConsumer {

    private final PrintStream out;
    private String drawn = "";

    BarLine(PrintStream out) {
        this.out = out;
    }

    /** Prints a line above the bar, where there is one. */
    synchronized void print(String line) {
        String bar = drawn;
        clear();
        out.println(line);
        if (!bar.isEmpty()) {
            accept(bar);
        }
    }

    @Override
    public int getMaxRenderedLength() {
        // Asks the terminal for its width.
        return new ConsoleProgressBarConsumer(out).getMaxRenderedLength();
    }

    @Override
    public synchronized void accept(String bar) {
        out.print("\r" + bar + " ".repeat(Math.max(0, drawn.length() - bar.length())));
        out.flush();
        drawn = bar;
    }

    @Override
    public synchronized void clear() {
        if (!drawn.isEmpty()) {
            out.print("\r" + " ".repeat(drawn.length()) + "\r");
            drawn = "";
        }
    }

    /** Leaves the bar as it was drawn last. */
    @Override
    public synchronized void close() {
        if (!drawn.isEmpty()) {
            out.println();
            out.flush();
            drawn = "";
        }
    }
}
