package dev.rft.recovery;

import java.io.Serial;
import java.util.Objects;

/**
 * The training loop threw: what it holds cannot be trusted any more, and the run has ended.
 * Listeners have seen the end, and all snapshots are freed. The loop's exception is the cause.
 */
public final class TrainingFailedException extends RuntimeException {

    @Serial private static final long serialVersionUID = 1L;

    /**
     * How the run went until then. Not serialized: a report holds more than an exception may
     * promise to carry.
     */
    private final transient RunReport report;

    /**
     * Makes the exception.
     *
     * @param report how the run went until then
     * @param cause what the loop threw
     */
    public TrainingFailedException(RunReport report, Throwable cause) {
        super(Objects.requireNonNull(report, "report").reason(), cause);
        this.report = report;
    }

    /** Returns how the run went until the loop threw. */
    public RunReport report() {
        return report;
    }
}
