package dev.rft.cli;

import java.io.Console;
import java.io.PrintStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Ansi;

/**
 * What the command writes to.
 *
 * @param out receives results
 * @param err receives errors, and everything for people when the results are for a program
 * @param interactive whether a person watches, so that a line may be drawn anew
 * @param ansi whether to colour
 */
record Terminal(PrintStream out, PrintStream err, boolean interactive, Ansi ansi) {

    Terminal {
        Objects.requireNonNull(out, "out");
        Objects.requireNonNull(err, "err");
        Objects.requireNonNull(ansi, "ansi");
    }

    /**
     * Returns the terminal of this process. Colours are off where nobody watches and where NO_COLOR
     * is set.
     */
    static Terminal system() {
        boolean interactive = isTerminal(System.console());
        boolean colour = interactive && System.getenv("NO_COLOR") == null;
        return new Terminal(System.out, System.err, interactive, colour ? Ansi.ON : Ansi.OFF);
    }

    /**
     * From Java 22 on there is a console even where there is no terminal; a method new in that
     * release tells.
     */
    private static boolean isTerminal(@Nullable Console console) {
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException before22) {
            return true;
        } catch (ReflectiveOperationException unknown) {
            return false;
        }
    }
}
