package dev.rft.recovery;

/**
 * How patient supervision is. All steps are executed steps: after a rollback the same step counts
 * again.
 *
 * @param confirmSteps how many steps of an incident must raise an alarm before anything but a skip
 *     is done about it, so that a single blip changes nothing; a broken invariant needs no
 *     confirmation; at least 1
 * @param quietSteps an incident about which nothing is being done closes as passed after so many
 *     steps without an alarm; at least 1
 * @param graceSteps for so many steps after an action only a broken invariant counts against it:
 *     restored windows refill, and a sampler takes a step or two to follow the weights; at least 0
 * @param verifySteps an action is judged after so many steps, those of grace included, or after
 *     twice as many when no alarm but a comparison speaks against it; above {@code graceSteps}
 * @param skipVerifySteps a skipped step is judged after so many steps; at least 1
 * @param cooldownSteps a failure of the same cause within so many steps of the last incident's end
 *     is that failure coming back: the ladder goes on where it stood instead of beginning again; at
 *     least 0
 * @param maxActions how many actions a run may take before it is halted, skips that helped not
 *     counted; at least 1
 * @param maxActionsPerCause the same for one cause; at least 1
 * @param historyWindow how many observations are remembered; at least 2
 * @param snapshotEvery a snapshot is taken every so many healthy steps; at least 1
 * @param provenAfter a snapshot is good once so many healthy steps came after it. Small, since
 *     sudden failures show within a step or two, and since a slow one is dealt with by its onset,
 *     which demotes good snapshots too; at least 1
 * @param maxSnapshotBytes the bytes that snapshots in memory may hold together. The last good one,
 *     and the one next in line, are kept even above it; at least 0
 */
public record RecoveryConfig(
        int confirmSteps,
        int quietSteps,
        int graceSteps,
        int verifySteps,
        int skipVerifySteps,
        int cooldownSteps,
        int maxActions,
        int maxActionsPerCause,
        int historyWindow,
        int snapshotEvery,
        int provenAfter,
        long maxSnapshotBytes) {

    private static final RecoveryConfig DEFAULTS =
            new RecoveryConfig(2, 5, 3, 12, 3, 20, 20, 8, 64, 10, 5, 1L << 30);

    /** Checks the ranges. */
    public RecoveryConfig {
        atLeast(1, confirmSteps, "confirmSteps");
        atLeast(1, quietSteps, "quietSteps");
        atLeast(0, graceSteps, "graceSteps");
        atLeast(graceSteps + 1L, verifySteps, "verifySteps");
        atLeast(1, skipVerifySteps, "skipVerifySteps");
        atLeast(0, cooldownSteps, "cooldownSteps");
        atLeast(1, maxActions, "maxActions");
        atLeast(1, maxActionsPerCause, "maxActionsPerCause");
        atLeast(2, historyWindow, "historyWindow");
        atLeast(1, snapshotEvery, "snapshotEvery");
        atLeast(1, provenAfter, "provenAfter");
        atLeast(0, maxSnapshotBytes, "maxSnapshotBytes");
    }

    /**
     * Returns the defaults: confirm 2, quiet 5, grace 3, verify 12, skips 3, cooldown 20, 20
     * actions, 8 per cause, history 64, a snapshot every 10 healthy steps, good after 5, 1 GiB.
     */
    public static RecoveryConfig defaults() {
        return DEFAULTS;
    }

    /**
     * Returns this configuration with another answer to how long an alarm must last and how long it
     * must be gone.
     *
     * @param confirmSteps see the record
     * @param quietSteps see the record
     * @return the configuration
     */
    public RecoveryConfig withHysteresis(int confirmSteps, int quietSteps) {
        return new RecoveryConfig(
                confirmSteps,
                quietSteps,
                graceSteps,
                verifySteps,
                skipVerifySteps,
                cooldownSteps,
                maxActions,
                maxActionsPerCause,
                historyWindow,
                snapshotEvery,
                provenAfter,
                maxSnapshotBytes);
    }

    /**
     * Returns this configuration with another answer to when an action is judged.
     *
     * @param graceSteps see the record
     * @param verifySteps see the record
     * @return the configuration
     */
    public RecoveryConfig withVerification(int graceSteps, int verifySteps) {
        return new RecoveryConfig(
                confirmSteps,
                quietSteps,
                graceSteps,
                verifySteps,
                skipVerifySteps,
                cooldownSteps,
                maxActions,
                maxActionsPerCause,
                historyWindow,
                snapshotEvery,
                provenAfter,
                maxSnapshotBytes);
    }

    /**
     * Returns this configuration with another answer to when a skipped step is judged.
     *
     * @param skipVerifySteps see the record
     * @return the configuration
     */
    public RecoveryConfig withSkipVerifySteps(int skipVerifySteps) {
        return new RecoveryConfig(
                confirmSteps,
                quietSteps,
                graceSteps,
                verifySteps,
                skipVerifySteps,
                cooldownSteps,
                maxActions,
                maxActionsPerCause,
                historyWindow,
                snapshotEvery,
                provenAfter,
                maxSnapshotBytes);
    }

    /**
     * Returns this configuration with another answer to how soon a failure comes back instead of
     * being a new one.
     *
     * @param cooldownSteps see the record
     * @return the configuration
     */
    public RecoveryConfig withCooldownSteps(int cooldownSteps) {
        return new RecoveryConfig(
                confirmSteps,
                quietSteps,
                graceSteps,
                verifySteps,
                skipVerifySteps,
                cooldownSteps,
                maxActions,
                maxActionsPerCause,
                historyWindow,
                snapshotEvery,
                provenAfter,
                maxSnapshotBytes);
    }

    /**
     * Returns this configuration with another answer to how many actions may be taken.
     *
     * @param maxActions see the record
     * @param maxActionsPerCause see the record
     * @return the configuration
     */
    public RecoveryConfig withBudget(int maxActions, int maxActionsPerCause) {
        return new RecoveryConfig(
                confirmSteps,
                quietSteps,
                graceSteps,
                verifySteps,
                skipVerifySteps,
                cooldownSteps,
                maxActions,
                maxActionsPerCause,
                historyWindow,
                snapshotEvery,
                provenAfter,
                maxSnapshotBytes);
    }

    /**
     * Returns this configuration with another answer to how much is remembered.
     *
     * @param historyWindow see the record
     * @return the configuration
     */
    public RecoveryConfig withHistoryWindow(int historyWindow) {
        return new RecoveryConfig(
                confirmSteps,
                quietSteps,
                graceSteps,
                verifySteps,
                skipVerifySteps,
                cooldownSteps,
                maxActions,
                maxActionsPerCause,
                historyWindow,
                snapshotEvery,
                provenAfter,
                maxSnapshotBytes);
    }

    /**
     * Returns this configuration with another answer to when snapshots are taken and become good.
     *
     * @param snapshotEvery see the record
     * @param provenAfter see the record
     * @return the configuration
     */
    public RecoveryConfig withSnapshots(int snapshotEvery, int provenAfter) {
        return new RecoveryConfig(
                confirmSteps,
                quietSteps,
                graceSteps,
                verifySteps,
                skipVerifySteps,
                cooldownSteps,
                maxActions,
                maxActionsPerCause,
                historyWindow,
                snapshotEvery,
                provenAfter,
                maxSnapshotBytes);
    }

    /**
     * Returns this configuration with another answer to how much memory snapshots may hold.
     *
     * @param maxSnapshotBytes see the record
     * @return the configuration
     */
    public RecoveryConfig withMaxSnapshotBytes(long maxSnapshotBytes) {
        return new RecoveryConfig(
                confirmSteps,
                quietSteps,
                graceSteps,
                verifySteps,
                skipVerifySteps,
                cooldownSteps,
                maxActions,
                maxActionsPerCause,
                historyWindow,
                snapshotEvery,
                provenAfter,
                maxSnapshotBytes);
    }

    private static void atLeast(long least, long value, String name) {
        if (value < least) {
            throw new IllegalArgumentException(name + ": must be >= " + least + ", was " + value);
        }
    }
}
