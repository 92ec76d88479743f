package dev.rft.cli;

import java.io.IOException;

/** Trains the supervised run and its unsupervised twin. */
@FunctionalInterface
interface DemoRunner {

    /**
     * Runs both. Writes the metrics and the journal of each run where {@link
     * dev.rft.cli.report.RunFiles} says; the directories exist and hold none of these files yet.
     *
     * @param options what to do
     * @param view is told what happens, from the calling thread
     * @return how it went
     * @throws IOException when a file cannot be written
     */
    DemoResult run(DemoOptions options, DemoView view) throws IOException;
}
