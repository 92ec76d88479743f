package dev.rft.recovery;

import java.util.List;

/** The recovery policies that come with rft. */
public final class RecoveryPolicies {

    private RecoveryPolicies() {}

    /** Returns {@link #standard(RecoveryConfig)} with the default configuration. */
    public static List<RecoveryPolicy> standard() {
        return standard(RecoveryConfig.defaults());
    }

    /**
     * Returns a ladder per cause, from the lightest action that can plausibly help to the heaviest.
     * What the loop cannot do is left out.
     *
     * <ul>
     *   <li>Not finite: skip the step; when it lasts, roll back; restart; halt.
     *   <li>The step threw: restart, several times with growing delays; in a loop that cannot be
     *       restarted roll back as often, to try the step again; halt.
     *   <li>The policy runs away: on thin evidence the learning rate down, then the KL coefficient
     *       up, each undone when it does not help; else the weights are damaged, so roll back, with
     *       the learning rate turned down by as much as the updates had grown (by half where that
     *       is not known); turned down ten times further; with the optimizer's moments forgotten;
     *       restart; halt.
     *   <li>Rewards, tools, sampler: on thin evidence restart in place, which loses nothing; else,
     *       while gradients and KL are as before the onset, the weights are sound and a new attempt
     *       would meet the same broken source: restart, which brings the snapshot back too.
     *       Otherwise roll back first.
     *   <li>Exploration is lost: the entropy bonus up; the temperature up; roll back at half the
     *       learning rate; restart; halt. Where the sampler draws from something else than the
     *       policy, as for a sampler, at half the learning rate.
     *   <li>The policy stands still: on thin evidence restart in place; restart, or roll back in a
     *       loop that cannot be restarted; forget the moments; make it its own reference; halt.
     *   <li>Degenerate responses: on thin evidence restart in place; then as for rewards, at half
     *       the learning rate. Advantages that do not follow from rewards likewise. An unstable
     *       critic: restart in place likewise; roll back at half the learning rate; forget the
     *       moments; restart; halt.
     *   <li>Unknown: on thin evidence half the learning rate, which is undone when it does not
     *       help; then roll back at half the learning rate; restart; halt.
     *   <li>Benign: nothing. An outage: go on without the masked trajectories; pause, twice;
     *       restart; then pause on, each time twice as long, until the configured patience ends.
     * </ul>
     *
     * <p>It halts only while something alarms, after something was tried and did not help, or when
     * values that are not finite go on for three steps: a run that can merely be watched is not
     * stopped on a suspicion.
     *
     * <p>Half, twice and the other numbers are those of {@link RecoveryConfig.Ladder}.
     *
     * @param config the numbers; {@code ladder.enabled} false gives {@link #watchOnly}
     * @return the policies in the order in which they are asked
     */
    public static List<RecoveryPolicy> standard(RecoveryConfig config) {
        return standard(config, true);
    }

    /**
     * Returns {@link #standard(RecoveryConfig)}, for a run whose restart may lose steps as well.
     */
    static List<RecoveryPolicy> standard(RecoveryConfig config, boolean restartsInPlace) {
        return config.ladder().enabled()
                ? List.of(new StandardLadder(config, restartsInPlace))
                : watchOnly();
    }

    /**
     * Returns a policy that does nothing but roll back at the same learning rate, until the budget
     * ends: what a run with checkpoints and a restart script gets. For comparison.
     *
     * @return the policies
     */
    public static List<RecoveryPolicy> rollbackOnly() {
        return List.of((incident, state) -> new RecoveryAction.Rollback(incident.onset(), 1));
    }

    /**
     * Returns no policy: incidents are opened and reported, and nothing is done about them.
     *
     * @return the empty list
     */
    public static List<RecoveryPolicy> watchOnly() {
        return List.of();
    }
}
