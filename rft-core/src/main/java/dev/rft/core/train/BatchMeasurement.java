package dev.rft.core.train;

import dev.rft.core.model.PolicyModel;
import dev.rft.core.policy.Episodes;
import dev.rft.core.policy.PolicyObjective;
import java.util.Optional;

/**
 * What is measured of a batch once, before its first update: log-probabilities under the policy and
 * the reference, values, and from them and the rewards the advantages. A pass through a network is
 * made only when something needs it.
 */
final class BatchMeasurement {

    private final PolicyTrainerParts parts;
    private final UpdateControl control;
    private final Passes passes;

    BatchMeasurement(PolicyTrainerParts parts, UpdateControl control, Passes passes) {
        this.parts = parts;
        this.control = control;
        this.passes = passes;
    }

    /** Measures a batch in which a token counts. */
    void measure(TrainerBatch batch, TrainerKnobs knobs) {
        PolicyObjective objective = knobs.objective();
        KlPenalty penalty = control.klPenalty();
        PolicyModel reference = parts.reference();
        Critic critic = parts.critic();
        double temperature = knobs.temperature();
        if (reference != null && (objective.needsReference() || penalty != null)) {
            batch.keepReference(passes.logProbs(reference, batch, temperature));
        }
        if (batch.updates() > 1 || penalty != null) {
            batch.keepOld(passes.logProbs(parts.model(), batch, temperature));
        }
        if (objective.needsRollout()) {
            batch.keepRollout();
        }
        if (objective.needsCorrect()) {
            batch.keepCorrect();
        }
        if (critic != null) {
            batch.keepValues(passes.values(critic.model(), batch));
        }
        Episodes episodes = episodes(batch, knobs);
        double[][] advantages = parts.advantages().perToken(episodes);
        checkShape("advantages", advantages, episodes.mask());
        boolean ofTaskReward = penalty == null && critic == null && !batch.scored().isShaped();
        batch.keepAdvantages(advantages, ofTaskReward);
        if (critic != null) {
            Optional<double[][]> returns = parts.advantages().returns(episodes);
            double[][] targets =
                    returns.orElseThrow(
                            () ->
                                    new IllegalStateException(
                                            "returns: must be given by the advantages for a critic to"
                                                    + " learn from, were missing. GAE has them"));
            checkShape("returns", targets, episodes.mask());
            batch.keepReturns(targets);
        }
    }

    /** The rewards with the penalty taken out of them, and the critic's values. */
    private Episodes episodes(TrainerBatch batch, TrainerKnobs knobs) {
        Episodes scored = batch.scored().episodes();
        KlPenalty penalty = control.klPenalty();
        if (penalty == null && parts.critic() == null) {
            return scored;
        }
        double[][] rewards = scored.rewards();
        if (penalty != null) {
            rewards =
                    penalty.estimator()
                            .penalize(
                                    rewards,
                                    batch.rows(batch.before()),
                                    batch.rows(batch.referenceValues()),
                                    scored.mask(),
                                    knobs.klCoefficient());
        }
        double[][] values = parts.critic() == null ? null : batch.rows(batch.values());
        return new Episodes(rewards, scored.mask(), values, scored.groupSize());
    }

    private static void checkShape(String name, double[][] given, boolean[][] mask) {
        boolean fits = given.length == mask.length;
        for (int row = 0; fits && row < mask.length; row++) {
            fits = given[row].length == mask[row].length;
        }
        if (!fits) {
            throw new IllegalStateException(
                    name
                            + ": must be one per token of "
                            + mask.length
                            + " responses, were of another shape, "
                            + given.length
                            + " rows");
        }
    }
}
