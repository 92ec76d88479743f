package dev.rft.recovery;

import java.util.List;

/** The recovery policies that come with rft. */
public final class RecoveryPolicies {

    private RecoveryPolicies() {}

    /**
     * Returns a ladder per cause, from the lightest action that can plausibly help to the heaviest.
     * What the loop cannot do is left out.
     *
     * <ul>
     *   <li>Not finite: skip the step; when it lasts, roll back; restart; halt.
     *   <li>The policy runs away: the weights are damaged, so roll back, with the learning rate
     *       turned down by as much as the updates had grown (by half where that is not known);
     *       turned down ten times further; with the optimizer's moments forgotten; restart; halt.
     *   <li>Rewards, tools, sampler: while gradients and KL are as before the onset, the weights
     *       are sound and a new attempt would meet the same broken source: restart, which brings
     *       the snapshot back too. Otherwise roll back first.
     *   <li>Degenerate responses or an unstable critic under moving weights: roll back at half the
     *       learning rate; restart; halt.
     *   <li>Unknown: on thin evidence half the learning rate, which is undone when it does not
     *       help; then roll back at half the learning rate; restart; halt.
     *   <li>Benign: nothing. An outage: restart once, then wait; it never halts.
     * </ul>
     *
     * <p>It halts only while something alarms, after something was tried and did not help, or when
     * values that are not finite go on for three steps: a run that can merely be watched is not
     * stopped on a suspicion.
     *
     * @return the policies in the order in which they are asked
     */
    public static List<RecoveryPolicy> standard() {
        return List.of(new StandardLadder());
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
