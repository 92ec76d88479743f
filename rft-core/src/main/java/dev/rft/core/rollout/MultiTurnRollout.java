package dev.rft.core.rollout;

import java.util.List;
import java.util.OptionalDouble;

/**
 * Responses of several turns with what happened in them.
 *
 * @param rollout the responses, observations included; {@link Rollout#sampled} tells them apart
 * @param episodes one per response
 */
public record MultiTurnRollout(Rollout rollout, List<Episode> episodes) {

    /** Checks that there is an episode for each response. */
    public MultiTurnRollout {
        episodes = List.copyOf(episodes);
        if (episodes.size() != rollout.batch()) {
            throw new IllegalArgumentException(
                    "episodes: must be one per response, "
                            + rollout.batch()
                            + ", were "
                            + episodes.size());
        }
    }

    /**
     * What happened in one response.
     *
     * @param turns turns that the environment was given; one cut at the limit is not among them
     * @param toolCalls tool calls
     * @param toolErrors those of them that failed by the policy's fault
     * @param reward sum of what the turns earned; empty when the environment failed, which is no
     *     reward of 0: the response is to be masked
     */
    public record Episode(int turns, int toolCalls, int toolErrors, OptionalDouble reward) {

        /** Checks the ranges. */
        public Episode {
            if (turns < 0 || toolErrors < 0 || toolCalls < toolErrors) {
                throw new IllegalArgumentException(
                        "turns and toolErrors must be >= 0 and toolCalls >= toolErrors, were "
                                + turns
                                + ", "
                                + toolErrors
                                + ", "
                                + toolCalls);
            }
        }

        /** Returns whether the environment failed for no fault of the policy's. */
        public boolean failed() {
            return reward.isEmpty();
        }
    }
}
