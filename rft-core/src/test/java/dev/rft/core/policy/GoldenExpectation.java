package dev.rft.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the golden file expects under a name.
 *
 * @param place where it stands in the file
 * @param name the name, with the aggregation in brackets
 * @param value what is expected, with the parameters
 */
record GoldenExpectation(String place, String name, JsonNode value) {

    private static final Map<String, Aggregation> FORMS =
            Map.of(
                    "token-mean", Aggregation.TOKEN_MEAN,
                    "seq-mean-token-mean", Aggregation.SEQUENCE_MEAN_TOKEN_MEAN,
                    "seq-mean-token-sum", Aggregation.SEQUENCE_MEAN_TOKEN_SUM,
                    "seq-mean-token-sum/T", Aggregation.SEQUENCE_MEAN_TOKEN_SUM_NORMALIZED,
                    "seq-mean-token-sum-norm", Aggregation.SEQUENCE_MEAN_TOKEN_SUM_NORMALIZED);

    /** Returns the objective of a name such as {@code cispo[token-mean]}, null for none. */
    @Nullable PolicyObjective objective() {
        int bracket = name.indexOf('[');
        PolicyObjective plain =
                switch (bracket < 0 ? name : name.substring(0, bracket)) {
                    case "ppo_clip", "grpo", "dapo_clip_higher", "dr_grpo" -> clipped();
                    case "ppo_dual_clip" ->
                            PolicyObjectives.dualClip(
                                    number("clip_low"), number("clip_high"), number("dual_clip_c"));
                    case "two_sided_clip" ->
                            PolicyObjectives.twoSided(
                                    number("clip_low"), number("clip_high"), number("delta"));
                    case "gspo", "gspo_wide" ->
                            PolicyObjectives.gspo(number("clip_low"), number("clip_high"));
                    case "gmpo" ->
                            PolicyObjectives.gmpo(number("log_clip_low"), number("log_clip_high"));
                    case "cispo" -> PolicyObjectives.cispo(number("clip_low"), number("clip_high"));
                    case "sapo" -> PolicyObjectives.sapo(number("tau_pos"), number("tau_neg"));
                    case "reinforce" -> PolicyObjectives.reinforce();
                    case "dro" -> PolicyObjectives.dro(number("beta"));
                    default -> null;
                };
        if (plain == null || bracket < 0) {
            return plain;
        }
        if (value.has("loss_scale_factor")) {
            return plain.aggregatedOverLength(number("loss_scale_factor"));
        }
        return plain.aggregatedBy(FORMS.get(name.substring(bracket + 1, name.length() - 1)));
    }

    /** Returns the clipped surrogate with the bounds that are given. */
    PolicyObjective clipped() {
        return PolicyObjective.clipped(number("clip_low"), number("clip_high"));
    }

    /** Returns a parameter, which must be there. */
    double number(String field) {
        JsonNode number = value.path(field);
        assertThat(number.isNumber()).as("%s: %s", place, field).isTrue();
        return number.doubleValue();
    }
}
